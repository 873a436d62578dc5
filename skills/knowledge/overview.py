"""What its owners see: the documents of a set with their states, and what needs their attention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.ports import Disliked, Gap, Likeness
from app.core.skill import Context, Result, Slot, skill
from app.core.turn import Citation
from skills.knowledge.catalogue import line_of, say, state_in_words, table

_SOON = timedelta(days=30)
_MOST = 10
"""Lines under one head of the report: the command shows all."""


@skill("knowledge.list", texts=say)
async def list_documents(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_list")] = "") -> Result:
    """List the documents of this assistant's set: state, owner, dates, versions, and what waits for whom.
    资料清单、有哪些制度文件、哪些文件待复核。
    """
    today = ctx.now.date()
    parts, data = [], []
    for name in _sets(ctx):
        listed = await ctx.shelf.versions(name)
        if not listed:
            parts.append(say("nothing_listed", set=name))
            continue
        head = say("list_head", owner=ctx.shelf.owner_of(name), set=name, count=len(listed))
        rows = [
            (one.title, one.number, state_in_words(one, today), one.valid_from, one.valid_until, one.owner, one.version)
            for one in listed
        ]
        parts.append(f"{head}\n\n{table(say('list_columns').split('|'), rows)}")
        data += [{"source": one.source, "version": one.version, "state": one.state} for one in listed]
    return Result("\n\n".join(parts), {"documents": data})


@skill("knowledge.report", texts=say)
async def report(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask_list")] = "") -> Result:
    """What the owners of this assistant's documents should look at: what waits, questions without an answer, disliked
    answers, contradicting figures, passages that repeat each other. 资料报告、知识报告、哪些问题没有答案。
    """
    sets = _sets(ctx)
    today = ctx.now.date()
    listed = [one for name in sets for one in await ctx.shelf.versions(name)]
    gaps = await ctx.gaps.open(sets=sets)
    disliked = await ctx.gaps.disliked(sets=sets)
    alike = await ctx.shelf.alike()
    soon = (today + _SOON).isoformat()
    ending = [one for one in listed if one.state == "in_force" and today.isoformat() <= one.valid_until <= soon]
    sections = [
        ("report_waiting", [line_of(one, today) for one in listed if one.state in ("draft", "reviewed")]),
        ("report_ending", [say("ending_line", title=one.title, until=one.valid_until) for one in ending]),
        ("report_gaps", [_gap(one) for one in gaps]),
        ("report_disliked", [_disliked(one, sets) for one in disliked]),
        ("report_figures", [_figures(one) for one in alike if one.kind == "figures"]),
        ("report_same", [_same(one) for one in alike if one.kind == "same"]),
    ]
    heads = [say("report_head", owner=ctx.shelf.owner_of(name), set=name) for name in sets]
    said = [f"**{say(head)}**（{len(lines)}）\n\n{_cut(lines)}" for head, lines in sections if lines]
    data = {head.removeprefix("report_"): len(lines) for head, lines in sections}
    return Result("\n\n".join([*heads, *(said or [say("report_quiet")])]), data)


def _sets(ctx: Context) -> Sequence[str]:
    if not (sets := ctx.shelf.sets()):
        raise SkillFailed("NO_SET", say("no_set"))
    return sets


def _cut(lines: Sequence[str]) -> str:
    more = [say("and_more", count=len(lines) - _MOST)] if len(lines) > _MOST else []
    return "\n".join([*lines[:_MOST], *more])


def _gap(gap: Gap) -> str:
    return say("gap_line", question=gap.question, at=f"{gap.at:%Y-%m-%d}", nearest=_listed(gap.nearest))


def _disliked(one: Disliked, sets: Sequence[str]) -> str:
    own = (_place(cited) for cited in one.citations if cited.source.split("/", 1)[0] in sets)
    comment = say("disliked_comment", comment=one.comment) if one.comment else ""
    return say("disliked_line", question=one.question, at=f"{one.at:%Y-%m-%d}", sources=_listed(own), comment=comment)


def _figures(one: Likeness) -> str:
    figure, other = one.figures
    places = {"one": _place(one.one), "other": _place(one.other)}
    return say("figures_line", about=one.about, figure=figure, other_figure=other, **places)


def _same(one: Likeness) -> str:
    return say("same_line", one=_place(one.one), other=_place(one.other), share=one.about)


def _place(cited: Citation) -> str:
    return f"[{cited.source} {cited.locator}]({cited.url})"


def _listed(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names)) or say("gap_alone")
