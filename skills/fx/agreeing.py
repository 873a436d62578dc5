"""Agreement: both sides mean one price, and the limits are taken with it."""

from __future__ import annotations

from decimal import Decimal

from app.core.skill import Context
from skills.fx.dealing_rules import DealingRules, read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Agreement, Deal, Seat
from skills.fx.deals.limits import Exceeded
from skills.fx.deals.states import NotSo
from skills.fx.progress import client_of, uses_of
from skills.fx.spoken import figures
from skills.fx.words import say


async def agree(ctx: Context, deal: Deal, *, price: Decimal, branch: str, bank: str) -> tuple[Deal, str]:
    """`deal` agreed at `price`, kept, and what is said; unchanged, with the reason, where it cannot be.

    `branch` and `bank` are the staff numbers of the two who said yes. Raises `Stale`.
    """
    rules = read_dealing_rules(ctx.content)
    agreement = Agreement(price, branch, bank, ctx.turn_id, ctx.now)
    try:
        agreed = await Book(ctx.database).change(
            deal,
            "agreed",
            by=ctx.person.id,
            turn=ctx.turn_id,
            now=ctx.now,
            agreement=agreement,
            needs=seats_needed(deal, rules),
            takes=uses_of(deal, client_of(ctx, deal), rules),
        )
    except NotSo as refused:
        return deal, say(f"not_so_{refused.code}")
    except Exceeded as exceeded:
        use = exceeded.use
        return deal, say(f"exceeded_{use.kind}", limit=figures(use.limit), used=figures(exceeded.used))
    return agreed, say("agreed", number=agreed.number, price=price, needed=seats_in_words(agreed))


def seats_needed(deal: Deal, rules: DealingRules) -> tuple[Seat, ...]:
    """Whose yes it needs: the branch's and the head office's always, the supervisor's by size and by soft checks."""
    yuan = rules.in_yuan(Decimal(deal.value("amount") or 0), deal.value("amount_ccy") or "")
    large = yuan is None or yuan >= rules.supervisor_from
    return ("branch", "head_office", "supervisor") if large or deal.worst_check == "soft" else ("branch", "head_office")


def seats_in_words(deal: Deal) -> str:
    """The seats that are needed, for people."""
    return say("comma").join(say(f"seat_{seat}") for seat in deal.needs)
