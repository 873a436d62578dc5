"""Limits: the client's, for one day of settlement, and the dealer's own."""

from __future__ import annotations

from decimal import Decimal

from skills.fx.checks.situation import Situation
from skills.fx.deals.deal import Check, CheckOutcome
from skills.fx.spoken import figures
from skills.fx.words import say


def client_limit(situation: Situation) -> Check:
    """With what he has dealt already and is not settled."""
    limit = situation.client.limit if situation.client else None
    return _within(situation, "client_limit", limit, situation.used.get("client", Decimal(0)))


def settlement_limit(situation: Situation) -> Check:
    """With what else settles on the same day."""
    limit = situation.client.settlement_limit if situation.client else None
    return _within(situation, "settlement_limit", limit, situation.used.get("settlement", Decimal(0)))


def dealer_limit(situation: Situation) -> Check:
    """One deal of the dealer; above it another dealer or the supervisor deals."""
    limit = situation.rules.dealer_limits.get(situation.dealer.role)
    if limit is None:
        return Check("dealer_limit", "hard", say("check_no_dealer", person=situation.dealer.name))
    return _within(situation, "dealer_limit", limit, Decimal(0))


def _within(situation: Situation, name: str, limit: Decimal | None, used: Decimal) -> Check:
    yuan = situation.yuan
    if limit is None:
        return Check(name, "hard", say("check_no_client"))
    if yuan is None:
        return Check(name, "hard", say("check_no_worth", currency=situation.currency))
    said = {"limit": figures(limit), "used": figures(used), "deal": figures(yuan.quantize(Decimal(1)))}
    if used + yuan <= limit:
        return Check(name, "passed", say(f"check_{name}_ok", **said), said)
    # A dealer's own limit is a matter of whose yes it needs, the client's of what may be done at all.
    outcome: CheckOutcome = "soft" if name == "dealer_limit" else "hard"
    return Check(name, outcome, say(f"check_{name}_exceeded", **said), said)
