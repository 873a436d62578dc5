"""Which version of a document is shown, and how it stands on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.library.index.lexical import Kept
from app.engines.library.standing.opening import _standing, _to_show

TODAY = date(2026, 11, 23)


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


def kept(since: str = "", until: str = "", state: str = "in_force", shelf: str = "office", by: str = "") -> Kept:
    version = f"{since}{until}{state}{shelf}"
    return Kept("office/a.md", version, shelf, "甲办法", "", "", "", since, until, state, by)


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (kept(), "in_force"),
        (kept(day(-9), day(0)), "in_force"),
        (kept(day(0)), "in_force"),
        (kept(day(1)), "not_yet"),
        (kept(day(-9), day(-1)), "expired"),
        (kept(day(-9), day(-1), "superseded", "office__old", "office/b.md"), "superseded"),
        (kept(day(-9), day(3), by="office/b.md"), "in_force"),
        (kept(day(-9), day(-1), "in_force", by="office/b.md"), "superseded"),
        (kept(day(-9), day(-1), "retired", "office__old"), "retired"),
        (kept("", "", "retired", "office__draft"), "retired"),
        (kept(state="draft", shelf="office__draft"), "draft"),
        (kept(day(-1), state="reviewed", shelf="office__draft"), "reviewed"),
    ],
)
def test_how_a_version_stands(one: Kept, standing: str) -> None:
    assert _standing(one, TODAY) == standing


def test_what_counts_is_shown_before_what_will_and_what_did() -> None:
    old = kept(day(-90), day(-10), "superseded", "office__old", "office/a.md")
    older = kept(day(-190), day(-91), "superseded", "office__old", "office/a.md")
    now, soon, later = kept(day(-9), day(9)), kept(day(10)), kept(day(30))
    assert _to_show([older, soon, later, now, old], TODAY) == now
    assert _to_show([later, old, soon], TODAY) == soon
    assert _to_show([older, old], TODAY) == old
    assert _to_show([], TODAY) is None


offsets = st.integers(-3, 3)


@given(st.lists(st.tuples(offsets, offsets, st.sampled_from(["in_force", "superseded", "retired"])), min_size=1))
def test_a_document_with_versions_is_always_shown_and_first_what_counts(rows: list[tuple[int, int, str]]) -> None:
    versions = [kept(day(since), day(until), state) for since, until, state in rows]
    shown = _to_show(versions, TODAY)
    assert shown in versions
    if any(_standing(one, TODAY) == "in_force" for one in versions):
        assert _standing(shown, TODAY) == "in_force"
