"""Counters and timings of turns, in Prometheus' text format. Labels never hold what people said.

What the guard did is counted from the audit: the figures are those of the chain, whichever path led there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from app.core.audit import AuditEntry
from app.core.turn import Mode

_CODE = re.compile(r"[A-Za-z][A-Za-z_]{1,40}")


class PrometheusMetrics:
    """`ports.Metrics`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("channel", "mode", "outcome")
        self._turns = self._counter("deskmate_turns", "Turns answered.", *labels)
        self._seconds = Histogram(
            "deskmate_turn_seconds",
            "Time from a message to the end of its reply.",
            labels,
            registry=self._registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )
        self._refusals = self._counter("deskmate_refusals", "Requests refused.", "reason")
        self._violations = self._counter("deskmate_output_violations", "Replies with something replaced.", "reason")
        self._reports = self._counter("deskmate_false_positive_reports", "Refusals that a person called wrong.")
        self._masked = self._counter("deskmate_masked_entities", "Personal data replaced in messages.", "type")
        self._actions = self._counter("deskmate_actions", "What came of actions.", "outcome")
        self._log_ins = self._counter("deskmate_log_ins", "Log-ins tried.", "outcome")
        self._alarms = self._counter("deskmate_alarms", "Alarms, and what came of telling.", "alarm", "outcome")

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, registry=self._registry)

    def turn(self, *, channel: str, mode: Mode, outcome: str, seconds: float) -> None:
        """Count one turn. `outcome` is `answered`, `refused`, `cancelled` or an error's code."""
        self._turns.labels(channel, mode, outcome).inc()
        self._seconds.labels(channel, mode, outcome).observe(seconds)

    def masked(self, types: Iterable[str]) -> None:
        """Count the entities of a message by type."""
        for type in types:
            self._masked.labels(type).inc()

    def audited(self, entry: AuditEntry) -> None:
        """Count what an audit entry tells."""
        if entry.what in ("refused", "action.refused"):
            for reason in _reasons(entry):
                self._refusals.labels(reason).inc()
        elif entry.what == "output":
            for reason in _reasons(entry):
                self._violations.labels(reason).inc()
        elif entry.what == "feedback":
            self._reports.inc(entry.decision == "down" and entry.detail.get("refused") is True)
        elif entry.what == "login":
            self._log_ins.labels(entry.decision).inc()
        elif entry.what == "alarm":
            self._alarms.labels(str(entry.detail.get("alarm")), entry.decision).inc()
        if entry.what.startswith("action."):
            self._actions.labels(entry.what.removeprefix("action.")).inc()

    def exposition(self) -> bytes:
        """Prometheus text format."""
        return generate_latest(self._registry)


def _reasons(entry: AuditEntry) -> Sequence[str]:
    """Codes: of the review, of the error, or `rights`."""
    if isinstance(reasons := entry.detail.get("reasons"), list) and reasons:
        return [str(reason) for reason in reasons]
    code = entry.decision if entry.decision.isupper() else entry.detail.get("reason")
    return [code if isinstance(code, str) and _CODE.fullmatch(code) else "rights"]
