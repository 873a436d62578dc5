"""`fx.ticket`: the room's deal as its members see it beside the talk. Only shown: what people say changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.skill import Context, Result, skill
from app.core.texts import Texts
from app.core.turn import Person
from skills.fx import spoken, words
from skills.fx.currencies import in_market_order
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal, DealState, Said, Seat

say = Texts(Path(__file__).parent / "ticket_texts")
Json = dict[str, Any]

KIND = "DealTicket"
"""The page's element that draws it: `app/web/public/elements/DealTicket.jsx`."""
STEPS: tuple[DealState, ...] = (
    "enquiry",
    "complete",
    "checked",
    "quoted",
    "agreed",
    "confirmed_branch",
    "confirmed",
    "booked",
)
_EDITED = ("customer", "side", "pair", "amount", "tenor", "value_date", "limit_price", "documents")
"""Elements for which there is a sentence that changes them."""


@skill("fx.ticket", texts=say)
async def deal_ticket(ctx: Context) -> Result:
    """The deal that is being made in this room, or the last one that was: elements, checks, price, confirmations.

    本房间交易单的当前内容。
    """
    book = Book(ctx.database)
    deal = await book.of_room(ctx.room) or await book.last_of_room(ctx.room)
    return Result("", ticket_view(deal, ctx.people) if deal else {})


def ticket_view(deal: Deal, people: Sequence[Person]) -> Json:
    """The ticket as JSON for `KIND`, in the current language."""
    names = {person.id: person.name for person in people}
    over = not deal.is_open and deal.state != "booked"
    return {
        "kind": KIND,
        "title": say("title"),
        "number": deal.number,
        "state": deal.state,
        "over": say(f"over_{deal.state}") if over else "",
        "reason": names.get(deal.reason, deal.reason),
        "reverses": say("reverses", number=deal.reverses) if deal.reverses else "",
        "editable": deal.is_open,
        "steps": _steps(deal, over),
        "elements": _elements(deal, names),
        "doubts": [_doubt(code) for code in deal.doubts],
        "checks": [
            {"label": _known(f"check_{one.name}", one.name), "outcome": one.outcome, "reason": one.reason}
            for one in deal.checks
        ],
        "quote": _quote(deal, names),
        "confirmations": _confirmations(deal, names),
    }


def _steps(deal: Deal, over: bool) -> list[Json]:
    """Where it stands. Of a deal that ended otherwise: how far it had come."""
    reached = _come_to(deal) if over else STEPS.index(deal.state)
    now = None if over or deal.state == "booked" else reached
    return [
        {"label": say(f"step_{name}"), "status": "now" if at == now else "done" if at <= reached else "todo"}
        for at, name in enumerate(STEPS)
    ]


def _come_to(deal: Deal) -> int:
    """The furthest step that its contents prove."""
    proofs = {
        "booked": deal.booked_key,
        "confirmed_branch": deal.confirmed_by("branch"),
        "agreed": deal.agreement,
        "quoted": deal.offered,
        "checked": deal.checks and deal.worst_check != "hard",
        "complete": not deal.missing,
    }
    return next((at for at, name in reversed(list(enumerate(STEPS))) if proofs.get(name)), 0)


def _elements(deal: Deal, names: Mapping[str, str]) -> list[Json]:
    """Each element with who said it; those that are needed and missing stand there empty."""
    shown = ["customer", "side", "pair", "amount", "product", "tenor"]
    shown += ["near_date"] if deal.value("product") == "swap" else []
    shown += ["value_date", "documents", *(name for name in ("limit_price", "purpose") if deal.value(name))]  # type: ignore[arg-type]
    missing = {"pair" if name in ("base", "quote") else name for name in deal.missing}
    return [_element(deal, name, name in missing, names) for name in shown]


def _element(deal: Deal, name: str, missing: bool, names: Mapping[str, str]) -> Json:
    said = deal.elements.get("base" if name == "pair" else name)  # type: ignore[call-overload]
    made: Json = {"name": name, "label": say(f"element_{name}"), "missing": missing, "value": _value(deal, name)}
    if isinstance(said, Said):
        by = names.get(said.by, say("by_machine"))
        made |= {"by": by, "turn": said.turn, "at": said.at.isoformat()}
    if name in _EDITED:
        made |= {"sentence": say(f"edit_{name}", value="{value}"), "typed": _typed(deal, name)}
        made["options"] = [say("option_buy"), say("option_sell")] if name == "side" else []
    return made


def _value(deal: Deal, name: str) -> str:
    """The element as people read it; empty where nobody has said it."""
    base, quote = deal.value("base"), deal.value("quote")
    value = None if name == "pair" else deal.value(name)  # type: ignore[arg-type]
    match name:
        case "pair":
            return "/".join(in_market_order(base, quote)) if base and quote else base or ""
        case "side" if value:
            return say(f"side_{value}", currency=spoken.currency_name(base) if base else "")
        case "amount" if value:
            currency = deal.value("amount_ccy")
            return spoken.money(Decimal(value), currency) if currency else spoken.figures(Decimal(value))
        case "product" if value:
            return words.say(f"product_{value}")
        case "value_date" | "near_date" if value:
            return spoken.day(date.fromisoformat(value))
    return value or ""


def _typed(deal: Deal, name: str) -> str:
    """The value as a person would type it, to be changed."""
    if name == "amount" and (amount := deal.value("amount")):
        currency = deal.value("amount_ccy")
        return f"{Decimal(amount):,f} {spoken.currency_name(currency) if currency else ''}".strip()
    if name == "side":
        side = deal.value("side")
        return say(f"option_{side}") if side else ""
    if name == "pair":
        base = deal.value("base")
        return spoken.currency_name(base) if base else ""
    return deal.value(name) or ""  # type: ignore[arg-type]


def _doubt(code: str) -> str:
    """What was asked back, in words."""
    key = f"doubt_{code}"
    return words.say(key) if key in words.say.keys("zh") else code


def _known(key: str, otherwise: str) -> str:
    return say(key) if key in say.keys("zh") else otherwise


def _quote(deal: Deal, names: Mapping[str, str]) -> Json | None:
    """The price that was named, with the moment until which it holds."""
    made = deal.offered
    if made is None:
        return None
    swap = made.near_price is not None
    by = names.get(made.by, say("by_machine"))
    return {
        "label": "" if swap else say("quote_buy" if deal.value("side") == "buy" else "quote_sell"),
        "price": say("quote_swap", near=made.near_price, far=made.price) if swap else f"{made.price}",
        "mid": (_per(deal, made.per) if made.per != 1 else "") + say("quote_mid", mid=made.mid),
        "by": say("quote_by", by=by, at=f"{made.at:%H:%M:%S}"),
        "until": made.until.isoformat(),
        "at": made.at.isoformat(),
        "holds": deal.state == "quoted",
        "source": made.source,
    }


def _per(deal: Deal, per: int) -> str:
    """For how many units of the pair's first currency the price is meant."""
    first, _ = in_market_order(deal.value("base") or "", deal.value("quote") or "")
    return say("quote_per", per=per, currency=spoken.currency_name(first))


def _confirmations(deal: Deal, names: Mapping[str, str]) -> list[Json]:
    """Who has said yes, and whose yes it still needs."""
    given = [
        {"seat": say(f"seat_{one.seat}"), "by": names.get(one.by, one.by), "at": one.at.isoformat()}
        for one in deal.confirmations
    ]
    waiting: list[Seat] = [seat for seat in deal.needs if not deal.confirmed_by(seat)] if deal.is_open else []
    return [*given, *({"seat": say(f"seat_{seat}"), "by": "", "at": ""} for seat in waiting)]
