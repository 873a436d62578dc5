"""What a question about past dealing asks for: days, a client, colleagues, currencies, and by what to sum up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.core.skill import Context
from skills.fx.clients import Client, plain_name, read_clients
from skills.fx.currencies import find_mentions, in_market_order
from skills.fx.dealt import Dealt
from skills.fx.oversight.period import Period, period_in
from skills.fx.parse import lines_of

Grouping = Literal["client", "dealer", "pair"]
_BY: tuple[tuple[str, Grouping], ...] = (
    (r"(?:按|分|各)个?客户|by client", "client"),
    (r"(?:按|分|各)个?(?:交易员|人员|人)|by dealer", "dealer"),
    (r"(?:按|分|各)个?(?:货币对|币种|货币)|by (?:pair|currency)", "pair"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Nothing named is everything."""

    period: Period
    clients: tuple[Client, ...] = ()
    people: tuple[str, ...] = ()
    """Staff numbers, on either side."""
    pairs: tuple[tuple[str, str | None], ...] = ()
    """In market order; a currency alone means all its pairs."""
    by: Grouping | None = None

    def covers(self, deal: Dealt) -> bool:
        """Whether it is asked for this deal, whatever its day."""
        return (
            (not self.clients or any(deal.customer in one.names for one in self.clients))
            and (not self.people or bool({deal.branch, deal.bank} & set(self.people)))
            and (not self.pairs or any(_is_of(pair, deal) for pair in self.pairs))
        )


def asked(ctx: Context, text: str) -> Asked:
    """`text`, taken apart."""
    by = next((by for words, by in _BY if re.search(words, text, re.IGNORECASE)), None)
    own = re.search(r"我的|我做的|我自己|\bmy\b|\bmine\b", text, re.IGNORECASE)
    people = tuple(one.id for one in ctx.people if one.name in text or one.id in text)
    return Asked(
        period_in(text, ctx.now.date()),
        _clients_in(text, read_clients(ctx.content)),
        people or ((ctx.person.id,) if own else ()),
        tuple(_pairs_in(text)),
        by,
    )


def _clients_in(text: str, clients: tuple[Client, ...]) -> tuple[Client, ...]:
    """Clients whose name stands in `text`; of a name within a longer one that stands there too, the longer."""
    plain = plain_name(text)
    hits = [(name, one) for one in clients for name in map(plain_name, one.names) if len(name) > 1 and name in plain]
    longest = [(name, one) for name, one in hits if not any(name in other and name != other for other, _ in hits)]
    return tuple(dict.fromkeys(one for _, one in longest))


def _pairs_in(text: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for line in lines_of(text):
        for one in find_mentions(line):
            found.append(in_market_order(one.first, one.second) if one.second else (one.first, None))
    return found


def _is_of(pair: tuple[str, str | None], deal: Dealt) -> bool:
    first, second = pair
    return first in (deal.base, deal.quote) if second is None else pair == (deal.base, deal.quote)
