"""Marks and placeholders are found however the words are cut; everything else flows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.tokens import TokenStream, placeholder_meant


def changed(pieces: list[str]) -> str:
    stream = TokenStream(mark=lambda number: f"«{number}»", placeholder=lambda token: f"({placeholder_meant(token)})")
    return "".join([*(stream.feed(piece) for piece in pieces), stream.close()])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("见[1]和[22]，不是[222]。", "见«1»和«22»，不是[222]。"),
        ("<PERSON_1>", "(<PERSON_1>)"),
        ("＜person 1＞", "(<PERSON_1>)"),
        ("&lt;BANK_CARD_10&gt;号", "(<BANK_CARD_10>)号"),
        ("【PHONE_2】", "(<PHONE_2>)"),
        ("[PHONE_2", "(<PHONE_2>)"),
        ("卡BANK_CARD_3号", "卡(<BANK_CARD_3>)号"),
        ("my account 12345, phone 2", "my account 12345, phone 2"),
        ("XPERSON_1 <B> <PERSON> USD", "XPERSON_1 <B> <PERSON> USD"),
    ],
)
@pytest.mark.parametrize("width", [1, 2, 100])
def test_tokens(text: str, expected: str, width: int) -> None:
    assert changed([text[at : at + width] for at in range(0, len(text), width)]) == expected


_BITS = [
    "<",
    ">",
    "P",
    "PERSON",
    "_",
    "1",
    "22",
    "[",
    "]",
    "&lt;",
    "&gt;",
    " ",
    "IBAN",
    "【",
    "a",
    "是",
    "IP_ADDRESS_3",
]


@given(st.lists(st.sampled_from(_BITS), max_size=10), st.data())
def test_cuts_make_no_difference(bits: list[str], data: st.DataObject) -> None:
    text, pieces, at = "".join(bits), [], 0
    while at < len(text):
        size = data.draw(st.integers(1, 5))
        pieces.append(text[at : at + size])
        at += size
    assert changed(pieces) == changed([text])


def test_words_flow() -> None:
    stream = TokenStream(mark=str, placeholder=str)
    assert [stream.feed(piece) for piece in ("牌价", "是 7.0", " USD", "，见")] == ["牌价", "是 7.0", " USD", "，见"]
