"""Whole dialogues of two to four people: is what they agree read exactly, and is what is unsure asked back?

`deals_kept.jsonl` was written before the code and judged at most twice; of `deals_dev.jsonl` the first 45 were written
before it too, the others while it was built.
A dialogue's line: `people`, `today`, `messages` (by, text), `ends` (agreed, withdrawn, asked), and for an agreed one
`elements` (the contract's, plus near_date), `price` (of a swap its points per unit) and `agreed_by`; for one that ends
in a question `about`: the element (or `price`) that must be asked. `mid` is the market's middle, `clients` the bank's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bench.table import Row, show
from skills.fx.clients import Client
from skills.fx.dealing.heard import Note
from skills.fx.dealing.negotiation import hear
from skills.fx.dealing.talk import Around, Message, Talk
from skills.fx.dealing.ticket_values import doubts_of, missing_of
from skills.fx.parse import parse

DATA = Path(__file__).parent / "data"
_ABOUT = {
    "amount": ("amount", "several_amounts", "differs_amount"),
    "base": ("currency", "same_currency"),
    "value_date": ("date",),
    "customer": ("customer", "differs_customer"),
}
_NOTED: dict[str, tuple[Note, ...]] = {
    "price": ("two_prices", "several_prices", "no_price"),
    "side": ("side_missing",),
    "amount": ("open_question",),
}
"""What is asked about an element without a doubt on the ticket."""
_SPOKE: frozenset[Note] = frozenset(
    (
        *("doubt", "differs", "two_prices", "several_prices", "no_price", "side_missing", "side_against", "say_yes"),
        *("incomplete", "open_question"),
    )
)
"""Notes with which the assistant asks back."""


@dataclass(frozen=True)
class Judged:
    """What came of one dialogue."""

    right: bool
    asked: bool
    """Whether the assistant asked back somewhere in it."""
    got: dict[str, Any]
    milliseconds: tuple[float, ...]


def main(arguments: Sequence[str] = ()) -> int:
    """`--kept` judges the half kept aside too; `--wrong` prints what is read otherwise of the other half."""
    parse("买100万美元，三个月远期", date(2026, 3, 10))  # QuantLib is loaded once, not per message
    rows: list[Row] = []
    for name in ("dev", "kept") if "--kept" in arguments else ("dev",):
        dialogues = [json.loads(line) for line in (DATA / f"deals_{name}.jsonl").read_text("utf-8").splitlines()]
        judged = [judge(one) for one in dialogues]
        if "--wrong" in arguments and name == "dev":
            for number, (dialogue, result) in enumerate(zip(dialogues, judged, strict=True), 1):
                if not result.right:
                    print(number, dialogue["ends"], dialogue.get("price", ""), result.got)
        rows += _rows(name, dialogues, judged)
    return show(rows)


def judge(dialogue: dict[str, Any]) -> Judged:
    """The dialogue, heard message by message."""
    talk = Talk()
    notes: list[Note] = []
    times: list[float] = []
    around = _around(dialogue)
    for number, said in enumerate(dialogue["messages"]):
        message = _message(said, number)
        started = time.perf_counter()
        heard = hear(talk, message, around)
        times.append(1000 * (time.perf_counter() - started))
        talk = heard.talk
        notes += heard.notes
    asked = any(note in _SPOKE for note in notes)
    got = _got(talk, around.today)
    return Judged(_right(dialogue, talk, got, notes), asked, got, tuple(times))


def _right(dialogue: dict[str, Any], talk: Talk, got: dict[str, Any], notes: Sequence[Note]) -> bool:
    if dialogue["ends"] == "withdrawn":
        return talk.withdrawn
    if dialogue["ends"] == "asked":
        if talk.agreed or talk.withdrawn:
            return False
        doubts = any(doubt.startswith(_ABOUT.get(dialogue["about"], ())) for doubt in got["doubts"])
        missing = "incomplete" in notes and dialogue["about"] in missing_of(talk)
        return doubts or missing or bool({*_NOTED.get(dialogue["about"], ())} & {*notes})
    names = ("branch", "bank")
    return (
        talk.agreed is not None
        and not talk.withdrawn
        and all(got.get(name) == value for name, value in dialogue["elements"].items())
        and Decimal(got["price"]) == Decimal(dialogue["price"])
        and all(getattr(talk.agreed, name) == dialogue["agreed_by"][name] for name in names)
    )


def _got(talk: Talk, today: date) -> dict[str, Any]:
    elements: dict[str, Any] = {name: said.value for name, said in talk.said.items()}
    agreed = talk.agreed
    by = {"branch": agreed.branch, "bank": agreed.bank} if agreed else {}
    price = f"{agreed.price}" if agreed else None
    return {**elements, "price": price, **by, "withdrawn": talk.withdrawn, "doubts": doubts_of(talk, today)}


def _around(dialogue: dict[str, Any]) -> Around:
    clients = [
        Client(
            number=f"C{number:04}",
            name=name,
            tier="B",
            place="城东支行",
            documents_until=date(2027, 12, 31),
            products=("spot", "forward", "swap"),
            limit=Decimal(10**9),
            settlement_limit=Decimal(10**9),
        )
        for number, name in enumerate(dialogue.get("clients", ()), 1)
    ]
    mid = Decimal(dialogue["mid"]) if "mid" in dialogue else None
    people = tuple(dialogue["people"].values())
    return Around(date.fromisoformat(dialogue["today"]), clients, people, mid=lambda base, quote: mid)


def _message(said: dict[str, str], number: int) -> Message:
    by = said["by"]
    at = datetime(2026, 11, 23, 10, number, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Message(by, "bank" if by.startswith("E3") else "branch", by != "E1001", said["text"], f"t{number}", at)


def _rows(name: str, dialogues: list[dict[str, Any]], judged: list[Judged]) -> list[Row]:
    agreed = [one for one, dialogue in zip(judged, dialogues, strict=True) if dialogue["ends"] == "agreed"]
    others = [one for one, dialogue in zip(judged, dialogues, strict=True) if dialogue["ends"] != "agreed"]
    right = sum(one.right for one in agreed) / len(agreed)
    ended = sum(one.right for one in others) / len(others)
    # Wrong and nobody was asked: an agreement that is none, or is another one.
    silent = sum(not one.right and not one.asked and bool(one.got["price"]) for one in judged) / len(judged)
    slow = median([time for one in judged for time in one.milliseconds])
    which = "kept aside" if name == "kept" else "looked at while building"
    return [
        Row(
            f"elements, price and both sides exact at agreement, {len(agreed)} {which}",
            f"{right:.3f}",
            ">= 0.95",
            right >= 0.95,
        ),
        Row(f"withdrawn or asked back as it must be, {len(others)} {which}", f"{ended:.3f}"),
        Row(f"wrong without asking back, all {len(judged)}", f"{silent:.3f}", "<= 0.01", silent <= 0.01),
        Row("per message, median", f"{slow:.2f} ms"),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
