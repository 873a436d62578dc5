"""Counters and timings of turns, in Prometheus' text format. Labels never hold what people said."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from app.core.turn import Mode


class PrometheusMetrics:
    """`ports.Metrics`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("channel", "mode", "outcome")
        self._turns = Counter("deskmate_turns", "Turns answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "deskmate_turn_seconds",
            "Time from a message to the end of its reply.",
            labels,
            registry=self._registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )

    def turn(self, *, channel: str, mode: Mode, outcome: str, seconds: float) -> None:
        """Count one turn. `outcome` is `answered`, `refused`, `cancelled` or an error's code."""
        self._turns.labels(channel, mode, outcome).inc()
        self._seconds.labels(channel, mode, outcome).observe(seconds)

    def exposition(self) -> bytes:
        """Prometheus text format."""
        return generate_latest(self._registry)
