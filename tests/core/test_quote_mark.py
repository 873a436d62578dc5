"""A quote is found again by what points at it, and what points at it says nothing."""

from hypothesis import given
from hypothesis import strategies as st

from app.core.quote_mark import found_by_mark, marked_url, quote_mark

TEXT = "第二条 加班餐费每人每次不超过 55 元，凭发票报销。周末加班的，另计一餐。"


@given(st.text(max_size=80), st.text(min_size=1, max_size=40), st.text(max_size=80))
def test_a_quote_is_found_in_its_text(before: str, quote: str, after: str) -> None:
    text = f"{before}{quote}{after}"
    found = found_by_mark(text, quote_mark(quote))
    assert found is not None and found[0] <= len(before)
    assert quote_mark(text[slice(*found)]) == quote_mark(quote)


def test_it_is_found_where_it_stands() -> None:
    quote = "凭发票报销。"
    start, end = found_by_mark(TEXT, quote_mark(quote)) or (0, 0)
    assert TEXT[start:end] == quote


def test_what_does_not_stand_there_is_not_found() -> None:
    assert found_by_mark(TEXT, quote_mark("凭收据报销。")) is None


def test_what_is_no_pointer_finds_nothing() -> None:
    for mark in ("", "x", "0-000000", "-1-000000", "5-zzzzzz", "999999-000000", "5-00000", "５-000000"):
        assert found_by_mark(TEXT, mark) is None


def test_the_address_carries_no_word_of_it() -> None:
    url = marked_url("/documents/office/a.md?at=x&v=0", "凭发票报销。")
    assert url == f"/documents/office/a.md?at=x&v=0&mark={quote_mark('凭发票报销。')}" and url.isascii()
    assert marked_url(marked_url("/documents/a?at=x", "甲"), "乙") == marked_url("/documents/a?at=x", "乙")
    assert marked_url("", "甲") == "" and marked_url("/x", "") == "/x"
