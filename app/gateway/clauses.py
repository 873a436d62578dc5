"""A text cut into what says one thing: clauses of sentences, cells of tables, each with the words around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from app.core.scripts import simplified
from app.gateway.figures import Figure, figures_in

_SENTENCE = re.compile(r"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+|(?<=[a-z0-9)])\.(?=\s|$)|$)")
_CLAUSE = re.compile(r"(?<!\d),|,(?!\d{3})|[，：（）()]|(?<!\d):|:(?!\d)")
_FIGURE = re.compile(r"\d+(?:\.\d+)?\s?[%‰]?(?:万|亿)?(?:个?(?:工作日|月|小时|基点)|美?元|天|日|年|次|户|级|倍)?内?")
_SETTLEMENT = re.compile(r"(?<![a-z])t\+(\d)")
_OFTEN = {"半个月": 15, "半年": 180, "季度": 90, "季": 90, "个月": 30, "月": 30, "年": 360, "周": 7, "日": 1, "天": 1}
_EVERY = re.compile(f"[每按]({'|'.join(_OFTEN)})")
ANY_FIGURE = re.compile(
    r"[每按](?:半个月|半年|季度|个月|[月年周日天])(?:一次)?"
    r"|[\d一二两三四五六七八九十百千万亿.]+\s?(?:个?(?:工作日|自然日|月|小时|基点|百分点)|美?元|[%‰天日年次户级倍成人])?内?"
)
_ORDINAL = re.compile(r"第(?=[\d一二三四五六七八九十]+个?(?:月|年|次|季|天|日))")
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[a-z][a-z]+")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s)$")
_ORDER = re.compile(
    r"^\s*(?:第\s?[\d零一二三四五六七八九十百]+条|[#>*-]+"
    r"|\d{1,2}(?:\.\d{1,2}){0,3}[.、\s](?!\d|\s*(?:[万亿元%天年月日次人户倍笔家个]|美元|小时|分钟|工作日)))\s*"
)
"""What numbers a line; 1.5 亿元 does not."""
_ENTRY = re.compile("内容|说明")
"""Over the second column of a list of entries (要素, 内容): its rows are not of different things."""
_SAID_OF_ALL = re.compile(r"[(（]([^()（）]{1,12})[)）]")
_UNIT_WORDS = re.compile(r"万元|亿元|万美元|亿美元|千元|元|美元|%|‰|天|个?月|年|人|次|bp")
_FUNCTION = frozenset(
    re.findall(
        r"\w+",
        "the of to in on at for and or is are was be by an it this that with from as if not no may must can "
        "shall should will than within least most more less per any all each which who when",
    )
)


@dataclass(frozen=True)
class Clause:
    """What says one thing, and where it stands."""

    text: str
    around: str
    """The sentence it is a part of; of a cell the head of its row and column, and what announces the table."""
    figures: tuple[Figure, ...]
    row: str = ""
    """What the row of a cell is called; empty elsewhere, and for that name itself."""
    cell: str = ""
    column: str = ""
    """What stands over a cell."""

    @cached_property
    def near(self) -> frozenset[str]:
        """Its own words, without its figures."""
        return terms(ANY_FIGURE.sub(" ", self.text))

    @cached_property
    def further(self) -> frozenset[str]:
        """The words around it, its own too."""
        return terms(ANY_FIGURE.sub(" ", self.around)) | self.near


def plain(text: str) -> str:
    """One width, one script, lower case, without marks of citation and of emphasis."""
    narrow = simplified(unicodedata.normalize("NFKC", text)).lower()
    return re.sub(r"\[\d{1,2}\]|[*_`]{1,3}", "", re.sub(r"<[a-z_]+_\d+>", " ", narrow))


def terms(text: str) -> frozenset[str]:
    """What a text is compared by: pairs of Chinese characters, stems of Latin words."""
    pairs = {run[at : at + 2] for run in _HAN.findall(text) for at in range(max(1, len(run) - 1))}
    words = {_ENDING.sub("", word) for word in _LATIN.findall(text) if word not in _FUNCTION}
    return frozenset(pairs | words)


def clauses_of(text: str) -> list[Clause]:
    """The clauses of a text in order; a table gives one for each cell."""
    found: list[Clause] = []
    table: list[list[str]] = []
    announced = before = ""
    for line in [*plain(text).split("\n"), ""]:
        if line.lstrip().startswith("|"):
            announced = announced or before
            table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if table:
            found += _cells(table, announced)
            table, announced = [], ""
        if line.strip():
            found += _of_line(line)
            before = line
    return found


def _of_line(line: str) -> Iterator[Clause]:
    body = _ORDER.sub("", line)
    for sentence in _SENTENCE.findall(body):
        for group in _CLAUSE.split(sentence):
            parts = [part.strip() for part in group.split("、") if part.strip()]
            # 支行3天、分行5天内出具意见: what stands behind the last figure belongs to each.
            tail = _FIGURE.split(parts[-1])[-1] if len(parts) > 1 and _FIGURE.search(parts[-1]) else ""
            for part in parts:
                text = f"{part} {tail}" if tail and not part.endswith(tail) and _FIGURE.search(part) else part
                yield Clause(text, sentence, _figures(part))


def _figures(text: str) -> tuple[Figure, ...]:
    """The figures of a clause; the days of T+1, how often, and ordinals, which state nothing but may be meant."""
    days = (Figure("number", Decimal(one), "settlement", said="t+") for one in _SETTLEMENT.findall(text))
    often = (Figure("number", Decimal(_OFTEN[one]), "every", False, "每") for one in _EVERY.findall(text))
    plainly = list(figures_in(text))
    ordinals = (
        (one for one in figures_in(_ORDINAL.sub("", text)) if one not in plainly) if _ORDINAL.search(text) else ()
    )
    return (*plainly, *(replace(one, states=False) for one in ordinals), *days, *often)


def _cells(table: list[list[str]], announced: str) -> Iterator[Clause]:
    rows = [row for row in table if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
    head, *body = rows or [[]]
    for over in head:
        yield Clause(over, " ".join(head), _figures(over))
    for row in body:
        for column, cell in enumerate(row):
            over = head[column] if column < len(head) else ""
            # Its own row and column are said close to it: 部门负责人, 一类地区.
            text = f"{row[0]} {over} {cell}" if column else cell
            named = row[0] if column and not (column == 1 and _ENTRY.match(over)) else ""
            yield Clause(text, f"{announced} {' '.join(row)}", _in_cell(cell, f"{over} {announced}"), named, cell, over)


def _in_cell(cell: str, heads: str) -> tuple[Figure, ...]:
    """A cell's figures; a bare one has the unit that stands in brackets above it: （万元）."""
    said = next((unit for one in _SAID_OF_ALL.findall(heads) if (unit := _UNIT_WORDS.match(one))), None)
    found = _figures(cell)
    if said and any(isinstance(one.value, Decimal) and not one.unit for one in found):
        with_unit = tuple(figures_in(re.sub(r"\d$", lambda last: last[0] + said[0], cell)))
        return with_unit or found
    return found
