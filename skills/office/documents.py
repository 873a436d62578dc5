"""`office.draft_document`: official documents and letters as .docx, from the bank's own templates.

What people said goes into the template as data: the template engine escapes it and never reads it as a template.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import cn2an
from docx import Document
from docxtpl import DocxTemplate

from app.core.assistant import ContentError
from app.core.errors import SkillFailed
from app.core.skill import Ask, Context, Result, Slot, skill
from app.core.texts import language, speaking
from skills.office.catalogue import listed, say
from skills.office.document_request import KIND_WORDS, Draft, Kind, read_draft

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEMPLATES = Path("assistants") / "office" / "templates"
OPEN = "【待补充】"
"""Stands in the document for what is not known yet."""
_LONGEST_NAME = 60  # characters of a file's name


@skill("office.draft_document", texts=say)
async def draft_document(
    ctx: Context,
    about: Annotated[str, Slot("utterance", ask="ask_kind")],
    kind: Annotated[str | None, Slot("choice", choices=cast(Mapping[str, tuple[str, ...]], KIND_WORDS))] = None,
) -> Result | Ask:
    """Draft a notice, an official letter, a request for approval or a letter as a Word file. 起草通知、函、请示、信。

    `about`: all that was said for it so far, one line per message; elements may be named: 标题：…, 主送：…, 内容：…,
    抄送：…, 附件：…, 日期：…, 落款：…. Later lines add to or correct earlier ones.
    """
    draft = read_draft(about, ctx.now, cast(Kind | None, kind))
    if draft.missing or draft.kind is None:
        name = say(f"kind_{draft.kind}") if draft.kind else ""
        return Ask(say(f"ask_{draft.missing}", kind=name), "about")
    # Official documents are Chinese whatever language the talk is in; a letter follows the talk.
    with speaking(language() if draft.kind == "letter" else "zh"):
        path = _template(ctx.content, draft.kind)
        title = say(f"title_{draft.kind}", subject=draft.subject or OPEN, recipient=draft.recipient or OPEN)
        values = _values(draft, ctx)
    content, lines = await asyncio.to_thread(_rendered, path, values, title)
    file = await ctx.files.store(ctx.room, f"{_file_name(title)}.docx", content, DOCX, by=ctx.assistant)
    unknown = [say(f"open_{name}") for name in ("subject", "recipient", "points") if name in draft.left_open]
    unknown += [say("open_number")] if draft.kind != "letter" else []
    unknown += [say("open_signer")] if draft.kind == "request" else []
    parts = [say("drafted", title=_plain(title))]
    parts += [say("still_open", what=listed(unknown))] if unknown else []
    parts += ["\n>\n".join(f"> {_plain(line)}" for line in lines), say("change_it")]
    data = {"title": title, "file": file.id, "open": unknown}
    return Result("\n\n".join(parts), data, files=(file,))


def check_templates(content: Path) -> None:
    """Every kind has a template that can be filled. Raises `ContentError`."""
    values = dict.fromkeys(("subject", "recipient", "number", "signer", "copies", "sender"), "x")
    values |= dict.fromkeys(("author", "extension", "date"), "x")
    for name in (*KIND_WORDS, "letter.en"):
        path = content / TEMPLATES / f"{name}.docx"
        if not path.exists():
            raise ContentError(path, 1, "file is missing")
        try:
            _rendered(path, {**values, "points": [{"number": "", "text": "x"}], "attachments": ["x"]}, "x")
        except Exception as error:  # a template breaks in as many ways as there are parsers below it
            raise ContentError(path, 1, f"cannot be filled in: {type(error).__name__}") from None


def _template(content: Path, kind: Kind) -> Path:
    path = content / TEMPLATES / (f"{kind}.en.docx" if language() == "en" else f"{kind}.docx")
    if not path.exists():
        raise SkillFailed("OFFICE_TEMPLATE", say("no_template"))
    return path


def _values(draft: Draft, ctx: Context) -> dict[str, Any]:
    """What the templates may speak of. The register's number and the signer are given when the document is issued."""
    points = draft.points or (OPEN,)
    day = draft.day or ctx.now.date()
    attachments = [say("attachment", text=one) for one in draft.attachments]
    if len(attachments) > 1:
        attachments = [
            say("attachment_first" if number == 1 else "attachment_next", number=number, text=one)
            for number, one in enumerate(draft.attachments, start=1)
        ]
    return {
        "subject": draft.subject or OPEN,
        "recipient": draft.recipient or OPEN,
        "points": [
            {"number": f"{cn2an.an2cn(number)}、" if len(points) > 1 else "", "text": _sentence(point)}
            for number, point in enumerate(points, start=1)
        ],
        "attachments": attachments,
        "copies": draft.copies,
        "number": OPEN,
        "signer": OPEN,
        "sender": draft.sender or say("sender_of_place", place=ctx.person.place),
        "author": ctx.person.name,
        "extension": ctx.person.extension or OPEN,
        "date": say("document_date", year=day.year, month=day.month, day=day.day, month_name=f"{day:%B}"),
    }


def _rendered(path: Path, values: Mapping[str, Any], title: str) -> tuple[bytes, list[str]]:
    """The filled document, and its lines for the preview."""
    template = DocxTemplate(path)
    template.render(dict(values), autoescape=True)
    template.docx.core_properties.title = title[:200]
    template.docx.core_properties.author = str(values["sender"])[:200]
    buffer = io.BytesIO()
    template.save(buffer)
    lines = [paragraph.text.strip() for paragraph in Document(io.BytesIO(buffer.getvalue())).paragraphs]
    return buffer.getvalue(), [line for line in lines if line]


def _sentence(point: str) -> str:
    """`point` with a full stop, unless it ends in a mark of its own."""
    return point if point.endswith(tuple("。！？!?….：:】")) else point + say("full_stop")


def _plain(text: str) -> str:
    """`text` with what Markdown would read as mark-up made harmless; no sign of an address or a number is touched."""
    return re.sub(r"([\\\[\]<>*`|])|^([#+-])", r"\\\1\2", text)


def _file_name(title: str) -> str:
    """A name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|.\s{}%]+', "_", title).strip("_ ")[:_LONGEST_NAME] or "document"
