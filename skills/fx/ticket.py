"""A deal's elements and its indicative price as people read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from skills.fx import spoken
from skills.fx.currencies import CNY, in_market_order
from skills.fx.elements import DealElements, plain
from skills.fx.price import IndicativePrice
from skills.fx.value_dates import ValueDate, closed_on, next_good
from skills.fx.words import say

LARGE = Decimal(10) ** 11
"""From here on an amount is more likely a slip than a deal."""
FAR_FROM_MID = Decimal("0.02")
"""A limit price further from the middle than this share is pointed out."""


def title(deal: DealElements) -> str:
    """One line that stands alone in a notification."""
    assert deal.amount is not None and deal.amount_ccy and deal.side
    terms = say(f"product_{deal.product}") + (f" {deal.tenor}" if deal.tenor and deal.tenor != "SPOT" else "")
    return say(
        "ticket_title", dealing=_dealing(deal), amount=spoken.short_money(deal.amount, deal.amount_ccy), terms=terms
    )


def elements_table(deal: DealElements, ends: ValueDate | None, near_day: date) -> str:
    """The ticket. `near_day`: spot, or of a swap the day of its near leg."""
    assert deal.amount is not None and deal.amount_ccy and deal.base and deal.quote and deal.side
    value_day = deal.value_date or near_day
    value_text = spoken.day(value_day)
    if ends and ends.provisional:
        value_text += say("provisional_mark")
    rows = [
        (say("row_customer"), deal.customer or say("not_named")),
        (say("row_side"), _side(deal)),
        (say("row_amount"), spoken.money(deal.amount, deal.amount_ccy)),
        (say("row_pair"), "/".join(in_market_order(deal.base, deal.quote))),
        (say("row_product"), say(f"product_{deal.product}")),
        (say("row_tenor"), deal.tenor or (say("broken_date") if deal.value_date else say("tenor_by_default"))),
        (say("row_value_date" if deal.product != "swap" else "row_far_date"), value_text),
        (say("row_limit"), f"{deal.limit_price}" if deal.limit_price is not None else say("no_limit")),
    ]
    if deal.product == "swap":
        rows.insert(-2, (say("row_near_date"), spoken.day(near_day)))
    lines = [f"| {name} | {_cell(value)} |" for name, value in rows]
    return "\n".join((f"| {say('head_element')} | {say('head_content')} |", "|---|---|", *lines))


def price_table(deal: DealElements, price: IndicativePrice, swap: tuple[Decimal, Decimal] | None) -> str:
    """The two-way price, and what this customer would deal at."""
    per = f"{price.per} " if price.per != 1 else ""
    pair = f"{per}{price.base}/{price.quote}"
    rows = [(say("row_spot", pair=pair), f"{price.spot[0]}", f"{price.spot[1]}")]
    if swap is not None:
        rows.append(
            (say("row_swap_points", tenor=deal.tenor or price.day.isoformat()), _points(swap[0]), _points(swap[1]))
        )
    elif price.points is not None:
        rows.append((say("row_points"), _points(price.points[0]), _points(price.points[1])))
    if swap is None and (price.points is not None or price.bid != price.spot[0]):
        rows.append((say("row_outright", pair=pair, day=price.day.isoformat()), f"{price.bid}", f"{price.offer}"))
    lines = [f"| {name} | {bid} | {offer} |" for name, bid, offer in rows]
    head = f"| {say('head_price')} | {say('head_bid')} | {say('head_offer')} |"
    return "\n".join((head, "|---|---:|---:|", *lines))


def customer_line(deal: DealElements, price: IndicativePrice, swap: tuple[Decimal, Decimal] | None) -> str:
    """At which side this customer deals, and what it comes to in the other currency."""
    assert deal.amount is not None and deal.base and deal.quote and deal.side
    if swap is not None:
        # Who buys the base near sells it far: the bank buys far, at its bid.
        bid = (deal.side == "buy") == (deal.base == price.base)
        side = say("side_bid" if bid else "side_offer")
        return say("customer_swaps_at", side=side, points=_points(swap[0] if bid else swap[1]))
    rate = price.customer_price(deal.base, deal.side)
    per_unit = rate / price.per
    other = deal.quote if deal.amount_ccy == deal.base else deal.base
    counter = deal.amount * per_unit if deal.amount_ccy == price.base else deal.amount / per_unit
    side = say("side_offer" if rate == price.offer else "side_bid")
    return say(
        "customer_deals_at", side=side, rate=rate, counter=spoken.money(counter.quantize(Decimal("0.01")), other)
    )


def source_line(price: IndicativePrice, now: datetime) -> str:
    """That it is indicative, from when and where, and whether that is too old."""
    parts = [say("indicative"), stamp(price.as_of, price.source, price.stale_after, now)]
    if price.legs:
        parts.append(say("crossed", legs=" × ".join(price.legs)))
    return "\n\n".join(parts)


def stamp(as_of: datetime, source: str, stale_after: timedelta, now: datetime) -> str:
    """Date, source and age of the market data; said plainly when it is too old to be relied on."""
    line = say("market_of", at=f"{as_of.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", source=source)
    age = now - as_of
    if age < timedelta(0):
        return f"{line}\n\n{say('market_from_future')}"
    line += say("market_age", age=spoken.age(age))
    if age <= stale_after:
        return line
    minutes = int(stale_after.total_seconds() // 60)
    return f"{line}\n\n{say('market_stale', age=spoken.age(age), minutes=minutes)}"


def warnings(deal: DealElements, price: IndicativePrice | None, ends: ValueDate | None) -> list[str]:
    """What a careful dealer would look at twice."""
    assert deal.amount is not None and deal.base and deal.quote
    found: list[str] = []
    if "several_amounts" in deal.doubts:
        found.append(say("warn_several_amounts", amount=spoken.money(deal.amount, deal.amount_ccy or deal.base)))
    if "too_long" in deal.doubts:
        found.append(say("warn_too_long"))
    if deal.amount >= LARGE:
        found.append(say("warn_large", amount=spoken.in_words(deal.amount)))
    if price and deal.limit_price is not None and deal.product != "swap":
        away = deal.limit_price / price.mid - 1
        if abs(away) > FAR_FROM_MID:
            found.append(say("warn_limit", limit=deal.limit_price, mid=price.mid, away=f"{away:+.1%}"))
    if deal.value_date and (closed := closed_on(deal.base, deal.quote, deal.value_date)):
        better = spoken.day(next_good(deal.base, deal.quote, deal.value_date))
        names = say("comma").join(spoken.currency_name(code) for code in closed)
        found.append(say("warn_holiday", day=spoken.day(deal.value_date), currencies=names, better=better))
    if ends:
        found += [moved(one.day, one.currencies) for one in ends.moved_by]
        if ends.provisional:
            names = say("comma").join(spoken.currency_name(code) for code in ends.provisional)
            found.append(say("warn_provisional", year=ends.day.year, currencies=names))
    return found


def moved(day: date, currencies: tuple[str, ...]) -> str:
    """A holiday that moved the value date."""
    names = say("comma").join(spoken.currency_name(code) for code in currencies)
    return say("moved_by", day=spoken.day(day), currencies=names)


def as_data(deal: DealElements, price: IndicativePrice | None) -> dict[str, Any]:
    """The same for programs."""
    data: dict[str, Any] = {"elements": deal.as_json()}
    if price:
        data["price"] = {
            "pair": f"{price.base}/{price.quote}",
            "per": price.per,
            "bid": plain(price.bid),
            "offer": plain(price.offer),
            "value_date": price.day.isoformat(),
            "as_of": price.as_of.isoformat(),
            "source": price.source,
            "indicative": True,
        }
    return data


def _dealing(deal: DealElements) -> str:
    return say(f"title_{deal.side}", base=spoken.currency_name(deal.base or ""))


def _side(deal: DealElements) -> str:
    assert deal.base and deal.quote
    bought, sold = (deal.base, deal.quote) if deal.side == "buy" else (deal.quote, deal.base)
    name = ""
    if deal.product != "swap" and CNY in (bought, sold):
        name = say("name_purchase" if sold == CNY else "name_sale")
    key = "side_swap" if deal.product == "swap" else "side_plain"
    return say(key, bought=spoken.currency_name(bought), sold=spoken.currency_name(sold), name=name)


def _points(points: Decimal) -> str:
    return f"{points.quantize(Decimal('0.01')).normalize():+f}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
