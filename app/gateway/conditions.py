"""Conditions that a sentence joins or lifts otherwise than its passage: one of several for all of them, any amount."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.gateway.clauses import Clause, terms
from app.gateway.polarity import bare, polarity_of

_ALL = re.compile(r"同时|并且|均须|都[要须得]|缺一不|[，,]且|(?<=[^而并况])且(?![不慢])|二者|并(?![购非不])|\bboth\b")
_ANY = re.compile(r"之一|其一|任[一何]|其中一[项样个种]|有一[项样个种]|一项即可|或者?|\beither\b|\bor\b")
_ENOUGH = re.compile(r"即可|就[可能行]|便可|只要|满足|或者|\benough\b|\bsuffices?\b")
_ONE_OF = re.compile(r"(?<!分)之一|(?:有)?其一|任一|其中一[项样个种]|\beither\b|\bany one\b")
_TOGETHER = re.compile(r"同时|并且|\bboth\b")
_WHATEVER = re.compile(r"无论|不论|不管|不分|不例外|\bregardless\b|\bno matter\b|\bno exceptions?\b")
_EVERY = re.compile(r"无论|不论|不管|不分|一律|均|都|所有|任何|全部|各|每|不限")
_EXCEPT = re.compile(r"除外|例外|另有|除非|不受|但|以上的|以下的|超过|的，|改为")
_ALLOWED = re.compile(r"(?:可以?|允许|能够?)(?!不)([㐀-鿿]{2,})")
FEW = 3
"""Words that a clause has in common with what it is compared with."""
COVERED, SAME_MATTER = 0.6, 0.4
"""Shares: of the words behind 可以 that a forbidding phrase must hold; of those of the clause, its sentence."""


def joined_otherwise(sentence: str, text: str) -> bool:
    """Whether one of several suffices where all are needed, or all are needed where one is enough.

    Or it holds of everything where the passage makes exceptions. Both in plain spelling.
    """
    if _ONE_OF.search(sentence) and _ENOUGH.search(sentence) and not _ANY.search(text):
        return True
    if _TOGETHER.search(sentence) and _ANY.search(text) and not _ALL.search(text):
        return True
    return bool(_WHATEVER.search(sentence)) and not _EVERY.search(text) and bool(_EXCEPT.search(text))


_SUFFICES = re.compile(r"即可|就行|就可以|便可|就够|足矣|\bis enough\b|\bsuffices?\b")
_SUFFICED = re.compile(r"即可|就|便可|便能|(?<!方)可以?|只[需须要]|凭|免|无需|\bmay\b|\bcan\b")
_FIRST = re.compile(
    r"先(?P<first>[㐀-鿿]{2,12})[,，、]?(?:然?后|再)(?:再|由)?(?P<second>[㐀-鿿]{2,14})"
    r"|(?P<before>[㐀-鿿]{2,14})(?:之后|以后|后)(?:再|方可|方能|才能?|即可)(?P<after>[㐀-鿿]{2,14})"
)


def suffices_here(sentence: str, text: str) -> bool:
    """有保证即可, where the passage grants nothing and demands more. Both in plain spelling."""
    return not _SUFFICED.search(text) and any(
        _SUFFICES.search(clause) and len(terms(clause) & terms(text)) >= FEW
        for clause in re.split("[,，;；。]", sentence)
    )


def other_order(sentence: str, text: str) -> bool:
    """先授信、后评级 where there stands 先评级、后授信. Both in plain spelling."""
    there = [_steps(one) for one in _FIRST.finditer(text)]
    return any(
        terms(first) & terms(then) and terms(second) & terms(earlier) and not terms(first) & terms(earlier)
        for first, second in map(_steps, _FIRST.finditer(sentence))
        for earlier, then in there
    )


def _steps(found: re.Match[str]) -> tuple[str, str]:
    return found["first"] or found["before"], found["second"] or found["after"]


def allows_forbidden(own: Sequence[Clause], there: Sequence[Clause]) -> bool:
    """可以转借他人 where the funds 不得用于购房、投资理财或者转借他人: the no stands before the whole list."""
    for clause in own:
        found = _ALLOWED.search(clause.text)
        said = polarity_of(clause.text)
        if not found or said.modality != "allows" or said.denies or said.turns:
            continue
        done, whole = terms(found[1]), terms(bare(clause.text))
        for around in dict.fromkeys(one.around for one in there):
            if len(whole & terms(around)) < SAME_MATTER * len(whole):
                continue
            for phrase in re.split("[,，]", around):
                meant = polarity_of(phrase)
                if (
                    meant.modality == "forbids"
                    and meant.denials == 1
                    and not meant.turns
                    and len(done & terms(phrase)) >= COVERED * len(done)
                ):
                    return True
    return False
