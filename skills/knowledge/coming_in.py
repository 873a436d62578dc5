"""`knowledge.progress` and `knowledge.stop_import`: how far the documents are that somebody is bringing in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.core.ports import Import
from app.core.skill import Context, Result, skill
from skills.knowledge.catalogue import say

_LATELY = timedelta(hours=12)
_MOST = 5


@skill("knowledge.progress", texts=say)
async def progress(ctx: Context) -> Result:
    """How far the import of documents is, and what came of the last ones. 入库进度、入库到哪了、入库完成了吗。"""
    found = _own(ctx)
    running = [one for one in found if _runs(one)]
    ended = [one for one in found if not _runs(one) and ctx.now - one.started < _LATELY][:_MOST]
    said = "\n\n".join([*map(in_words, running), *map(_end_in_words, ended)]) or say("no_import")
    return Result(said, {"imports": [_data(one) for one in (*running, *ended)]})


@skill("knowledge.stop_import", texts=say)
async def stop_import(ctx: Context) -> Result:
    """Stop bringing in documents; what is in stays in. 停止入库、中止入库、别再入库了。"""
    stopped = [one.id for one in _own(ctx) if _runs(one) and await ctx.imports.stop(one.id)]
    ended = [one for one in _own(ctx) if one.id in stopped]
    return Result("\n\n".join(map(_end_in_words, ended)) or say("no_import"), {"imports": list(map(_data, ended))})


def in_words(one: Import) -> str:
    """How far a running import is: in documents, in pages of the present one, in time."""
    now = one.progress
    if one.state == "waiting":
        return say("import_waiting", set=one.set)
    parts = [say("import_running", set=one.set, done=now.done, total=now.total)]
    if now.now:
        page = say("import_page", page=now.page, pages=now.pages) if now.pages else ""
        parts.append(say("import_reading", name=now.now, page=page))
    if now.seconds_left is not None and now.done < now.total:
        minutes = round(now.seconds_left / 60)
        parts.append(say("import_minutes", minutes=minutes) if minutes else say("import_soon"))
    if now.failed:
        parts.append(say("import_failed_so_far", count=now.failed))
    return say("and_so").join(parts) + say("full_stop")


def _end_in_words(one: Import) -> str:
    counts = {"set": one.set, "added": len(one.added), "unchanged": one.unchanged, "why": one.why}
    broken = [say("not_added", name=it.name, reason=it.message) for it in one.failed[:_MOST]]
    more = [say("import_more_broken", count=len(one.failed) - _MOST)] if len(one.failed) > _MOST else []
    return "\n".join([say(f"import_{one.state}", **counts), *(f"- {line}" for line in (*broken, *more))])


def _own(ctx: Context) -> Sequence[Import]:
    """The person's own, into sets that this turn reaches."""
    sets = set(ctx.shelf.sets())
    return [one for one in ctx.imports.listed(by=ctx.person.id) if one.set in sets]


def _runs(one: Import) -> bool:
    return one.state in ("waiting", "running")


def _data(one: Import) -> dict[str, object]:
    counts = {
        "done": one.progress.done,
        "total": one.progress.total,
        "added": len(one.added),
        "failed": len(one.failed),
    }
    return {"import": one.id, "set": one.set, "state": one.state, **counts}
