"""Which pairs of a market are believed: against their last good price, else against the bank's fixed rates.

A wrong decimal point moves a price by a factor of ten, a wrong unit by a hundred; a market moves by a few percent a
day, and over several days with the square root of their number (the usual scaling of volatility with time, e.g.
J. C. Hull, Options, Futures, and Other Derivatives, ch. "Volatility").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from math import sqrt

from skills.fx.market import Market, PairMarket, Refusal
from skills.fx.quotation import TwoWay
from skills.fx.source_rules import Plausible, SourceRules, level_of
from skills.fx.value_dates import value_date

_MOST_PERCENT = 40.0
"""However long ago: a wrong decimal point is never let through."""
_DAY = timedelta(days=1)


def judged(market: Market, last: Mapping[str, Market], rules: SourceRules, worth: Mapping[str, Decimal]) -> Market:
    """`market` without what is not believed; that is in `refused`, with the reason.

    `last`: pair -> the market of it alone, when it was last good. `worth`: yuan that a unit of a currency counts for.
    """
    good, refused = {}, dict(market.refused)
    for name, pair in market.pairs.items():
        known = last.get(name)
        found = (
            _off_level(name, pair, market, known, rules, worth)
            or _too_wide(pair, rules.plausible)
            or _off_points(name, market, known, rules.plausible)
        )
        if found:
            refused[name] = found
        else:
            good[name] = pair
    remembered = timedelta(days=rules.plausible.remember_days)
    for name, known in last.items():
        if name not in market.pairs and name not in refused and market.as_of - known.as_of <= remembered:
            refused[name] = Refusal(why="missing", facts={"at": _when(known)})
    return market.model_copy(update={"pairs": good, "refused": refused})


def _off_level(
    name: str, pair: PairMarket, market: Market, known: Market | None, rules: SourceRules, worth: Mapping[str, Decimal]
) -> Refusal | None:
    """Each side against the same side when it was last good."""
    now = _each(pair.spot, pair.per)
    vouched = rules.vouched.get(name)
    if level := level_of(vouched, known.as_of if known else None):
        assert vouched
        since, before, at = vouched.at, _each((level, level), pair.per), f"{vouched.at:%Y-%m-%d %H:%M}"
    elif known:
        since, before, at = known.as_of, _each(known.pairs[name].spot, known.pairs[name].per), _when(known)
    else:
        base, _, quote = name.partition("/")
        if base not in worth or quote not in worth:
            return None
        fixed = worth[base] / worth[quote]
        away, most = _away(now, (fixed, fixed)), rules.plausible.off_level_percent
        if away <= most:
            return None
        facts = {"now": _shown(pair.spot), "before": f"{fixed * pair.per:.6g}", "away": f"{away:.0f}%"}
        return Refusal(why="off_level", facts={**facts, "most": f"{most:g}%"})
    days = max(1.0, abs(market.as_of - since) / _DAY)
    most = min(rules.plausible.moved_percent * sqrt(days), _MOST_PERCENT)
    away = _away(now, before)
    if away <= most:
        return None
    then = _shown((before[0] * pair.per, before[1] * pair.per))
    facts = {"now": _shown(pair.spot), "before": then, "at": at, "away": f"{away:.1f}%", "most": f"{most:.1f}%"}
    return Refusal(why="moved", facts=facts)


def _too_wide(pair: PairMarket, rules: Plausible) -> Refusal | None:
    """Bid and offer so far apart that one of them cannot be meant."""
    width = float(pair.spot[1] / pair.spot[0] - 1) * 100
    if width <= rules.widest_percent:
        return None
    facts = {"now": _shown(pair.spot), "away": f"{width:.1f}%", "most": f"{rules.widest_percent:g}%"}
    return Refusal(why="wide", facts=facts)


def _off_points(name: str, market: Market, known: Market | None, rules: Plausible) -> Refusal | None:
    """Points and rates as yields a year, against those when the pair was last good."""
    if known is None:
        return None
    before, now = _yields(name, known), _yields(name, market)
    for tenor in now.keys() & before.keys():
        away = max(abs(one - other) for one, other in zip(now[tenor], before[tenor], strict=True))
        if away > rules.rate_points:
            facts = {"tenor": tenor.rpartition(" ")[2], "away": f"{away:.1f}", "most": f"{rules.rate_points:g}"}
            return Refusal(why="points", facts=facts)
    return None


def _yields(name: str, market: Market) -> dict[str, tuple[float, float]]:
    """What points come to in percent a year over their own days, and rates as they are."""
    pair, today = market.pairs[name], market.as_of.date()
    base, _, quote = name.partition("/")
    if pair.curves:
        both = (("base", pair.curves.base), ("quote", pair.curves.quote))
        return {f"{of} {tenor}": _floats(rate) for of, curve in both for tenor, rate in curve.rates.items()}
    found = {}
    for tenor, points in pair.points.items():
        start = value_date(base, quote, {"ON": "TOD", "TN": "TOM"}.get(tenor, "SPOT"), today).day
        if (days := (value_date(base, quote, tenor, today).day - start).days) > 0:
            a_year = pair.pip / pair.mid * 100 * 365 / days
            found[tenor] = _floats((points[0] * a_year, points[1] * a_year))
    return found


def _away(now: TwoWay, before: TwoWay) -> float:
    """The larger distance of the two sides, in percent."""
    return max(abs(float(one / other) - 1) * 100 for one, other in zip(now, before, strict=True))


def _each(spot: TwoWay, per: int) -> TwoWay:
    return spot[0] / per, spot[1] / per


def _floats(sides: TwoWay) -> tuple[float, float]:
    return float(sides[0]), float(sides[1])


def _shown(sides: TwoWay) -> str:
    return f"{sides[0].normalize():f}/{sides[1].normalize():f}"


def _when(market: Market) -> str:
    return f"{market.as_of:%Y-%m-%d %H:%M}"
