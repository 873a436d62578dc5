"""`fx.quote`: a dealing sentence becomes a ticket with an indicative price, or a question for what is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Ask, Context, Result, Slot, skill
from skills.fx import ticket
from skills.fx.dealing.room_talk import told_here
from skills.fx.elements import DealElements, Doubt
from skills.fx.market_source import current_market
from skills.fx.parse import finished, parse
from skills.fx.price import IndicativePrice, indicative, swap_points
from skills.fx.spoken import currency_name, figures, in_words
from skills.fx.value_dates import value_date
from skills.fx.words import say

_NEAR_LEGS = {"ON": "TOD", "TN": "TOM"}
_REFUSED: tuple[Doubt, ...] = (
    "amount_not_positive",
    "amount_too_large",
    "currency_unknown",
    "same_currency",
    "date_past",
    "date_impossible",
    "date_too_far",
    "product_unknown",
)


@skill("fx.quote", texts=say)
async def quote(ctx: Context, text: Annotated[str, Slot("utterance", ask="ask_deal")]) -> Result | Ask:
    """Quote a foreign exchange deal (spot, forward, swap): customer, side, currency, amount, tenor, limit price.

    结汇、购汇、售汇、买卖外币、远期、掉期的询价与报价：读出要素，问齐缺的，给出参考双边价。
    """
    heard = await told_here(ctx, text)
    deal = finished(heard.talk.reading, ctx.now.date()) if heard and heard.deal else parse(text, ctx.now.date())
    if question := _question(deal):
        return Result(question, happened=heard.happened) if heard and heard.deal else Ask(question, "text")
    assert deal.base and deal.quote
    today = ctx.now.date()
    ends = value_date(deal.base, deal.quote, deal.tenor or "SPOT", today) if not deal.value_date or deal.tenor else None
    near = value_date(deal.base, deal.quote, _NEAR_LEGS.get(deal.tenor or "", "SPOT"), today)
    parts = [ticket.title(deal), ticket.elements_table(deal, ends, near.day)]
    price, swap, problem = await _price(ctx, deal)
    if price:
        parts.append(ticket.price_table(deal, price, swap))
        parts.append(ticket.customer_line(deal, price, swap))
        parts.append(ticket.source_line(price, ctx.now))
    else:
        parts.append(problem)
    if warned := ticket.warnings(deal, price, ends):
        parts.append("\n".join(f"- ⚠ {line}" for line in warned))
    if heard and heard.said:
        parts.append(heard.said)
    data = ticket.as_data(deal, price)
    return Result("\n\n".join(parts), data=data, happened=heard.happened if heard else ())


def _question(deal: DealElements) -> str | None:
    """One question for all that is missing or cannot be taken as it was said."""
    reasons = [say(f"doubt_{doubt}") for doubt in deal.doubts if doubt in _REFUSED]
    asked = [say(f"ask_{name}") for name in _wanted(deal)]
    if not reasons and not asked:
        return None
    sentences = [*reasons]
    if asked:
        known = _known(deal)
        sentences.append(
            say("ask_missing_known" if known else "ask_missing", known=known, asked=say("comma").join(asked))
        )
    return say("between_sentences").join(sentences)


def _wanted(deal: DealElements) -> list[str]:
    wanted = list(deal.missing)
    if deal.product == "swap" and deal.value_date is None:
        wanted.append("value_date")
    if deal.base is None and "value_date" in wanted and deal.tenor:
        wanted.remove("value_date")  # the tenor is known; its date only waits for the currency
    settled = {"currency_unknown": "base", "date_past": "value_date", "date_impossible": "value_date"}
    settled |= {"amount_not_positive": "amount", "amount_too_large": "amount", "date_too_far": "value_date"}
    said = {settled[doubt] for doubt in deal.doubts if doubt in settled}
    return [name for name in wanted if name not in said]


def _known(deal: DealElements) -> str:
    known = []
    if deal.customer:
        known.append(deal.customer)
    if deal.side:
        known.append(say(f"known_{deal.side}"))
    if deal.base:
        known.append(currency_name(deal.base))
    if deal.amount is not None:
        known.append(in_words(deal.amount) or figures(deal.amount))
    if deal.tenor or deal.value_date:
        known.append(deal.tenor or f"{deal.value_date}")
    return say("comma").join(known)


async def _price(
    ctx: Context, deal: DealElements
) -> tuple[IndicativePrice | None, tuple[Decimal, Decimal] | None, str]:
    """The price, a swap's points, or the sentence that says why there is none."""
    assert deal.base and deal.quote
    today = ctx.now.date()
    try:
        market = await current_market(ctx)
        if deal.product != "swap":
            return indicative(market, deal.base, deal.quote, deal.value_date, today), None, ""
        assert deal.value_date
        points = swap_points(market, deal.base, deal.quote, deal.tenor, deal.value_date, today)
        return indicative(market, deal.base, deal.quote, None, today), points, ""
    except SkillFailed as failed:
        return None, None, failed.message
