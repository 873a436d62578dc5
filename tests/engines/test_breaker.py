"""The breaker's states, with a clock in hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.engines.provider.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(3, 30, Clock())
    for _ in range(2):
        breaker.failed()
        assert breaker.allows()
    breaker.failed()
    assert breaker.open
    assert not breaker.allows()


def test_a_success_between_failures_starts_the_count_anew() -> None:
    breaker = Breaker(2, 30, Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def test_after_the_pause_one_request_tries() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, clock)
    breaker.failed()
    clock.now += 29.9
    assert not breaker.allows()
    clock.now += 0.2
    assert breaker.allows()
    assert not breaker.allows(), "only one at a time"


def test_a_good_trial_closes_it_and_a_bad_one_does_not() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, clock)
    breaker.failed()
    clock.now += 31
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now += 31
    assert breaker.allows()
    breaker.succeeded()
    assert not breaker.open
    assert breaker.allows() and breaker.allows()


def test_a_trial_that_nobody_finished_blocks_for_one_pause_only() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, clock)
    breaker.failed()
    clock.now += 31
    assert breaker.allows()  # and the person went away
    clock.now += 31
    assert breaker.allows()


@given(st.lists(st.sampled_from(["fail", "succeed", "ask", "wait"]), max_size=60), st.integers(1, 4))
def test_a_model_is_never_left_alone_longer_than_the_pause(steps: list[str], limit: int) -> None:
    clock = Clock()
    breaker = Breaker(limit, 30, clock)
    for step in steps:
        if step == "fail":
            breaker.failed()
        elif step == "succeed":
            breaker.succeeded()
        elif step == "ask":
            breaker.allows()
        else:
            clock.now += 7
    clock.now += 30
    assert breaker.allows()
