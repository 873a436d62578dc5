"""Indicative two-way prices: spot, outright forward, swap points, crosses through the dollar.

Formulas (usual market practice, e.g. ACI Dealing Certificate; U. Wystup, FX Options and Structured Products, ch. 1):
- outright = spot + points × pip, bid with bid, offer with offer;
- points between two tenors: linear in calendar days from spot, where they are zero;
- before spot: TOM = spot − TN points, TOD = spot − TN − ON points, bid with offer;
- crosses through USD: multiply or divide the legs, both for the cross's own value day, so that the bank's bid is the
  lower of what it can get;
- where a pair has interest rates instead of points: covered interest parity, see `curves.py`.
The bid is rounded down and the offer up to the pair's decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from app.core.errors import SkillFailed
from skills.fx.currencies import in_market_order
from skills.fx.curves import Curves, Schedule, growth, last_day
from skills.fx.market import Market, PairMarket
from skills.fx.quotation import BEFORE_SPOT, TwoWay
from skills.fx.value_dates import ValueDate, value_date
from skills.fx.words import say

_USD = "USD"
_FINEST = Decimal("0.000001")
"""Points that interest rates give are kept to this."""
_LOW_VALUE = ("JPY", "KRW", "IDR", "HUF")
"""Currencies of small value: quoted with fewer decimals, and per 100 as a base."""


@dataclass(frozen=True, slots=True)
class IndicativePrice:
    """A two-way price from the bank's side. Not dealable."""

    base: str
    quote: str
    """In the market's quoting order."""
    per: int
    bid: Decimal
    offer: Decimal
    spot: TwoWay
    points: TwoWay | None
    """In pips, from spot; None for spot and for crosses."""
    day: date
    legs: tuple[str, ...]
    """The pairs it was made from, where it is a cross."""
    as_of: datetime
    source: str
    stale_after: timedelta

    @property
    def mid(self) -> Decimal:
        """The middle, rounded to the price's own decimals."""
        return ((self.bid + self.offer) / 2).quantize(self.bid)

    def customer_price(self, base: str, side: str) -> Decimal:
        """What a customer who buys or sells `base` would deal at: he buys at the offer and sells at the bid."""
        buys = (side == "buy") == (base == self.base)
        return self.offer if buys else self.bid


def indicative(market: Market, one: str, other: str, day: date | None, today: date) -> IndicativePrice:
    """The two-way price of the pair for value `day` (None: spot), dealt `today`.

    Raises `SkillFailed` where the market has no data for it: no pair, a day that is over or beyond the last tenor.
    """
    base, quote = in_market_order(one, other)
    spot = value_date(base, quote, "SPOT", today)
    day = day or spot.day
    if day < today:
        raise SkillFailed("FX_DAY_PAST", say("check_day_past", day=day.isoformat()))
    pair = _usable(market, base, quote)
    made = _direct(pair, base, quote, day, spot, today) if pair else _crossed(market, base, quote, day, spot, today)
    return IndicativePrice(
        base=base,
        quote=quote,
        per=made.per,
        bid=_down(made.outright[0], made.decimals),
        offer=_up(made.outright[1], made.decimals),
        spot=(_down(made.spot[0], made.decimals), _up(made.spot[1], made.decimals)),
        points=made.points,
        day=day,
        legs=made.legs,
        as_of=market.as_of,
        source=market.source,
        stale_after=timedelta(minutes=market.stale_after_minutes),
    )


def swap_points(market: Market, one: str, other: str, tenor: str | None, day: date, today: date) -> TwoWay:
    """A swap's points in pips, bank's bid and offer: ON and TN as quoted, others from spot to `day`.

    The bank bids for buying far against selling near. Raises `SkillFailed` without market data of the pair itself.
    """
    base, quote = in_market_order(one, other)
    pair = _usable(market, base, quote)
    if pair is None or (tenor in BEFORE_SPOT and tenor not in pair.points and pair.curves is None):
        raise SkillFailed("FX_NO_POINTS", say("no_swap_points", pair=f"{base}/{quote}"))
    spot = value_date(base, quote, "SPOT", today)
    at = (pair.mid, pair.mid)  # both legs of a swap rest on one rate: the spread of the spot is no part of its points
    if tenor not in BEFORE_SPOT:
        return _points(pair, base, quote, day, spot, today, at)
    if pair.curves is None:
        return pair.points[tenor]
    near, far = ("TOM", "SPOT") if tenor == "TN" else ("TOD", "TOM")
    ahead, behind = (
        _points(pair, base, quote, value_date(base, quote, one, today).day, spot, today, at) for one in (far, near)
    )
    # Points before spot are what is taken back until spot; the night is what lies between its two ends.
    return (ahead[1] - behind[1], ahead[0] - behind[0])


@dataclass(frozen=True, slots=True)
class _Made:
    """A price before rounding."""

    per: int
    decimals: int
    spot: TwoWay
    outright: TwoWay
    points: TwoWay | None = None
    legs: tuple[str, ...] = ()


def _direct(pair: PairMarket, base: str, quote: str, day: date, spot: ValueDate, today: date) -> _Made:
    if day == spot.day:
        return _Made(pair.per, pair.decimals, pair.spot, pair.spot)
    points = _points(pair, base, quote, day, spot, today, pair.spot)
    outright = (pair.spot[0] + points[0] * pair.pip, pair.spot[1] + points[1] * pair.pip)
    return _Made(pair.per, pair.decimals, pair.spot, outright, points)


