"""What a query names (clauses, documents) and what it is made of: the parts of a question, a long account's pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.engines.library.wording.words import normal

LONGEST_QUESTION = 120
"""Characters: what is longer tells of a situation, and is searched for sentence by sentence."""
MOST_PIECES = 40
"""Of a situation; a thousand words have about so many sentences."""

_CLAUSE = re.compile(r"第(\d{1,4})条(之[一二三四五六七八九\d])?")
_SECTION = re.compile(
    r"(?:\b(?:clause|section|article|para(?:graph)?|item)s? ?|§ ?|第)(\d{1,2}(?:\.\d{1,2}){0,3})"
    r"(?![\d.]|[条年月日季周章节])"
    r"|(?<![\d.])(\d{1,2}(?:\.\d{1,2}){1,3})(?= ?[条款节])"
)
_NAMED = re.compile(r"《([^《》]{2,60})》")
_PIECE_ENDS = re.compile(r"[。；！？;!?\n，,、：:]|(?<=[a-z])\.\s")
_SENTENCE_ENDS = re.compile(r"(?<=[?？!！。；;\n])|(?<=[a-z%)]\.)\s")
_TELLS = r"(?:state|say|explain|mention|indicate|specify|tell|answer|reply|write|note)"
_INSTRUCTS = re.compile(
    rf"if\b.+?(?:,|\bthen\b|\bplease\b) ?(?:then |please |just |simply )*{_TELLS}\b"
    rf"|(?:please |kindly )*(?:answer|reply|respond|round)\b|please {_TELLS}\b"
    r"|(?:如果|假如|若|要是).+?[，,](?:就|则|那就|那么)?(?:也)?请?(?:直接|明确)?(?:说明|指出|解释|写明|注明|回答|告知)"
    r"|(?:请|要求)?(?:用|以|按).{1,12}(?:回答|作答|答复)",
    re.IGNORECASE,
)
_SHORTEST_PIECE = 4


@dataclass(frozen=True, slots=True)
class Named:
    """What a query names: clauses as locators spell them, documents as they are titled, in the normal spelling."""

    clauses: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def spellings(self) -> list[str]:
        """The clauses as documents write them: 第32条 is 第三十二条, too."""
        import cn2an

        numbers = [(clause, re.fullmatch(r"第(\d+)条(.*)", clause)) for clause in self.clauses]
        written = [f"第{cn2an.an2cn(found[1])}条{found[2]}" for _, found in numbers if found]
        return [*self.clauses, *written]

    def is_of(self, title: str) -> bool:
        """Whether a document with this title is meant; any, where none is named."""
        plain = normal(title)
        return not self.titles or any(one in plain or plain in one for one in self.titles)

    def is_at(self, locator: str) -> bool:
        """Whether this place is a clause that is named: `p.12 第三条` is 第三条."""
        return bool(self.clauses) and any(piece in self.clauses for piece in normal(locator).split())


@lru_cache(maxsize=1024)
def named_in(query: str) -> Named:
    """`《差旅费管理办法》第五条`, `第三十二条怎么说`, `clause 3.2 of the lending policy`."""
    plain = normal(query)
    clauses = [f"第{found[1]}条{found[2] or ''}" for found in _CLAUSE.finditer(plain)]
    clauses += [f"§{found[1] or found[2]}" for found in _SECTION.finditer(plain)]
    titles = [found[1] for found in _NAMED.finditer(plain)]
    return Named(tuple(dict.fromkeys(clauses)), tuple(dict.fromkeys(titles)))


def without_instructions(query: str) -> str:
    """The query without its sentences on how to answer, unless it has no other: `If it is not useful, state that.`"""
    sentences = [one for one in _SENTENCE_ENDS.split(query) if one.strip()]
    asking = [one for one in sentences if not _INSTRUCTS.match(one.strip())]
    return " ".join(asking) if asking and len(asking) < len(sentences) else query


def is_situation(query: str) -> bool:
    """Whether a query is an account rather than a question."""
    return len(query) > LONGEST_QUESTION * (1 if _is_han(query) else 3)


def pieces_of(situation: str) -> list[str]:
    """The sentences of an account and the clauses within, without what is too short to look for."""
    pieces = [piece.strip() for piece in _PIECE_ENDS.split(situation)]
    return list(dict.fromkeys(piece for piece in pieces if len(piece) >= _SHORTEST_PIECE))[:MOST_PIECES]


def _is_han(text: str) -> bool:
    return sum("㐀" <= character <= "鿿" for character in text) * 3 > len(text)
