"""The page of a document: what it is and how it stands, then the part of it that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote as address_part

from app.channels.browser_cards import say
from app.channels.browser_document_table import area_of
from app.channels.browser_document_text import DocumentText
from app.core.ports import OpenDocument, PagePicture
from app.core.texts import language
from app.gateway.reading_room import Cited, Shown

_LONGEST_LEAF = 60_000
"""Characters that are shown at once: a rule of fifty pages."""
_PAGE = re.compile(r"p\.(\d+)(?=\s|$)")
_MARKDOWN = (".md", ".markdown")
_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stretch of passages that is shown at once: a sheet, or a document as far as it goes."""

    name: str
    """Of the sheet; empty where there is none."""
    first: int
    last: int
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """The page that is shown of a document that has pages."""

    number: int
    picture: PagePicture | None
    why_not: str = ""
    """Why there is no picture, for people."""


def page_number(locator: str) -> int:
    """The page of a locator (`p.12 第三条`); 1 where it names none."""
    found = _PAGE.match(locator)
    return int(found[1]) if found else 1


def leaves_of(document: OpenDocument) -> list[Leaf]:
    """A leaf for each sheet of a workbook, and no leaf longer than is good to read."""
    sheets = PurePosixPath(document.source).suffix.lower() in _WORKBOOKS
    leaves: list[Leaf] = []
    size = 0
    for at, passage in enumerate(document.passages):
        area = area_of(passage.locator) if sheets else None
        name = area.sheet if area else passage.locator if sheets else ""
        if leaves and leaves[-1].name == name and size + len(passage.text) <= _LONGEST_LEAF:
            leaves[-1] = Leaf(name, leaves[-1].first, at + 1)
            size += len(passage.text)
        else:
            leaves.append(Leaf(name, at, at + 1))
            size = len(passage.text)
    return leaves or [Leaf("", 0, 0)]


def document_page(shown: Shown, cited: Cited, style: str, *, leaf: int = 0, drawn: DrawnPage | None = None) -> str:
    """The page. `leaf` counts from 1; 0 is the one of the cited passage. `style`: address of the style sheet."""
    document = shown.document
    place = DocumentAddress(document, cited)
    body = _of_page(shown, place, drawn) if drawn else _of_leaf(shown, place, leaf)
    notes = "".join(f'<p class="note">{escape(one)}</p>' for one in _notes(shown, cited))
    return _html(document.title, style, f"{_head(document, place)}{notes}{body}")


def refusal_page(sentence: str, style: str) -> str:
    """Why there is nothing to read. It says no more than the sentence."""
    back = f'<p><a class="button" href="/">{escape(say("document_home"))}</a></p>'
    return _html(say("passage"), style, f'<main class="refusal"><h1>{escape(sentence)}</h1>{back}</main>')


class DocumentAddress:
    """Addresses around one document."""

    def __init__(self, document: OpenDocument, cited: Cited) -> None:
        self._source, self._version = address_part(document.source), document.version
        mark = f"&mark={address_part(cited.mark, safe='')}" if cited.mark else ""
        self._cited = f"&at={address_part(cited.locator, safe='')}{mark}" if cited.locator else ""

    @property
    def to_place(self) -> str:
        """This version, up to a locator that is to follow."""
        return f"/documents/{self._source}?v={self._version}&at="

    def present(self, version: str) -> str:
        """Another version, at the same place."""
        return f"/documents/{self._source}?v={version}{self._cited}"

    def leaf(self, number: int) -> str:
        """Another part of this version."""
        return f"/documents/{self._source}?v={self._version}&n={number}{self._cited}"

    def picture(self, number: int) -> str:
        """A page as a picture."""
        return f"/document-page/{number}/{self._source}?v={self._version}{self._cited}"

    @property
    def file(self) -> str:
        """The original to take away."""
        return f"/document-file/{self._source}?v={self._version}"


def _head(document: OpenDocument, place: DocumentAddress) -> str:
    standing, sentence = document.standing, standing_of(document)
    facts = [document.number, say("document_owner", owner=document.owner) if document.owner else "", _dates(document)]
    said = "".join(f"<li>{escape(one)}</li>" for one in facts if one)
    load = escape(say("document_download"))
    banner = _banner(document, place)
    kind = "good" if standing == "in_force" else "wait" if standing in ("not_yet", "draft", "reviewed") else "over"
    return (
        f'<header><div class="title"><h1>{escape(document.title)}</h1>'
        f'<a class="button" href="{escape(place.file)}" download>{load}</a></div>'
        f'<ul class="facts"><li class="standing {kind}">{escape(sentence)}</li>{said}</ul></header>{banner}'
    )


def standing_of(document: OpenDocument) -> str:
    """How the version stands, in one sentence."""
    by = say("document_by", title=document.successor_title) if document.successor_title else say("document_by_other")
    if document.successor == document.source:
        by = say("document_by_itself")
    values = {"since": document.since, "until": document.until, "by": by, "next": document.successor_since}
    if document.standing == "in_force" and document.until:
        return say("document_in_force_ends" if document.successor else "document_in_force_until", **values)
    return say(f"document_{document.standing}", **values)


def _dates(document: OpenDocument) -> str:
    if document.standing == "not_yet" or not document.since:
        return ""
    if document.until:  # what was taken back on its first day never counted
        over = document.until < document.since
        return "" if over else say("document_from_to", since=document.since, until=document.until)
    return say("document_from", since=document.since)


