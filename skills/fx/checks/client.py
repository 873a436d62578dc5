"""The client: whether he is one of ours with valid papers, and whether the product suits him."""

from __future__ import annotations

from datetime import timedelta

from skills.fx.checks.situation import Situation
from skills.fx.deals.deal import Check
from skills.fx.words import say

_SOON = timedelta(days=30)


def known_client(situation: Situation) -> Check:
    """He is known, and his papers are good on the day of dealing."""
    client = situation.client
    if client is None:
        return Check("customer", "hard", say("check_customer_unknown", name=situation.deal.value("customer") or ""))
    today, until = situation.now.date(), client.documents_until
    facts = {"number": client.number, "until": until.isoformat()}
    if until < today:
        return Check("customer", "hard", say("check_customer_expired", name=client.name, until=until), facts)
    key = "check_customer_soon" if until < today + _SOON else "check_customer_ok"
    return Check("customer", "passed", say(key, name=client.name, until=until), facts)


def suitable(situation: Situation) -> Check:
    """The product stands in his assessment."""
    client, product = situation.client, situation.deal.value("product") or "spot"
    if client is None:
        return Check("suitability", "hard", say("check_no_client"))
    named = say(f"product_{product}")
    if product in client.products:
        return Check("suitability", "passed", say("check_suitable", product=named))
    allowed = say("comma").join(say(f"product_{one}") for one in client.products)
    return Check("suitability", "hard", say("check_unsuitable", product=named, allowed=allowed))
