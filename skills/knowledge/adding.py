"""`knowledge.add`: an uploaded file becomes a draft of the assistant's documents."""

from __future__ import annotations

from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from app.core.turn import Attachment
from skills.knowledge.catalogue import number_in_words, say, state_in_words


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
    """Add exactly this file. The same bytes again are the same version."""
    before = {(one.source, one.version) for one in await ctx.shelf.versions(into)}
    version = await ctx.shelf.add(name, await ctx.files.read(file), into=into, by=ctx.person.id)
    said = say(
        "added_before" if (version.source, version.version) in before else "added",
        title=version.title,
        number=number_in_words(version),
        version=version.version,
        state=state_in_words(version, ctx.now.date()),
    )
    return Result(said, {"source": version.source, "version": version.version, "state": version.state})


def _chosen(ctx: Context, file: str) -> Attachment | None:
    """The named file of the room; the latest one where none is named."""
    named = [one for one in ctx.attachments if one.name == file]
    return next(iter(named or ([] if file else ctx.attachments)), None)
