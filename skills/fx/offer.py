"""The price that the bank names to a client: the market's side for him, his spread on it, rounded against him.

Formulas (usual market practice; e.g. ACI Dealing Certificate, U. Wystup, FX Options and Structured Products, ch. 1):
- who buys the base deals at the bank's offer, who sells it at the bid;
- the spread is a share of the price in basis points, added to an offer and taken from a bid;
- an offer is rounded up and a bid down, to the decimals in which the pair is quoted;
- a swap is dealt at points: both legs rest on one near rate, the middle of the market, and the far rate is that rate
  plus the client's points.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from app.core.errors import SkillFailed
from skills.fx.clients import Client
from skills.fx.dealing_rules import DealingRules
from skills.fx.deals.deal import Deal, Offered
from skills.fx.elements import Product, Side
from skills.fx.market import Market
from skills.fx.price import IndicativePrice, indicative, swap_points
from skills.fx.quotation import TwoWay
from skills.fx.words import say

_BP = Decimal("0.0001")


def offered(market: Market, deal: Deal, client: Client, rules: DealingRules, *, now: datetime, by: str) -> Offered:
    """The bank's price for `deal`, whose elements are complete; good for `rules.quote_seconds`.

    It is in the market's quoting order of the pair. Raises `SkillFailed` where the market data are stale or missing.
    """
    if now - market.as_of > timedelta(seconds=rules.market_stale_seconds) or market.as_of > now:
        raise SkillFailed("FX_STALE", say("market_too_old", at=f"{market.as_of.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"))
    base, quote = deal.value("base") or "", deal.value("quote") or ""
    side: Side = "buy" if deal.value("side") == "buy" else "sell"
    product: Product = deal.value("product") or "spot"  # type: ignore[assignment]
    spread = rules.spread_bp[client.tier][product] * _BP
    far = _day(deal.value("value_date"))
    if product == "swap":
        price, near, made = _swap(market, deal, base, quote, side, spread, now.date())
    else:
        made = indicative(market, base, quote, far, now.date())
        price, near = _outright(made, base, side, spread), None
    return Offered(
        price=price,
        per=made.per,
        mid=made.mid,
        by=by,
        at=now,
        until=now + timedelta(seconds=rules.quote_seconds),
        market_at=made.as_of,
        source=made.source,
        near_price=near,
        bid=made.bid,
        offer=made.offer,
    )


def _outright(made: IndicativePrice, base: str, side: Side, spread: Decimal) -> Decimal:
    """What the client deals at, in the market's order."""
    buys = _buys(made, base, side)
    given = made.offer * (1 + spread) if buys else made.bid * (1 - spread)
    return given.quantize(made.bid, ROUND_CEILING if buys else ROUND_FLOOR)


def _swap(
    market: Market, deal: Deal, base: str, quote: str, side: Side, spread: Decimal, today: date
) -> tuple[Decimal, Decimal, IndicativePrice]:
    """The far rate, the near rate and the price of the near day. Who buys near sells far: at the bank's bid there."""
    near_day, far_day = _day(deal.value("near_date")), _day(deal.value("value_date"))
    if far_day is None:
        raise SkillFailed("FX_NO_POINTS", say("no_far_date"))
    made = indicative(market, base, quote, near_day, today)
    points = _points(market, base, quote, deal.value("tenor"), near_day, far_day, today)
    pair = market.direct(made.base, made.quote)
    if pair is None:
        raise SkillFailed("FX_NO_POINTS", say("no_swap_points", pair=f"{made.base}/{made.quote}"))
    near, width = made.mid, made.mid * spread
    buys_far = not _buys(made, base, side)
    far = near + points[1] * pair.pip + width if buys_far else near + points[0] * pair.pip - width
    return far.quantize(made.bid, ROUND_CEILING if buys_far else ROUND_FLOOR), near, made


def _points(
    market: Market, base: str, quote: str, tenor: str | None, near: date | None, far: date, today: date
) -> TwoWay:
    """Points between the two legs: of the far day, less those of a near day behind spot, each against the client."""
    bid, offer = swap_points(market, base, quote, tenor, far, today)
    if near is None or tenor in ("ON", "TN"):
        return bid, offer
    near_bid, near_offer = swap_points(market, base, quote, None, near, today)
    return bid - near_offer, offer - near_bid


def _buys(made: IndicativePrice, base: str, side: Side) -> bool:
    """Whether the client buys the base of the market's order."""
    return (side == "buy") == (base == made.base)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
