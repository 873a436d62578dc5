"""Names against watch lists: Chinese and English, aliases, any word order, spelling variants."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from app.core.errors import BadInput
from skills.fx.words import say

THRESHOLD = 0.80
"""From here on a name is shown as a possible match: a person decides. Chosen with `bench/bench_fx_screen.py`."""
_HELD = 0.95
MOST = 20
"""Matches shown, best first."""
LARGEST_FILE = 64 * 1024 * 1024
LISTS = Path("config") / "lists"
_NULL = "-0-"

# Forms of companies and small words say nothing about who it is.
_EMPTY_WORDS = re.compile(
    r"(?:ltd|limited|co|company|inc|incorporated|corp|corporation|llc|llp|plc|gmbh|ag|sa|sas|spa|srl|jsc|ojsc|oao|ooo|pjsc"
    r"|pao|zao|bv|nv|kg|ab|as|oyj?|pte|pty|bhd|sdn|kk|the|of|and|for|de|la|le|du|mrs?|ms|dr)"
)
_HAN_FORMS = re.compile(r"股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|集团|[(（].*?[)）]")
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed person, company or ship."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class WatchList:
    """A list with its entries; what is compared is prepared once."""

    name: str
    entries: tuple[Entry, ...]

    @cached_property
    def prepared(self) -> tuple[tuple[str, ...], tuple[tuple[Entry, str], ...]]:
        """The normalised spellings, and to each its entry and the spelling on the list."""
        spellings = [(entry, name) for entry in self.entries for name in (entry.name, *entry.aliases)]
        pairs = [(normal, spelling) for spelling in spellings if (normal := normalised(spelling[1]))]
        return tuple(normal for normal, _ in pairs), tuple(spelling for _, spelling in pairs)


@dataclass(frozen=True, slots=True)
class Match:
    """A possible hit. `score` is 0 to 1; 1 is the same name."""

    list: str
    name: str
    """As the list spells it; of several spellings the closest."""
    score: float
    entry: str
    """The entry's number on its list."""

    def as_json(self) -> dict[str, Any]:
        """The contract's keys."""
        return {"list": self.list, "name": self.name, "score": self.score, "entry": self.entry}


def screen(name: str, lists: Sequence[WatchList], threshold: float = THRESHOLD) -> list[Match]:
    """Possible hits of `name`, best first, one per entry. Raises `BadInput` for a name with no letters in it."""
    wanted = normalised(name[:300])
    if not wanted:
        raise BadInput("FX_SCREEN_NAME", say("screen_no_name"))
    best: dict[tuple[str, str], Match] = {}
    for watch in lists:
        normals, spellings = watch.prepared
        for place, score in _closest(wanted, normals, threshold).items():
            entry, spelling = spellings[place]
            match = Match(watch.name, spelling, round(score, 3), entry.id)
            kept = best.get((watch.name, entry.id))
            if kept is None or kept.score < match.score:
                best[(watch.name, entry.id)] = match
    return sorted(best.values(), key=lambda match: (-match.score, match.list, match.name))[:MOST]


def normalised(name: str) -> str:
    """Words without accents, case, punctuation, titles and forms of company, sorted; Chinese as one word."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    if _HAN.search(plain):
        core = re.sub(r"[\W_]", "", _HAN_FORMS.sub("", plain))
        return core or re.sub(r"[\W_]", "", plain)
    joined = re.sub(r"\b(?:[^\W\d_]\.\s?){2,}", lambda found: re.sub(r"[.\s]", "", found[0]) + " ", f"{plain} ")
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’`]", "", joined)).split()
    telling = [word for word in words if not _EMPTY_WORDS.fullmatch(word)]
    return " ".join(sorted(dict.fromkeys(telling or words)))


def _closest(wanted: str, normals: Sequence[str], threshold: float) -> dict[int, float]:
    """Place in `normals` -> score 0 to 1. Whole names are compared; with two words in common, names that hold another
    one count nearly as much (John Smith and John Albert Smith)."""
    found: dict[int, float] = {}
    for _, score, place in process.extract(
        wanted, normals, scorer=fuzz.ratio, limit=MOST, score_cutoff=threshold * 100
    ):
        found[place] = score / 100
    words = set(wanted.split())
    if len(words) > 1:
        cutoff = threshold * 100 / _HELD
        for other, score, place in process.extract(
            wanted, normals, scorer=fuzz.token_set_ratio, limit=MOST * 3, score_cutoff=cutoff
        ):
            if len(words & set(other.split())) > 1:
                found[place] = max(found.get(place, 0.0), score / 100 * _HELD)
    return found


def own_lists(content: Path) -> list[WatchList]:
    """The lists in `config/lists`."""
    return [read_list(path) for path in sorted((content / LISTS).glob("*.csv"))]


def read_list(path: Path) -> WatchList:
    """A list from a CSV file: with a header (`name`, `aliases` separated by `;`, `id`), or OFAC's SDN / ALT without.

    Raises `BadInput` when the file cannot be read as such a list.
    """
    try:
        changed = path.stat()
    except OSError:
        raise BadInput("FX_LIST", say("list_missing", name=path.name)) from None
    if changed.st_size > LARGEST_FILE:
        raise BadInput("FX_LIST", say("list_too_large", name=path.name))
    return _read_list(path, changed.st_mtime_ns)


@lru_cache(maxsize=16)
def _read_list(path: Path, changed: int) -> WatchList:
    try:
        entries = tuple(_entries(_rows(path), path.name))
    except (csv.Error, OSError):
        raise BadInput("FX_LIST", say("list_broken", name=path.name)) from None
    if not entries:
        raise BadInput("FX_LIST", say("list_empty", name=path.name))
    return WatchList(path.stem, entries)


def _rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if b"\0" in content:
        raise BadInput("FX_LIST", say("list_broken", name=path.name))
    for encoding in ("utf-8-sig", "gb18030", "latin-1"):
        try:
            return list(csv.reader(content.decode(encoding).splitlines()))
        except UnicodeDecodeError:
            continue
    return []


def _entries(rows: list[list[str]], file: str) -> Iterator[Entry]:
    if not rows:
        return
    header = [cell.strip().casefold() for cell in rows[0]]
    if "name" in header:
        for number, row in enumerate(rows[1:], start=2):
            values = dict(zip(header, (cell.strip() for cell in row), strict=False))
            if values.get("name"):
                aliases = tuple(
                    alias.strip() for alias in re.split(r"[;|；]", values.get("aliases", "")) if alias.strip()
                )
                yield Entry(values.get("id") or str(number), values["name"], aliases)
        return
    if not rows[0] or not rows[0][0].strip().isdigit() or len(rows[0]) < 5:
        raise BadInput("FX_LIST", say("list_no_names", name=file))
    # OFAC, no header. SDN: ent_num, name, type, …; ALT: ent_num, alt_num, type, name, remarks.
    column = 1 if len(rows[0]) >= 11 else 3
    for row in rows:
        if len(row) > column and row[column].strip() not in ("", _NULL):
            yield Entry(row[0].strip(), row[column].strip())
