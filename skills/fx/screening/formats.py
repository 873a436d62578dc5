"""Files of lists as their publishers give them out.

- OFAC's SDN and consolidated list in CSV without a header (`sdn.csv` / `cons_prim.csv` with 12 columns, `alt.csv` /
  `cons_alt.csv` with 5; `-0-` is empty) and in XML (`sdn.xml`, `consolidated.xml`). Format: OFAC's data specification
  of 2023-09-25.
- The consolidated list of the UN Security Council in XML, format of its `sc-sanctions.xsd`.
- Own lists in CSV with a header: `name`, and where there are any `aliases` (separated by `;` or `|`), `id`, `kind`,
  `reason`; or the same in Chinese. Comma, semicolon or tab; UTF-8 or GB 18030.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.core.errors import BadInput
from skills.fx.screening.entry import Entry
from skills.fx.words import say

LARGEST_FILE = 64 * 1024 * 1024
_NULL = "-0-"
_COLUMNS = {
    "name": ("name", "名称", "姓名", "名字", "单位名称", "企业名称"),
    "aliases": ("aliases", "alias", "别名", "曾用名", "英文名"),
    "id": ("id", "编号", "序号"),
    "kind": ("kind", "type", "类别", "类型"),
    "reason": ("reason", "remarks", "原因", "备注"),
}
_UN_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds."""

    entries: tuple[Entry, ...]
    source: str
    day: date | None = None


def read_files(paths: Sequence[Path]) -> Read:
    """Several files of one list (OFAC's names and aliases) as one: entries of the same number are one entry.

    Raises `BadInput` when one of them cannot be read as a list, or when they are not of one publisher.
    """
    found = [read_file(path) for path in paths]
    sources = {one.source.removesuffix(" ALT") for one in found}
    if len(sources) > 1:
        raise BadInput("FX_LIST", say("list_mixed", sources=" / ".join(sorted(sources))))
    whole: dict[str, Entry] = {}
    for one in sorted(found, key=lambda read: read.source.endswith(" ALT")):
        for entry in one.entries:
            whole[entry.id] = _with(whole.get(entry.id), entry)
    days = [one.day for one in found if one.day]
    return Read(tuple(whole.values()), sources.pop(), max(days, default=None))


