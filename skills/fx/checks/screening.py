"""Sanctions and own lists: a name that is like a listed one is looked at by a person."""

from __future__ import annotations

from skills.fx.checks.situation import Situation
from skills.fx.deals.deal import Check, CheckOutcome
from skills.fx.words import say

_THE_SAME = 0.98
"""From here on the name is the listed one; below, it is like it."""


def not_listed(situation: Situation) -> Check:
    """No list has him; the same name stops the deal, one that is like it needs the supervisor."""
    if not situation.listed:
        return Check("screening", "passed", say("check_not_listed"))
    nearest = max(situation.listed, key=lambda one: one.score)
    evidence = {"list": nearest.list, "name": nearest.name, "score": f"{nearest.score:.2f}", "why": nearest.why}
    outcome: CheckOutcome = "hard" if nearest.score >= _THE_SAME else "soft"
    more = len(situation.listed) - 1
    said = say(f"check_listed_{outcome}", list=nearest.list, name=nearest.name, score=f"{nearest.score:.2f}", more=more)
    return Check("screening", outcome, said, evidence)
