"""The real need behind a deal against the yuan (外汇管理: 真实需求背景)."""

from __future__ import annotations

from skills.fx.checks.situation import Situation
from skills.fx.deals.deal import Check
from skills.fx.words import say


def real_need(situation: Situation) -> Check:
    """A paper that shows it was named; without one the supervisor decides."""
    if not situation.against_yuan:
        return Check("documents", "passed", say("check_documents_not_needed"))
    named = situation.deal.value("documents") or ""
    if any(one in named for one in situation.rules.documents):
        return Check("documents", "passed", say("check_documents_ok", documents=named))
    wanted = say("comma").join(situation.rules.documents)
    return Check("documents", "soft", say("check_documents_missing", wanted=wanted))
