"""Of whom or what a figure is said: the row of its table, the head of its clause; a figure of another is doubted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from app.gateway.clauses import ANY_FIGURE, Clause, terms
from app.gateway.equal_figures import comparable, same_figure
from app.gateway.figures import Figure

_HAN = re.compile("[㐀-鿿]")
_BEFORE_HEAD = re.compile(r"^[^㐀-鿿a-z]*(?:其中|对于?|而|但|并且?|且|单|每|各|为|在)?")
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百千]+(?=[%‰天日个年月次万人元])")
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_DIGIT = re.compile(r"\d")
_OR = re.compile(r"[、/,，和及或]")
FEW, MANY = 0.5, 1.5
"""Words that only one item has: at most so many of the item with the figure, by so many more of another one."""
SHORTEST, LONGEST = 2, 12
"""Characters of a cell in words that is looked for in a sentence."""


def of_another(sentence: str, own: Sequence[Clause], there: Sequence[Clause], given: str = "") -> bool:
    """Whether a figure or a cell that `sentence` takes from there is said there of another.

    `sentence` and `given`, what the person said, are in plain spelling.
    """
    if not _HAN.search(sentence):
        return False
    return any(
        _of_another_row(sentence, figure, there, given)
        or _of_another_column(clause.text, figure, there)
        or _of_another_head(place, own, figure, there)
        or _of_another_item(place, own, figure, there)
        for place, clause in enumerate(own)
        for figure in clause.figures
        if figure.states or figure.said
    ) or _cell_of_another_row(sentence, there, given)


def _of_another_row(sentence: str, figure: Figure, there: Sequence[Clause], given: str) -> bool:
    """Every cell with the figure stands in a row that the sentence does not name."""
    same = [one for one in there if any(same_figure(figure, other) for other in one.figures)]
    return bool(same) and all(one.row and not _may_be_row(sentence, one, given) for one in same)


def _of_another_column(said: str, figure: Figure, there: Sequence[Clause]) -> bool:
    """Every cell with the figure stands under another head than the one that is said, in a row with both."""
    same = [one for one in there if any(same_figure(figure, other) for other in one.figures)]
    if not same or not all(one.row and len(one.column) >= SHORTEST for one in same):
        return False
    if any(_BRACKETS.sub("", one.column) in said for one in same):
        return False
    rows = {one.row for one in same}
    others = (one for one in there if one.row in rows and one not in same and len(one.column) >= SHORTEST)
    return any(
        _BRACKETS.sub("", one.column) in said and any(comparable(figure, other) for other in one.figures)
        for one in others
    )


def _cell_of_another_row(sentence: str, there: Sequence[Clause], given: str) -> bool:
    same = [one for one in there if one.row and SHORTEST <= len(one.cell) <= LONGEST and one.cell in sentence]
    return bool(same) and not any(_may_be_row(sentence, one, given) for one in there if one.row)


def _may_be_row(sentence: str, cell: Clause, given: str) -> bool:
    """Whether the sentence or the person names the row; one that begins with the column (支行可优惠 10) need not."""
    head = _head(sentence)
    unnamed = bool(head) and head in cell.text.removeprefix(cell.row)
    return unnamed or _names_row(sentence, cell.row) or (bool(given) and _names_row(given, cell.row))


def _names_row(sentence: str, row: str) -> bool:
    """Whether the sentence says how one of the names of a row begins, or says it shorter: 负债率 for 资产负债率."""
    if _DIGIT.search(row) or row.startswith("其他"):
        return True  # 1 日至 90 日 is held by its figures; 其他 is what has another name
    for name in filter(None, _OR.split(_BRACKETS.sub(r"、\1", row))):
        if not _HAN.match(name) or name[0] in sentence or re.search(rf"(?<![㐀-鿿]){re.escape(name[-3:])}", sentence):
            return True
    return False


def _of_another_head(place: int, own: Sequence[Clause], figure: Figure, there: Sequence[Clause]) -> bool:
    """Its clause begins like one that gives another figure, and not like any that gives this one."""
    said = _head(_with_head(place, own))
    same = [at for at, one in enumerate(there) if any(same_figure(figure, other) for other in one.figures)]
    if not same or any(there[at].row for at in same):
        return False
    heads = {_head(_with_head(at, there)) for at in same}
    texts = " ".join(_with_head(at, there) for at in same)
    if not said or said in texts or any(not head or head == said for head in heads):
        return False
    others = (
        _head(_with_head(at, there))
        for at, one in enumerate(there)
        if at not in same and at + 1 not in same and not one.row
        and any(_alike(figure, other) for other in one.figures)
    )  # fmt: skip
    return any(head == said for head in others)


def _of_another_item(place: int, own: Sequence[Clause], figure: Figure, there: Sequence[Clause]) -> bool:
    """Of several items with figures its clause has the words of another one: 盈利能力 20 分 for 偿债能力 20 分."""
    if figure.kind != "number":
        return False
    said = [one for clause in own for one in clause.figures]
    having = {at: [one for one in clause.figures if _alike(figure, one)] for at, clause in enumerate(there)}
    same = [at for at, figures in having.items() if any(same_figure(figure, one) for one in figures)]
    others = [
        at
        for at, figures in having.items()
        if figures and at not in same and not any(same_figure(one, other) for one in said for other in figures)
    ]
    if not same or not others:
        return False
    words = {at: _words(_with_head(at, there)) for at in (*same, *others)}
    often = Counter(term for terms_there in words.values() for term in terms_there)
    mine = _words(_with_head(place, own))
    shared = {at: sum(1 / often[term] for term in terms_there & mine) for at, terms_there in words.items()}
    here = max(shared[at] for at in same)
    return here <= FEW and max(shared[at] for at in others) - here >= MANY


def _alike(figure: Figure, other: Figure) -> bool:
    return comparable(figure, other) and figure.unit == other.unit and bool(figure.unit or figure.said == other.said)


def _words(text: str) -> frozenset[str]:
    return terms(ANY_FIGURE.sub(" ", text))


def _with_head(place: int, clauses: Sequence[Clause]) -> str:
    """A clause; one that begins with its figure with what stands before it."""
    clause = clauses[place]
    found = _FIGURE.search(clause.text)
    if found and len(_HAN.findall(clause.text[: found.start()])) < SHORTEST and place:
        return f"{clauses[place - 1].text} {clause.text}" if clauses[place - 1].around == clause.around else clause.text
    return clause.text


def _head(text: str) -> str:
    """The first two Chinese characters."""
    letters = _BEFORE_HEAD.sub("", text)[:2]
    return letters if len(_HAN.findall(letters)) == 2 else ""