def _banner(document: OpenDocument, place: DocumentAddress) -> str:
    """Where this version is not the one that counts: what it is, and the way to that one."""
    if document.standing == "in_force":
        return ""
    link = ""
    if document.present and document.present != document.version:
        link = f'<a href="{escape(place.present(document.present))}">{escape(say("document_to_present"))}</a>'
    elif document.successor_title and document.successor != document.source:
        to = f"/documents/{address_part(document.successor)}"
        title = say("document_to_successor", title=document.successor_title)
        link = f'<a href="{escape(to)}">{escape(title)}</a>'
    sentence = say(f"document_banner_{document.standing}")
    return f'<p class="banner" role="note"><span>{escape(sentence)}</span>{link}</p>'


def _notes(shown: Shown, cited: Cited) -> Sequence[str]:
    """What is not as it was when it was cited."""
    if not cited.locator:
        return ()
    if shown.at is None:
        return (say("document_no_place", locator=cited.locator),)
    found = shown.document.passages[shown.at].locator
    if found != cited.locator:
        return (say("document_moved", locator=found, before=cited.locator),)
    return (say("document_no_quote"),) if cited.mark and shown.quote is None else ()


def _of_leaf(shown: Shown, place: DocumentAddress, number: int) -> str:
    leaves = leaves_of(shown.document)
    cited = next(
        (at for at, leaf in enumerate(leaves) if shown.at is not None and leaf.first <= shown.at < leaf.last), 0
    )
    at = number - 1 if 0 < number <= len(leaves) else cited
    leaf = leaves[at]
    text = _text(shown, place, range(leaf.first, leaf.last), anchored=True)
    # Sheets have their own way from one to the other.
    cut = len(leaves) > len({leaf.name for leaf in leaves})
    steps = _steps(at + 1, len(leaves), place, "part") if cut else ""
    return f'{_leaf_ways(leaves, at, place)}<main class="text">{text}</main>{steps}'


def _of_page(shown: Shown, place: DocumentAddress, drawn: DrawnPage) -> str:
    """The picture with the quote's boxes; beside it what can be read on the page."""
    passages = shown.document.passages
    paged = any(_PAGE.match(one.locator) for one in passages)
    here = [at for at, one in enumerate(passages) if not paged or page_number(one.locator) == drawn.number]
    picture = drawn.picture
    boxes = picture.boxes if picture else ()
    text = _text(shown, place, here, anchored=not boxes)
    text = text or f'<p class="nothing">{escape(say("document_no_text"))}</p>'
    figure = f'<p class="note">{escape(drawn.why_not)}</p>'
    ways = ""
    if picture:
        title = say("document_page", page=drawn.number, of=picture.of)
        figure = _figure(picture, place.picture(drawn.number), f"{shown.document.title} · {title}")
        ways = _steps(drawn.number, picture.of, place, "page") if picture.of > 1 else ""
    label = escape(say("document_page_text"))
    return (
        f'{ways}<main class="paged">{figure}<section class="text" aria-label="{label}">'
        f'<h2 class="label">{label}</h2>{text}</section></main>{ways}'
    )


def _figure(picture: PagePicture, address: str, alternative: str) -> str:
    wide, tall = picture.width, picture.height
    boxes = "".join(
        f'<rect{_OPENED if number == 0 else ""} x="{box.left * wide:.1f}" y="{box.top * tall:.1f}" '
        f'width="{(box.right - box.left) * wide:.1f}" height="{(box.bottom - box.top) * tall:.1f}" rx="3"/>'
        for number, box in enumerate(picture.boxes)
    )
    over = f'<svg viewBox="0 0 {wide} {tall}" role="img" aria-label="{escape(say("passage_quote"))}">{boxes}</svg>'
    return (
        f'<figure><a href="{escape(address)}" title="{escape(say("document_enlarge"))}">'
        f'<img src="{escape(address)}" width="{wide}" height="{tall}" alt="{escape(alternative)}"></a>'
        f"{over if boxes else ''}</figure>"
    )


_OPENED = ' id="at" tabindex="-1" autofocus'


def _text(shown: Shown, place: DocumentAddress, which: Sequence[int], *, anchored: bool) -> str:
    markup = PurePosixPath(shown.document.source).suffix.lower() in _MARKDOWN
    text = DocumentText(shown.document.title, markup, place.to_place, anchored)
    for at in which:
        cited = at == shown.at
        text.add(shown.document.passages[at], shown.quote if cited else None, cited=cited)
    return text.html()


def _leaf_ways(leaves: Sequence[Leaf], at: int, place: DocumentAddress) -> str:
    """The sheets of a workbook; nothing where the document has none."""
    if not any(leaf.name for leaf in leaves) or len(leaves) == 1:
        return ""
    first = {name: number for number, name in reversed([(n, leaf.name) for n, leaf in enumerate(leaves, 1)])}
    ways = "".join(
        f"<strong>{escape(name)}</strong>"
        if name == leaves[at].name
        else f'<a href="{escape(place.leaf(number))}">{escape(name)}</a>'
        for name, number in sorted(first.items(), key=lambda one: one[1])
    )
    return f'<nav class="sheets" aria-label="{escape(say("document_sheets"))}">{ways}</nav>'


def _steps(number: int, of: int, place: DocumentAddress, kind: str) -> str:
    """To the page or part before and after."""
    if of < 2:
        return ""
    before, after = escape(say(f"document_{kind}_before")), escape(say(f"document_{kind}_after"))
    back = f'<a rel="prev" href="{escape(place.leaf(number - 1))}">{before}</a>' if number > 1 else f"<i>{before}</i>"
    on = f'<a rel="next" href="{escape(place.leaf(number + 1))}">{after}</a>' if number < of else f"<i>{after}</i>"
    return f'<nav class="steps">{back}<span>{escape(say(f"document_{kind}", page=number, of=of))}</span>{on}</nav>'


def _html(title: str, style: str, body: str) -> str:
    tongue = "zh-CN" if language() == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><link rel="stylesheet" href="{escape(style)}"></head><body>{body}</body></html>'
    )
