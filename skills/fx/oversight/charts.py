"""Bars as plain Plotly JSON."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.turn import Chart
from skills.fx.oversight.sheets import Cell

COLOURS = ("#0b5b7a", "#d98e04", "#3aa17e")  # apart in brightness too, for those who see no hues


def bars(title: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[Cell]]]) -> Chart:
    """One group of bars a name, one bar a series."""
    shown = [
        {
            "type": "bar",
            "name": name,
            "x": list(names),
            "y": [float(one) for one in values],
            "marker": {"color": colour},
        }
        for (name, values), colour in zip(series, COLOURS, strict=False)
    ]
    layout = {
        "title": {"text": title},
        "barmode": "group",
        "xaxis": {"type": "category"},
        "yaxis": {"tickformat": ",", "zeroline": True},
        "legend": {"orientation": "h", "y": -0.2},
        "margin": {"t": 48, "r": 16, "b": 64, "l": 72},
    }
    return Chart(title, {"data": shown, "layout": layout})
