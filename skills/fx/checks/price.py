"""The price that was named, against the middle of the market."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from skills.fx.checks.situation import Situation
from skills.fx.deals.deal import Check, CheckOutcome
from skills.fx.words import say

_BP = Decimal(10_000)


def deviation_bp(price: Decimal, mid: Decimal) -> Decimal:
    """How far `price` lies from `mid`, in basis points of the mid; positive above it."""
    return (price / mid - 1) * _BP


def near_mid(situation: Situation) -> Check:
    """Fresh market data, and a price within the tolerance; without a price, that there can be one."""
    if situation.mid is None or situation.market_at is None:
        return Check("price", "hard", situation.no_mid or say("check_no_market"))
    age = situation.now - situation.market_at
    if age > timedelta(seconds=situation.rules.market_stale_seconds) or age < timedelta(0):
        return Check("price", "hard", say("check_market_stale", at=f"{situation.market_at:%Y-%m-%d %H:%M}"))
    named = situation.deal.offered.price if situation.deal.offered else situation.deal.value("limit_price")
    if named is None or situation.deal.value("product") == "swap":
        return Check("price", "passed", say("check_price_none", mid=situation.mid))
    away = deviation_bp(Decimal(named), situation.mid)
    said = {"price": f"{named}", "mid": f"{situation.mid}", "away": f"{away:+.1f}"}
    bounds = situation.rules.price_bp
    outcome: CheckOutcome = "hard" if abs(away) > bounds.hard else "soft" if abs(away) > bounds.soft else "passed"
    return Check("price", outcome, say(f"check_price_{outcome}", **said, most=f"{bounds.soft:f}"), said)