def _crossed(market: Market, base: str, quote: str, day: date, spot: ValueDate, today: date) -> _Made:
    per, decimals = _cross_convention(base, quote)
    # The legs' own spot days may differ (USD/CAD settles a day earlier): both are taken for the day of the cross.
    now, legs = _cross(market, base, quote, spot.day, today)
    then, _ = (now, legs) if day == spot.day else _cross(market, base, quote, day, today)
    return _Made(per, decimals, (now[0] * per, now[1] * per), (then[0] * per, then[1] * per), legs=legs)


def _usable(market: Market, base: str, quote: str) -> PairMarket | None:
    """The pair's own market; None where it has none. Raises `SkillFailed` for one that is refused."""
    name = f"{base}/{quote}"
    if refusal := market.refused.get(name):
        reason = say(f"refused_{refusal.why}", **refusal.facts)
        raise SkillFailed("FX_PAIR_REFUSED", say("pair_refused", pair=name, reason=reason))
    return market.direct(base, quote)


def _points(pair: PairMarket, base: str, quote: str, day: date, spot: ValueDate, today: date, at: TwoWay) -> TwoWay:
    """Forward points for `day`, bid and offer, in pips from spot. `at`: the spot that interest is earned on."""
    if day == spot.day:
        return Decimal(0), Decimal(0)
    if pair.curves:
        return _parity_points(pair, pair.curves, base, quote, day, spot, today, at)
    if day < spot.day:
        return _points_before_spot(pair, base, quote, day, today)
    known = {spot.day: (Decimal(0), Decimal(0))}
    for tenor, points in pair.points.items():
        if tenor not in ("ON", "TN"):
            known[value_date(base, quote, tenor, today).day] = points
    earlier = max((one for one in known if one <= day), default=None)
    later = min((one for one in known if one >= day), default=None)
    if earlier is None or later is None:
        raise SkillFailed("FX_NO_POINTS", say("no_points", pair=f"{base}/{quote}", last=max(known).isoformat()))
    if earlier == later:
        return known[earlier]
    share = Decimal((day - earlier).days) / Decimal((later - earlier).days)
    before, after = known[earlier], known[later]
    return before[0] + (after[0] - before[0]) * share, before[1] + (after[1] - before[1]) * share


def _parity_points(
    pair: PairMarket, curves: Curves, base: str, quote: str, day: date, spot: ValueDate, today: date, at: TwoWay
) -> TwoWay:
    """Points that follow from the interest rates of both currencies."""

    def ends(tenor: str) -> date:
        return value_date(base, quote, tenor, today).day

    days = Schedule(today=ends("TOD"), tomorrow=ends("TOM"), spot=spot.day, ends=ends)
    grown = growth(curves, days, day)
    if grown is None:
        last = last_day(curves, days).isoformat() if day > spot.day else "SPOT"
        raise SkillFailed("FX_NO_POINTS", say("no_points", pair=f"{base}/{quote}", last=last))
    bid, offer = ((one * (factor - 1) / pair.pip).quantize(_FINEST) for one, factor in zip(at, grown, strict=True))
    return bid, offer


def _points_before_spot(pair: PairMarket, base: str, quote: str, day: date, today: date) -> TwoWay:
    """What the nights until spot cost is taken back, the bid with the offer."""
    first, tomorrow, spot = (value_date(base, quote, tenor, today).day for tenor in ("TOD", "TOM", "SPOT"))
    bid, offer = Decimal(0), Decimal(0)
    for night, start, end in (("TN", tomorrow, spot), ("ON", first, tomorrow)):
        if day < end and start < end:
            if night not in pair.points:
                raise SkillFailed(
                    "FX_NO_POINTS", say("no_points", pair=f"{base}/{quote}", last="SPOT" if night == "TN" else "TOM")
                )
            bid, offer = bid - pair.points[night][1], offer - pair.points[night][0]
    return bid, offer


def _cross(market: Market, base: str, quote: str, day: date, today: date) -> tuple[TwoWay, tuple[str, ...]]:
    """Base in quote through the dollar, per one unit, and the pairs used."""
    in_dollars, first = _against_dollar(market, base, quote, day, today)
    quote_in_dollars, second = _against_dollar(market, quote, base, day, today)
    return (in_dollars[0] / quote_in_dollars[1], in_dollars[1] / quote_in_dollars[0]), (first, second)


def _against_dollar(market: Market, currency: str, other: str, day: date, today: date) -> tuple[TwoWay, str]:
    """One unit of `currency` in dollars, for value `day`."""
    if _USD in (currency, other) or currency == other:
        raise SkillFailed("FX_NO_PRICE", say("no_price", pair="/".join(in_market_order(currency, other))))
    base, quote = in_market_order(currency, _USD)
    pair = _usable(market, base, quote)
    if pair is None:
        raise SkillFailed("FX_NO_PRICE", say("no_price", pair="/".join(in_market_order(currency, other))))
    spot_day = value_date(base, quote, "SPOT", today)
    points = _points(pair, base, quote, day, spot_day, today, pair.spot)
    bid, offer = (side / pair.per + points[index] * pair.pip / pair.per for index, side in enumerate(pair.spot))
    return ((bid, offer) if base == currency else (1 / offer, 1 / bid)), f"{base}/{quote}"


def _cross_convention(base: str, quote: str) -> tuple[int, int]:
    """Units of the base and decimals of a cross's price."""
    if quote in _LOW_VALUE:
        return 1, 3 if base not in _LOW_VALUE else 4
    return (100, 4) if base in _LOW_VALUE else (1, 4 if quote == "CNY" else 5)


def _down(price: Decimal, decimals: int) -> Decimal:
    return price.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR)


def _up(price: Decimal, decimals: int) -> Decimal:
    return price.quantize(Decimal(1).scaleb(-decimals), ROUND_CEILING)
