"""`office.find_person`: the bank's telephone book in one sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from app.core.skill import Ask, Context, Result, Slot, skill
from skills.office.catalogue import say, table
from skills.office.directory import Found, find_people

LISTED = 20


@skill("office.find_person", texts=say)
async def find_person(ctx: Context, who: Annotated[str, Slot("utterance", ask="ask_who")]) -> Result | Ask:
    """Find a colleague by name or part of it, pinyin, staff number, telephone, extension, place or post.
    `who`: those words, or the whole question. 查同事的电话、分机、邮箱、部门。
    """
    found = Found((), "part", "")
    for line in reversed(who.splitlines()):
        found = find_people(line, ctx.people)
        if found.asked:
            break
    if not found.asked:
        return Ask(say("ask_who"), "who")
    if not found.people:
        return Result(say("nobody_found", asked=found.asked[:60]), {"people": []})
    shown = found.people[:LISTED]
    head = [say(key) for key in ("name", "staff_number", "post", "place", "extension", "phone", "email")]
    rows = [[one.name, one.id, one.post, one.place, one.extension, one.phone, one.email] for one in shown]
    lead = ""
    if found.how == "similar":
        lead = say("similar_only", asked=found.asked[:60]) + "\n\n"
    elif len(found.people) > 1:
        lead = say("several_found", count=len(found.people)) + "\n\n"
    more = "\n\n" + say("more_found", shown=LISTED) if len(found.people) > LISTED else ""
    return Result(lead + table(head, rows) + more, {"people": [asdict(one) for one in shown]})
