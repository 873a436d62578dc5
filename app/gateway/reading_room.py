"""Originals behind citations: each look at a document asks the rights, in whatever shape it is shown.

A set that is not there and one that may not be read are refused in the same words; what is missing in an open set is
told as missing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.assistant import Assistant
from app.core.audit import AuditEntry
from app.core.errors import BadInput, Refused
from app.core.ports import AuditLog, Documents, Hit, OpenDocument, Original, PagePicture, Rights
from app.core.quote_mark import found_by_mark
from app.core.texts import Texts
from app.core.turn import Person
from app.gateway.identity import Identity

REVIEW = "knowledge.review"
"""Who may use this skill on a set opens its drafts; nobody else does."""
_VERSION = re.compile(r"[0-9a-f]{12}")
_LONGEST_SOURCE = 450
_LONGEST_LOCATOR = 500
_SEARCHED = 300_000
"""Characters of a document in which a quote is looked for whose place is gone: a quarter of a second."""


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a citation points, as it is asked for: all of it comes from an address."""

    source: str
    """`<set>/<file>`."""
    locator: str = ""
    version: str = ""
    """Empty: the one that counts."""
    mark: str = ""
    """Which words of the passage, see `core/quote_mark.py`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document opened at a place."""

    document: OpenDocument
    at: int | None
    """Index of the cited passage; None where none is asked for, or where this version has none there."""
    quote: tuple[int, int] | None
    """The cited words within that passage."""


class ReadingRoom:
    """Opens documents for people."""

    def __init__(
        self,
        *,
        identity: Identity,
        rights: Rights,
        audit: AuditLog,
        documents: Documents,
        assistants: Mapping[str, Assistant],
        texts: Texts,
    ) -> None:
        self._identity = identity
        self._rights = rights
        self._audit = audit
        self._documents = documents
        self._assistants = assistants
        self._texts = texts

    async def passage(self, person: str, cited: Cited) -> Hit:
        """The passage, verbatim. Raises `Refused` where the person may not read the set, `BadInput` where it is not."""
        documents = await self._entered(person, cited)
        found = await documents.passage(cited.source, cited.locator, cited.version)
        if found is None:
            raise self._missing()
        return found

    async def document(self, person: str, cited: Cited) -> Shown:
        """The whole document, open at the place. Raises as `passage` does, but not for a place that is not there."""
        documents = await self._entered(person, cited)
        document = await documents.open_document(cited.source, cited.version)
        if document is None:
            raise self._missing()
        return await asyncio.to_thread(_shown, document, cited)

    async def page(self, person: str, cited: Cited, page: int, quote: str) -> PagePicture:
        """A page of it as a picture. Raises as `passage` does, `Unavailable` where its bytes are gone."""
        documents = await self._entered(person, cited)
        drawn = await documents.page(cited.source, cited.version, page, quote)
        if drawn is None:
            raise self._missing()
        return drawn

    async def original(self, person: str, cited: Cited) -> Original:
        """Its file, to take away: the audit knows who did. Raises as `page` does."""
        documents = await self._entered(person, cited)
        original = await documents.original(cited.source, cited.version)
        if original is None:
            raise self._missing()
        viewer = self._identity.person(person)
        detail = {"document": cited.source, "version": cited.version}
        await self._audit.append(_entry("file.read", viewer, "done", detail))
        return original

    async def _entered(self, person: str, cited: Cited) -> Documents:
        """The set's documents, drafts too where one is asked for. Raises `Refused`, in the audit, where the person may
        not read them; `BadInput`."""
        viewer = self._identity.person(person)
        set_name = cited.source.split("/")[0]
        readers = [one.name for one in self._assistants.values() if set_name in one.knowledge]
        decisions = [self._rights.decide(viewer, one, f"knowledge:{set_name}") for one in readers]
        if not any(decision.allowed for decision in decisions):
            # A set that no assistant reads is named by whoever asked: it goes into no record.
            detail = {"knowledge": set_name, "reason": decisions[0].why} if decisions else {"reason": "unknown"}
            rule = decisions[0].rule if decisions else ""
            raise await self._refused(viewer, {**detail, "rule": rule or "no rule"})
        long = len(cited.source) > _LONGEST_SOURCE or len(cited.locator) > _LONGEST_LOCATOR
        if long or (cited.version and not _VERSION.fullmatch(cited.version)):
            raise self._missing()
        if not cited.version or not await self._documents.is_draft(cited.source, cited.version):
            return self._documents.narrowed([set_name])
        reviews = [
            self._rights.decide(viewer, one, REVIEW)
            for one, read in zip(readers, decisions, strict=True)
            if read.allowed
        ]
        if not any(decision.allowed for decision in reviews):
            detail = {"knowledge": set_name, "reason": reviews[0].why, "rule": reviews[0].rule or "no rule"}
            raise await self._refused(viewer, detail)
        return self._documents.narrowed([set_name], drafts=True)

    async def _refused(self, viewer: Person, detail: Mapping[str, Any]) -> Refused:
        """What to raise; it is in the audit."""
        await self._audit.append(_entry("refused", viewer, "refuse", detail))
        return Refused("NO_KNOWLEDGE", self._texts("no_knowledge"))

    def _missing(self) -> BadInput:
        return BadInput("NO_PASSAGE", self._texts("no_passage"))


def _shown(document: OpenDocument, cited: Cited) -> Shown:
    """Open at its place; where this version has none there, at the quoted words, wherever they stand now."""
    at = next((at for at, one in enumerate(document.passages) if one.locator == cited.locator), None)
    if at is not None:
        return Shown(document, at, found_by_mark(document.passages[at].text, cited.mark))
    left = _SEARCHED if cited.mark else 0
    for moved, passage in enumerate(document.passages):
        left -= len(passage.text)
        if left < 0:
            break
        if quote := found_by_mark(passage.text, cited.mark):
            return Shown(document, moved, quote)
    return Shown(document, None, None)


def _entry(what: str, person: Person, decision: str, detail: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        what=what, person=person.id, operator="", assistant="", room="", trace_id="", decision=decision, detail=detail
    )
