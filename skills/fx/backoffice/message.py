"""A booked deal as the back office reads it: a JSON document and a FIX 4.4 message, with numbers for names.

The FIX message is a **TradeCaptureReport** (35=AE). An ExecutionReport tells an order's life and needs a second message
for the second leg of a swap; a NewOrderSingle asks for what is done already; an AllocationInstruction divides a trade
between accounts. AE is FIX 4.4's message for a trade agreed elsewhere that another system is to book, carries both legs
at once, and is answered by its own acknowledgement (AR). Tags, as in the FIX 4.4 specification, volumes 3 and 4:

| tag | field | here |
|---|---|---|
| 8 9 35 10 | BeginString, BodyLength, MsgType, CheckSum | FIX.4.4, AE; made by the library |
| 49 56 34 52 | SenderCompID, TargetCompID, MsgSeqNum, SendingTime | as configured; the deal's count of the day; when it was booked |
| 571 | TradeReportID | number of the deal |
| 487 856 | TradeReportTransType, TradeReportType | 0 new, 0 submit |
| 572 | TradeReportRefID | number of the deal that this one reverses |
| 828 150 570 | TrdType, ExecType, PreviouslyReported | 0 regular, F trade, N |
| 818 | SecondaryTradeReportID | idempotency key of the booking |
| 55 460 461 | Symbol, Product, CFICode | USD/CNY in the market's order, 4 currency, MRCXXX |
| 32 31 | LastQty, LastPx | amount dealt in; all-in rate for one unit of the base, of a swap the far one |
| 75 60 64 | TradeDate, TransactTime, SettlDate | when it was agreed (60 in UTC); when it settles, of a swap the far day |
| 555: 600 624 687 588 637 | legs of a swap: LegSymbol, LegSide, LegQty, LegSettlDate, LegLastPx | near, far |
| 552: 54 37 15 120 119 | Side, OrderID, Currency, SettlCurrency, SettlCurrAmt | the client's side of the currency dealt in (15), of a swap at the far leg; number; the other currency and amount |
| 453: 448 447 452 | PartyID, PartyIDSource, PartyRole | D own numbers: 3 client, 11 branch dealer, 12 head-office dealer |

Within a group the fields stand in the order of the specification, as groups must.
"""  # noqa: E501 - a table

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from simplefix import FixMessage

from skills.fx.backoffice.port import BookingPort
from skills.fx.deals.deal import Deal
from skills.fx.dealt import Dealt, Leg, dealt

_SIDES = {"buy": "1", "sell": "2"}


def fix_message(deal: Deal, client: str, port: BookingPort) -> bytes:
    """`deal`, which is booked, as a FIX 4.4 message; `client` is his number."""
    trade = dealt(deal)
    message = FixMessage()
    last = trade.legs[-1]
    for tag, value in (
        (8, "FIX.4.4"),
        (35, "AE"),
        (49, port.sender),
        (56, port.target),
        (34, int(deal.number.rpartition("-")[2])),
        (52, _utc(deal.changed_at)),
        (571, deal.number),
        (487, "0"),
        (856, "0"),
        *([(572, deal.reverses)] if deal.reverses else []),
        (828, "0"),
        (150, "F"),
        (818, deal.booked_key),
        (570, "N"),
        (55, trade.pair),
        (460, "4"),
        (461, "MRCXXX"),
        (32, _plain(last.amount)),
        (31, _plain(_per_unit(last, trade))),
        (75, f"{trade.agreed_at:%Y%m%d}"),
        (60, _utc(trade.agreed_at)),
        (64, f"{last.day:%Y%m%d}"),
    ):
        message.append_pair(tag, value)
    if len(trade.legs) > 1:
        message.append_pair(555, len(trade.legs))
        for leg in trade.legs:
            message.append_pair(600, trade.pair)
            message.append_pair(624, _SIDES[leg.side])
            message.append_pair(687, _plain(leg.amount))
            message.append_pair(588, f"{leg.day:%Y%m%d}")
            message.append_pair(637, _plain(_per_unit(leg, trade)))
    message.append_pair(552, 1)
    message.append_pair(54, _SIDES[last.side])
    message.append_pair(37, deal.number)
    parties = (("3", client), ("11", trade.branch), ("12", trade.bank))
    message.append_pair(453, len(parties))
    for role, id in parties:
        message.append_pair(448, id)
        message.append_pair(447, "D")
        message.append_pair(452, role)
    message.append_pair(15, trade.currency)
    message.append_pair(119, _plain(last.counter))
    message.append_pair(120, trade.counter)
    encoded: bytes = message.encode()
    return encoded


def json_message(deal: Deal, client: str) -> str:
    """`deal`, which is booked, as a JSON document (UTF-8). It holds numbers and codes, no names and no free text."""
    trade = dealt(deal)
    document = {
        "version": 1,
        "key": deal.booked_key,
        "number": deal.number,
        "reverses": deal.reverses or None,
        "client": client,
        "product": trade.product,
        "pair": trade.pair,
        "rate_per_units": trade.per,
        "currency": trade.currency,
        "counter_currency": trade.counter,
        "mid": _plain(trade.mid),
        "legs": [
            {
                "value_date": leg.day.isoformat(),
                "client_side": leg.side,
                "amount": _plain(leg.amount),
                "counter_amount": _plain(leg.counter),
                "rate": _plain(leg.rate),
            }
            for leg in trade.legs
        ],
        "agreed": {"at": trade.agreed_at.isoformat(), "branch": trade.branch, "bank": trade.bank},
        "confirmed": [{"seat": one.seat, "by": one.by, "at": one.at.isoformat()} for one in deal.confirmations],
        "checks": {check.name: check.outcome for check in deal.checks},
        "booked_at": deal.changed_at.isoformat(),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _per_unit(leg: Leg, trade: Dealt) -> Decimal:
    return leg.rate / trade.per


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d-%H:%M:%S.%f}"[:-3]
