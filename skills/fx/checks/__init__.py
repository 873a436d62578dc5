"""What is looked at before a deal is quoted; each check gives its answer with its reason."""

from __future__ import annotations

from collections.abc import Callable

from skills.fx.checks.client import known_client, suitable
from skills.fx.checks.limits import client_limit, dealer_limit, settlement_limit
from skills.fx.checks.papers import real_need
from skills.fx.checks.price import near_mid
from skills.fx.checks.screening import not_listed
from skills.fx.checks.situation import Situation
from skills.fx.checks.time import cut_off, good_value_date
from skills.fx.deals.deal import Check

__all__ = ["CHECKS", "Situation", "checked"]

CHECKS: tuple[Callable[[Situation], Check], ...] = (
    known_client,
    not_listed,
    suitable,
    good_value_date,
    cut_off,
    near_mid,
    client_limit,
    settlement_limit,
    dealer_limit,
    real_need,
)


def checked(situation: Situation) -> tuple[Check, ...]:
    """Every check's answer, in the order in which the ticket shows them."""
    return tuple(check(situation) for check in CHECKS)