def read_file(path: Path) -> Read:
    """One file. Raises `BadInput` with what is the matter, by the file's name without its folder."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput("FX_LIST", say("list_too_large", name=path.name))
        content = path.read_bytes()
    except OSError:
        raise BadInput("FX_LIST", say("list_missing", name=path.name)) from None
    is_xml = content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    found = _xml(content, path.name) if is_xml else _csv(content, path.name)
    if not found.entries:
        raise BadInput("FX_LIST", say("list_empty", name=path.name))
    return found


def _with(kept: Entry | None, more: Entry) -> Entry:
    if kept is None:
        return more
    others = (name for name in more.spellings if name != kept.name and name not in kept.aliases)
    return replace(kept, aliases=(*kept.aliases, *dict.fromkeys(others)))


# --- XML ---


def _xml(content: bytes, file: str) -> Read:
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadInput("FX_LIST", say("list_broken_xml", name=file)) from None
    kind = _tag(root)
    if kind == "sdnList":
        return Read(tuple(_ofac_entries(root)), "OFAC", _ofac_day(root))
    if kind == "CONSOLIDATED_LIST":
        return Read(tuple(_un_entries(root)), "UN", _un_day(root))
    raise BadInput("FX_LIST", say("list_unknown_xml", name=file, root=kind[:40]))


def _ofac_entries(root: Element) -> Iterator[Entry]:
    for one in _named(root, "sdnEntry"):
        name = _ofac_name(one)
        if not name:
            continue
        aliases = (_ofac_name(aka) for group in _named(one, "akaList") for aka in _named(group, "aka"))
        programs = [_text(each) for group in _named(one, "programList") for each in _named(group, "program")]
        born = [_text(each) for each in one.iter() if _tag(each) == "dateOfBirth"]
        detail = "; ".join(filter(None, (*programs, _child(one, "remarks"), *(f"DOB {day}" for day in born))))
        yield Entry(_child(one, "uid"), name, _others(name, aliases), _child(one, "sdnType").casefold(), detail)


def _ofac_name(one: Element) -> str:
    return ", ".join(filter(None, (_child(one, "lastName"), _child(one, "firstName"))))


def _ofac_day(root: Element) -> date | None:
    said = next((_text(each) for each in root.iter() if _tag(each) == "Publish_Date"), "")
    try:
        return datetime.strptime(said, "%m/%d/%Y").date()
    except ValueError:
        return None


def _un_entries(root: Element) -> Iterator[Entry]:
    for one in root.iter():
        kind = _tag(one)
        if kind not in ("INDIVIDUAL", "ENTITY"):
            continue
        name = " ".join(filter(None, (_child(one, part) for part in _UN_NAMES)))
        if not name:
            continue
        aliases = [_child(alias, "ALIAS_NAME") for alias in _named(one, f"{kind}_ALIAS")]
        aliases.append(_child(one, "NAME_ORIGINAL_SCRIPT"))
        born = [_text(each) for group in _named(one, "INDIVIDUAL_DATE_OF_BIRTH") for each in group]
        said = (_child(one, "UN_LIST_TYPE"), _child(one, "REFERENCE_NUMBER"), " ".join(filter(None, born)))
        detail = "; ".join(filter(None, (*said, _child(one, "COMMENTS1")[:300])))
        yield Entry(_child(one, "DATAID"), name, _others(name, aliases), kind.casefold(), detail)


def _un_day(root: Element) -> date | None:
    try:
        return date.fromisoformat(root.get("dateGenerated", "")[:10])
    except ValueError:
        return None


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element if _tag(one) == name)


def _child(element: Element, name: str) -> str:
    return next((_text(one) for one in _named(element, name)), "")


def _text(element: Element) -> str:
    return " ".join((element.text or "").split())


def _others(name: str, aliases: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(alias for alias in aliases if alias and alias != name))


# --- CSV ---


def _csv(content: bytes, file: str) -> Read:
    rows = _rows(content, file)
    if not rows:
        raise BadInput("FX_LIST", say("list_empty", name=file))
    header = {column: place for place, cell in enumerate(rows[0]) if (column := _column(cell))}
    if "name" in header:
        return Read(tuple(_own_entries(rows, header)), "own")
    if rows[0][0].strip().isdigit() and len(rows[0]) >= 11:
        return Read(tuple(_ofac_rows(rows)), "OFAC")
    if rows[0][0].strip().isdigit() and len(rows[0]) == 5:
        return Read(tuple(_ofac_aliases(rows)), "OFAC ALT")
    seen = ", ".join(cell.strip()[:20] for cell in rows[0][:8])
    raise BadInput("FX_LIST", say("list_no_names", name=file, columns=seen))


def _rows(content: bytes, file: str) -> list[list[str]]:
    if b"\0" in content:
        raise BadInput("FX_LIST", say("list_broken", name=file))
    for encoding in ("utf-8-sig", "gb18030", "latin-1"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error:
        raise BadInput("FX_LIST", say("list_broken", name=file)) from None
    return [row for row in rows if row and row != ["\x1a"]]


def _column(cell: str) -> str:
    said = cell.strip().casefold()
    return next((column for column, names in _COLUMNS.items() if said in names), "")


def _own_entries(rows: Sequence[Sequence[str]], header: dict[str, int]) -> Iterator[Entry]:
    for number, row in enumerate(rows[1:], start=2):
        said = {column: row[place].strip() for column, place in header.items() if place < len(row)}
        if name := said.get("name"):
            aliases = (alias.strip() for alias in re.split(r"[;|；]", said.get("aliases", "")))
            about = said.get("kind", ""), said.get("reason", "")
            yield Entry(said.get("id") or str(number), name, _others(name, aliases), *about)


def _ofac_rows(rows: Sequence[Sequence[str]]) -> Iterator[Entry]:
    """ent_num, name, type, program, title, call sign, ship type, tonnage, GRT, flag, owner, remarks."""
    for row in rows:
        cells = [cell.strip().removeprefix(_NULL) for cell in row]
        if len(cells) >= 11 and cells[1]:
            yield Entry(cells[0], cells[1], (), cells[2], "; ".join(filter(None, (cells[3], *cells[11:12]))))


def _ofac_aliases(rows: Sequence[Sequence[str]]) -> Iterator[Entry]:
    """ent_num, alt_num, type, name, remarks."""
    for row in rows:
        if len(row) > 3 and row[3].strip() not in ("", _NULL):
            yield Entry(row[0].strip(), row[3].strip())
