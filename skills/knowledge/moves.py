"""The life of a document: reviewed by one who did not add it, put in force by two, retired by two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from app.core.errors import Refused, SkillFailed
from app.core.ports import DocumentState, Version
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from skills.knowledge.catalogue import line_of, number_in_words, say

_MOST = 8  # documents that a question lists


@skill("knowledge.review", texts=say, confirm="one")
async def review(ctx: Context, document: Annotated[str, Slot("text", ask="ask_document")]) -> Ask | Proposal:
    """Confirm that a draft has been reviewed, by somebody other than the person who added it.

    `document`: what was said, with its title, number or file name. 复核文件、审核通过这份草稿。
    """
    chosen = await _chosen(ctx, document, "review", ("draft",))
    if isinstance(chosen, Ask):
        return chosen
    if chosen.added_by == ctx.person.id:
        raise Refused("OWN_DOCUMENT", say("own_document", title=chosen.title))
    names = {person.id: person.name for person in ctx.people}
    who = names.get(chosen.added_by, chosen.added_by)
    return _proposal(chosen, say("review_summary", **_in_words(chosen), who=who))


@review.on_confirmed
async def reviewed(ctx: Context, source: str, version: str) -> Result:
    """Note the review of exactly this version."""
    moved = await ctx.shelf.move(source, version, to="reviewed", by=[ctx.person.id], today=ctx.now.date())
    return _done(moved, say("reviewed", title=moved.title))


@skill("knowledge.put_in_force", texts=say, confirm="four_eyes")
async def put_in_force(ctx: Context, document: Annotated[str, Slot("text", ask="ask_document")]) -> Ask | Proposal:
    """Put a reviewed document in force as soon as a second person approves. What it takes the place of is superseded.

    `document`: what was said, with its title, number or file name. 让文件生效、发布、启用新版本。
    """
    chosen = await _chosen(ctx, document, "put_in_force", ("reviewed",))
    if isinstance(chosen, Ask):
        return chosen
    since = max(chosen.valid_from, "") or say("from_approval")
    former = [one for one in await ctx.shelf.versions(chosen.set) if one.state == "in_force" and _follows(chosen, one)]
    instead = say("instead_of", former=_titles(former)) if former else ""
    return _proposal(chosen, say("in_force_summary", **_in_words(chosen), since=since, instead=instead))


@put_in_force.on_confirmed
async def is_in_force(ctx: Context, source: str, version: str) -> Result:
    """Put exactly this version in force, in the name of those who said yes."""
    by = (ctx.person.id, *ctx.approved_by)
    moved = await ctx.shelf.move(source, version, to="in_force", by=by, today=ctx.now.date())
    listed = await ctx.shelf.versions(moved.set)
    former = [one for one in listed if one.superseded_by == source and _follows(moved, one) and one.valid_until]
    ended = "".join(
        say("ended", former=f"《{one.title}》{number_in_words(one)}", until=one.valid_until) for one in former
    )
    return _done(moved, say("in_force", title=moved.title, since=moved.valid_from, ended=ended))


@skill("knowledge.retire", texts=say, confirm="four_eyes")
async def retire(ctx: Context, document: Annotated[str, Slot("text", ask="ask_document")]) -> Ask | Proposal:
    """Retire a document that people added: answers no longer rest on it; a second person approves. `document`: what
    was said, with its title, number or file name. 停用文件、废止、下架、撤下资料。
    """
    chosen = await _chosen(ctx, document, "retire", ("in_force", "reviewed", "draft", "superseded"))
    if isinstance(chosen, Ask):
        return chosen
    return _proposal(chosen, say("retire_summary", **_in_words(chosen)))


@retire.on_confirmed
async def is_retired(ctx: Context, source: str, version: str) -> Result:
    """Retire exactly this version."""
    by = (ctx.person.id, *ctx.approved_by)
    moved = await ctx.shelf.move(source, version, to="retired", by=by, today=ctx.now.date())
    return _done(moved, say("retired", title=moved.title, until=moved.valid_until))


async def _chosen(ctx: Context, said: str, step: str, states: Sequence[DocumentState]) -> Version | Ask:
    """The one document that is meant and ready for this step, or the question which one.

    A document whose name was said and that is in another state is taken too: the step itself says why it cannot be.
    """
    if not ctx.shelf.sets():
        raise SkillFailed("NO_SET", say("no_set"))
    named = [one for name in ctx.shelf.sets() for one in await ctx.shelf.find(name, said)]
    every = [one for name in ctx.shelf.sets() for one in await ctx.shelf.versions(name)]
    ready = [one for one in named or every if one.state in states and (one.added_by or one.superseded_by)]
    if len(ready) == 1 and (named or step != "retire"):
        return ready[0]
    today = ctx.now.date()
    if named and not ready:
        raise Refused(
            "DOCUMENT_STATE",
            say(
                "no_such_document",
                step=say(f"step_{step}"),
                waiting="\n".join(line_of(one, today) for one in named[:_MOST]),
            ),
        )
    listed = "\n".join(line_of(one, today) for one in ready[:_MOST])
    if named:
        return Ask(say("which_document", listed=listed), "document")
    waiting = say("these_wait", step=say(f"step_{step}"), listed=listed) if ready else say("none_waits")
    return Ask(f"{say('ask_document')}\n\n{waiting}", "document") if ready else _nothing(step, waiting)


def _nothing(step: str, waiting: str) -> Ask:
    raise SkillFailed("NO_DOCUMENT", say("no_such_document", step=say(f"step_{step}"), waiting=waiting))


def _follows(new: Version, one: Version) -> bool:
    """Whether `new` takes the place of `one`: another version of it, or what it says itself."""
    if (one.source, one.version) == (new.source, new.version):
        return False
    return one.source == new.source or (bool(new.supersedes) and new.supersedes in (one.number, one.title, one.source))


def _titles(versions: Sequence[Version]) -> str:
    return "、".join(f"《{one.title}》{number_in_words(one)}" for one in versions)


def _in_words(version: Version) -> dict[str, str]:
    return {"title": version.title, "number": number_in_words(version), "version": version.version}


def _proposal(version: Version, summary: str) -> Proposal:
    return Proposal(summary, {"source": version.source, "version": version.version})


def _done(version: Version, said: str) -> Result:
    return Result(said.strip(), {"source": version.source, "version": version.version, "state": version.state})
