"""A skill domain of the tests: transfers that need a second pair of eyes, each an effect in a table of its own."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from app.core.texts import Texts
from app.core.turn import Money
from tests.dying import die_at

say = Texts(Path(__file__).parent / "texts")


class Payment(SQLModel, table=True):
    """One transfer done."""

    __tablename__ = "test_payment"

    key: str = Field(primary_key=True)
    amount: str
    person: str


@skill("payments.transfer", texts=say, confirm="four_eyes")
async def transfer(ctx: Context, request: Annotated[str, Slot("utterance", ask="ask")]) -> Ask | Proposal:
    """Transfer an amount to the reserve account. 划转、划款到备付金账户。"""
    found = re.search(r"(\d[\d,.]*)\s*(USD|CNY|XXX)", request)
    if found is None:
        return Ask(say("ask"), "request")
    amount, currency = found[1].replace(",", ""), found[2]
    summary = say("summary", amount=f"{currency} {Decimal(amount):,f}")
    return Proposal(summary, {"amount": amount, "currency": currency}, Money(Decimal(amount), currency))


@transfer.on_confirmed
async def transferred(ctx: Context, amount: str, currency: str) -> Result:
    """Transfer exactly this; the same key is the same transfer."""
    die_at("before the effect")
    async with ctx.database.session() as session:
        session.add(Payment(key=ctx.idempotency_key, amount=f"{currency} {amount}", person=ctx.person.id))
        try:
            await session.commit()
        except IntegrityError:
            await session.rollback()
    die_at("after the effect")
    return Result(say("done", amount=f"{currency} {amount}"), {"amount": amount})


SKILLS = (transfer,)
TABLES = (Payment,)
