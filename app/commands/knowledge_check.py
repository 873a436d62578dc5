"""`deskmate knowledge check`: whether index, originals, vectors and records agree."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from app.commands.batch import say
from app.commands.noted import note, operator_entry
from app.core.operator import operator
from app.core.settings import Settings
from app.engines.library.standing.consistency import Difference
from app.rooms import build_audit, build_database, build_knowledge, build_shelf, now


async def check(settings: Settings, *, mend: bool, deep: bool) -> int:
    """Name each difference; with `mend`, repair what can be and name what remains. 0 where all agrees in the end."""
    database = build_database(settings, domains=False)
    await database.open()
    try:
        with build_knowledge(settings) as knowledge:
            shelf = build_shelf(settings, database, build_audit(settings, database), knowledge)
            today = now().date()
            consistency = knowledge.consistency

            async def differences() -> Sequence[Difference]:
                return await asyncio.to_thread(consistency.differences, await shelf.kept(), today, deep=deep)

            found = await differences()
            _show(found)
            if found and mend:
                await note(settings, operator_entry("knowledge.mended", "begun", detail={"found": len(found)}))
                await asyncio.to_thread(consistency.mend, found)
                await shelf.settle(today)
                drafts = {(one.source, one.version) for one in found if one.kind == "not_recorded"}
                for name in sorted({source.split("/", 1)[0] for source, _ in drafts}):
                    for version in await knowledge.lying(name):
                        if (version.source, version.version) in drafts:
                            await shelf.record(replace(version, added_by=operator()), by=operator())
                before, found = len(found), await differences()
                await note(settings, operator_entry("knowledge.mended", "done", detail={"left": len(found)}))
                print(say("knowledge_mended", count=before - len(found)))
                _show(found)
    finally:
        await database.close()
    if found:
        print(say("knowledge_differs", count=len(found)), file=sys.stderr)
        return 1
    print(say("knowledge_agrees"))
    return 0


def _show(found: Sequence[Difference]) -> None:
    for one in found:
        print(say(f"knowledge_{one.kind}", what=f"{one.source} {one.version}".strip()))
