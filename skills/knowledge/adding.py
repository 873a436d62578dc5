"""`knowledge.add`: an uploaded file becomes a draft of the assistant's documents."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.ports import Import, Version
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from app.core.turn import Attachment
from skills.knowledge.catalogue import line_of, number_in_words, say
from skills.knowledge.coming_in import in_words

_PATIENCE = 15.0
"""Seconds for which the end of an import is waited for in the talk."""
_MOST = 10


@skill("knowledge.add", texts=say, confirm="one")
async def add(
    ctx: Context,
    request: Annotated[str, Slot("utterance", ask="ask_file")],
    file: Annotated[str, Slot("file", ask="ask_file")],
) -> Ask | Proposal:
    """Add an uploaded file to the documents that answers rest on, as a draft. `request`: what was said; `file`: the
    file's name, empty for the latest upload. 把这份文件入库、收录、加入资料库、加入知识库。
    """
    sets = ctx.shelf.sets()
    if not sets:
        raise SkillFailed("NO_SET", say("no_set"))
    chosen = _chosen(ctx, file)
    if chosen is None:
        return Ask(say("ask_file"), "file")
    named = [name for name in sets if name in request] if len(sets) > 1 else sets
    if len(named) != 1:
        return Ask(say("which_set", sets="、".join(sets)), "request")
    into = named[0]
    size = f"{max(1, round(chosen.size / 1024))} KB"
    owner = ctx.shelf.owner_of(into)
    summary = say("add_summary", name=chosen.name, size=size, owner=owner, set=into)
    return Proposal(summary, {"file": chosen.id, "name": chosen.name, "into": into})


@add.on_confirmed
async def added(ctx: Context, file: str, name: str, into: str) -> Result:
    """Import exactly this file. The same bytes again are the same version, so once more is harmless.

    A scan of a hundred pages takes minutes: it goes on beside the talk, and its end announces itself.
    """
    content = await ctx.files.read(file)
    present = await ctx.imports.start([(name, content)], into=into, by=ctx.person.id, room=ctx.room)
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            async for state in ctx.imports.follow(present.id):
                present = state
                if present.state in ("waiting", "running"):
                    await ctx.tell(in_words(present))
    if present.state in ("waiting", "running"):
        return Result(say("adding", name=name), {"import": present.id, "state": present.state})
    if present.state == "failed":
        raise SkillFailed("IMPORT_FAILED", present.why)
    if present.failed and not present.added:
        first = present.failed[0]
        raise SkillFailed(first.code, say("not_added", name=first.name, reason=first.message))
    return await _told(ctx, present, into)


async def _told(ctx: Context, done: Import, into: str) -> Result:
    """What came in, and who could not be read."""
    listed = {(one.source, one.version): one for one in await ctx.shelf.versions(into)}
    new = [listed[one] for one in done.added if one in listed]
    said = [say("added", **_in_words(one)) for one in new[:1]] if len(new) == 1 else []
    if len(new) > 1:
        said.append(say("added_several", count=len(new)))
        said.append("\n".join(line_of(one, ctx.now.date()) for one in new[:_MOST]))
    if done.unchanged:
        said.append(say("added_before", count=done.unchanged))
    said += [say("not_added", name=one.name, reason=one.message) for one in done.failed[:_MOST]]
    data = [{"source": one.source, "version": one.version, "state": one.state} for one in new]
    return Result("\n\n".join(said), {"documents": data, "import": done.id})


def _in_words(version: Version) -> dict[str, str]:
    return {"title": version.title, "number": number_in_words(version), "version": version.version}


def _chosen(ctx: Context, file: str) -> Attachment | None:
    """The named file of the room; the latest one where none is named."""
    named = [one for one in ctx.attachments if one.name == file]
    return next(iter(named or ([] if file else ctx.attachments)), None)
