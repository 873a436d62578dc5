"""Which line of a statement a name means: `line_names.yaml`, compared in a bare form. The unknown stays unknown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, read_yaml
from skills.credit.statement import LineItem, StatementKind

CATALOGUE = Path(__file__).with_name("line_names.yaml")

_LONGEST = 80
_TRADITIONAL = str.maketrans(
    "應賬帳款貨幣資產負債權額總計項買賣銷營業務費無長淨凈週轉預攤實股東經動現當內價發構產減稅歸屬潤虧損關聯與",
    "应账账款货币资产负债权额总计项买卖销营业务费无长净净周转预摊实股东经动现当内价发构产减税归属润亏损关联与",
)
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:\.\d{1,2}){0,2}[、.．]?(?=\D)"
    r"|[ivx]{1,5}\.|[#*△▲☆★●■※\-–—~])+\s*"
)
_LEAD = re.compile(r"^(?:其中|加|减|减去|加上|add|less|including|of which)[:：]\s*|^其中(?=\S{4})")
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_NET = re.compile(r"(?:净额|净值|余额|账面价值)$|^net | net$")
_SAME = (
    (re.compile(r"(?:总计|总额|合计数|总计数|小计)$"), "合计"),
    (re.compile(r"^总(资产|负债)$"), r"\1合计"),
    (re.compile(r"股东权益|股东的权益"), "所有者权益"),
    (re.compile(r"(?<=母公司)股东"), "所有者"),
    (re.compile(r"^(?:期末|年末)(?=现金)"), "期末"),
    (re.compile(r"^(?:期初|年初)(?=现金)"), "期初"),
    (re.compile(r"帐"), "账"),
    (re.compile(r"其它"), "其他"),
    (re.compile(r"[的所之]|产生|(?<=负债)[及和与](?=所有者)"), ""),
    (re.compile(r"[、,，。.;；:：/\s]"), ""),
    (re.compile(r"^合计(.+)$"), r"\1合计"),
)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    names: tuple[str, ...] = Field(min_length=1)
    outflow: bool = False


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    balance: Mapping[str, _Line]
    income: Mapping[str, _Line]
    cash: Mapping[str, _Line]


def line_of(name: str) -> LineItem | None:
    """The line that `name` means, or None. Never the nearest one: 应收账款 and 应付账款 are one character apart."""
    return next((_names()[form] for form in _forms(name) if form in _names()), None)


@cache
def lines() -> Mapping[str, LineItem]:
    """Every line of the catalogue by key, in the order of the statements."""
    return {line.key: line for line in _read()[0]}


def check_catalogue() -> None:
    """Raises `ContentError` with file and line: unknown keys, or one name for two lines."""
    _read.cache_clear()
    _read()


@cache
def _names() -> Mapping[str, LineItem]:
    return _read()[1]


@cache
def _read() -> tuple[tuple[LineItem, ...], Mapping[str, LineItem]]:
    catalogue = checked_content(_Catalogue, CATALOGUE, read_yaml(CATALOGUE))
    kinds: tuple[tuple[StatementKind, Mapping[str, _Line]], ...] = (
        ("balance", catalogue.balance),
        ("income", catalogue.income),
        ("cash", catalogue.cash),
    )
    items: list[LineItem] = []
    names: dict[str, LineItem] = {}
    for kind, found in kinds:
        for key, line in found.items():
            item = LineItem(key, kind, line.title, line.title_en, line.outflow)
            items.append(item)
            for name in (line.title, line.title_en, *line.names):
                other = names.setdefault(_forms(name)[0], item)
                if other != item:
                    raise ContentError(CATALOGUE, 1, f"{name!r} names both {other.key} and {key}")
    return tuple(items), names


def _forms(name: str) -> tuple[str, ...]:
    """The bare forms of a name, the most exact first: with its brackets' words, without them, without "net"."""
    plain = unicodedata.normalize("NFKC", name[: 2 * _LONGEST]).translate(_TRADITIONAL).strip().lower()
    if not plain or len(plain) > _LONGEST:
        return ("",)
    previous = ""
    while previous != plain:
        previous = plain
        plain = _LEAD.sub("", _NUMBERING.sub("", plain)).strip()
    whole = re.sub(r"[()（）\[\]【】]", "", plain)
    outside = _BRACKETS.sub("", plain).strip(" :：")
    return tuple(dict.fromkeys(_bare(text) for text in (whole, outside, *_without_suffix(outside)) if text))


def _without_suffix(text: str) -> tuple[str, ...]:
    """Without "net" and without 合计: 应收账款净额, 存货合计 are the line itself."""
    net = _NET.sub("", text).strip(" ,")
    total = re.sub(r"(?:合计|小计)$", "", net).strip()
    return tuple(one for one in (net, total) if one != text)


def _bare(text: str) -> str:
    if re.search(r"[a-z]{2}", text):
        text = re.sub(r"&", " and ", text.replace("'s", "s").replace("s'", "s").replace("’s", "s").replace("s’", "s"))
        return " ".join(re.sub(r"[^a-z ]", " ", text).split())
    text = re.sub(r"\s", "", text)
    for pattern, replacement in _SAME:
        text = pattern.sub(replacement, text)
    return text
