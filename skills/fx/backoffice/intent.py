"""The deal intent: who dealt what at which price, who confirmed, and what was checked. As .docx and as printable HTML.

What people said goes into the templates as data: both engines escape it and never read it as a template.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.core.assistant import ContentError
from app.core.skill import Context
from app.core.texts import language
from app.core.turn import Attachment, Person
from skills.fx import spoken
from skills.fx.backoffice.words import say
from skills.fx.deals.deal import Deal, ElementName, Said
from skills.fx.dealt import Dealt, Leg, dealt

TEMPLATES = Path("assistants") / "fx" / "templates"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ELEMENTS: tuple[ElementName, ...] = ("customer", "side", "amount", "product", "tenor", "purpose", "documents")
_MARKS = {"passed": "✓", "soft": "!", "hard": "✗"}


async def papers(ctx: Context, deal: Deal) -> tuple[Attachment, ...]:
    """The two files of a booked deal; those that are there already are not made again."""
    names = [f"{say('intent_file', number=deal.number)}.{ending}" for ending in ("docx", "html")]
    there = {one.name: one for one in await ctx.files.of_room(ctx.room)}
    if not all(name in there for name in names):
        values = intent_values(deal, ctx.people, ctx.now.tzinfo)
        contents = await asyncio.to_thread(_rendered, ctx.content, values)
        for name, content, mime in zip(names, contents, (DOCX, "text/html"), strict=True):
            if name not in there:
                there[name] = await ctx.files.store(ctx.room, name, content, mime, by=ctx.assistant)
    return tuple(there[name] for name in names)


def intent_values(deal: Deal, people: Sequence[Person], zone: tzinfo | None) -> dict[str, Any]:
    """What the templates may speak of; every table is a title, a head and rows of text."""
    trade = dealt(deal)
    named = {person.id: person for person in people}

    def whom(id: str) -> str:
        person = named.get(id)
        return f"{person.name} {id}" if person else id

    def at(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"

    confirmed = [
        [say(f"seat_{one.seat}"), f"{whom(one.by)} {named[one.by].post if one.by in named else ''}".strip(), at(one.at)]
        for one in deal.confirmations
    ]
    return {
        "language": language(),
        "number": deal.number,
        "bank": say("bank"),
        "title": say("intent_reversal" if deal.reverses else "intent_title"),
        "under_title": say("under_title", number=deal.number, at=at(deal.changed_at)),
        "elements": _table("elements", _element_rows(deal, trade, whom, at)),
        "price": _table("price", _price_rows(deal, trade, whom, at)),
        "confirmations": _table("confirmations", confirmed),
        "checks": _table(
            "checks", [[say(f"check_{one.name}"), _MARKS[one.outcome], one.reason] for one in deal.checks]
        ),
        "note": say("intent_note"),
    }


def check_intent(content: Path) -> None:
    """Both templates can be filled in. Raises `ContentError`."""
    part = {"title": "x", "head": ["x"] * 3, "rows": [["x"] * 3]}
    values = {
        **dict.fromkeys(("language", "number", "bank", "title", "under_title", "note"), "x"),
        **dict.fromkeys(("elements", "price", "confirmations", "checks"), part),
    }
    for name in ("deal_intent.docx", "deal_intent.html"):
        if not (content / TEMPLATES / name).exists():
            raise ContentError(content / TEMPLATES / name, 1, "file is missing")
    try:
        _rendered(content, values)
    except Exception as error:  # a template breaks in as many ways as there are parsers below it
        raise ContentError(content / TEMPLATES, 1, f"cannot be filled in: {type(error).__name__}") from None


def _element_rows(deal: Deal, trade: Dealt, whom: Any, at: Any) -> list[list[str]]:
    shown: dict[ElementName, str] = {
        "side": say(f"side_{deal.value('side')}", base=spoken.currency_name(deal.value("base") or "")),
        "amount": spoken.money(trade.legs[-1].amount, trade.currency),
        "product": say(f"product_{trade.product}"),
    }
    rows = []
    for name in _ELEMENTS:
        if said := deal.elements.get(name):
            rows.append([say(f"element_{name}"), shown.get(name, said.value), _who(said, whom, at)])
    rows.insert(2, [say("element_pair"), trade.pair, ""])
    days = say("comma").join(spoken.day(leg.day) for leg in trade.legs)
    day_said = deal.elements.get("value_date")
    rows.append([say("element_value_date"), days, _who(day_said, whom, at) if day_said else say("by_tenor")])
    if deal.reverses:
        rows.append([say("element_reverses"), deal.reverses, ""])
    return rows


def _who(said: Said, whom: Any, at: Any) -> str:
    return f"{whom(said.by)} {at(said.at)}"


def _price_rows(deal: Deal, trade: Dealt, whom: Any, at: Any) -> list[list[str]]:
    offered, agreement = deal.offered, deal.agreement
    assert offered is not None and agreement is not None  # it was dealt
    per = f"{trade.per} " if trade.per != 1 else ""
    rows = [
        [say("row_rate" if len(trade.legs) == 1 else f"row_rate_{end}"), _rate(leg, per, trade)]
        for end, leg in _ends(trade)
    ]
    rows += [
        [say("row_counter" if len(trade.legs) == 1 else f"row_counter_{end}"), spoken.money(leg.counter, trade.counter)]
        for end, leg in _ends(trade)
    ]
    return [
        *rows,
        [say("row_mid"), f"{offered.mid}"],
        [say("row_market"), say("market_at", at=at(offered.market_at), source=offered.source)],
        [say("row_offered"), say("offered_by", who=whom(offered.by), at=at(offered.at), until=at(offered.until))],
        [
            say("row_agreed"),
            say("agreed_by", branch=whom(agreement.branch), bank=whom(agreement.bank), at=at(agreement.at)),
        ],
    ]


def _ends(trade: Dealt) -> list[tuple[str, Leg]]:
    return list(zip(("near", "far"), trade.legs, strict=False))


def _rate(leg: Leg, per: str, trade: Dealt) -> str:
    side = say("client_buys" if leg.side == "buy" else "client_sells", currency=spoken.currency_name(trade.currency))
    return say("rate_of", rate=leg.rate, per=per, pair=trade.pair, side=side)


def _table(name: str, rows: list[list[str]]) -> Mapping[str, Any]:
    return {"title": say(f"table_{name}"), "head": say(f"head_{name}").split("|"), "rows": rows}


def _rendered(content: Path, values: Mapping[str, Any]) -> tuple[bytes, bytes]:
    template = DocxTemplate(content / TEMPLATES / "deal_intent.docx")
    template.render(dict(values), autoescape=True)
    template.docx.core_properties.title = f"{values['title']} {values['number']}"
    template.docx.core_properties.author = values["bank"]
    buffer = io.BytesIO()
    template.save(buffer)
    return buffer.getvalue(), _page(content).render(values).encode()


@lru_cache(maxsize=4)
def _page(content: Path) -> Template:
    loader = FileSystemLoader(content / TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("deal_intent.html")
