"""Whatever people, time and crashes do: a deal is booked once at most, by enough people, at a price that holds, within
its limits, and what is shown is what was done. `bench/bench_deals.py` runs ten thousand histories of the same."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.skills.dealing_machine import Dealing

pytestmark = pytest.mark.timeout(600)  # histories, not one test's patience
Dealing.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDealsAlways = Dealing.TestCase
