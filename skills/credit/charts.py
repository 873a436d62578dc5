"""Pictures of figures as plain Plotly JSON: what came in, what was earned, what came in cash; and the main ratios."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.core.turn import Chart
from skills.credit import figures as written
from skills.credit.catalogue import period_in_words, rounded, say, title_of
from skills.credit.line_names import lines
from skills.credit.report import Analysis

RESULTS = ("revenue", "net_profit", "operating_cash_flow")
SHARES = ("debt_to_assets", "gross_margin", "net_margin", "return_on_equity")
COLOURS = ("#0b5b7a", "#3aa17e", "#d98e04", "#8a5fbf")  # apart in brightness too, for those who see no hues


def charts_of(analysis: Analysis) -> tuple[Chart, ...]:
    """Up to two charts; one with nothing to show is left out."""
    statement = analysis.statement
    periods = [period_in_words(period) for period in statement.periods]
    bars: list[Mapping[str, Any]] = []
    for key in RESULTS:
        found = [statement.find(key, period) for period in statement.periods]
        values = [_number(figure.value / statement.unit.scale) if figure else None for figure in found]
        bars.append(_series("bar", title_of(lines()[key]), periods, values, len(bars)))
    curves: list[Mapping[str, Any]] = []
    for key in SHARES:
        shares = [_number(one.value * 100) if one.value is not None else None for one in analysis.readings[key]]
        curves.append(_series("scatter", written.ratio_title(key), periods, shares, len(curves)))
    drawn = [
        _chart(say("chart_results", unit=written.unit_of(statement)), bars, {"barmode": "group"}),
        _chart(say("chart_ratios"), curves, {}),
    ]
    return tuple(chart for chart in drawn if chart)


def _chart(title: str, series: list[Mapping[str, Any]], layout: Mapping[str, Any]) -> Chart | None:
    shown = [one for one in series if any(value is not None for value in one["y"])]
    if not shown:
        return None
    usual = {
        "title": {"text": title},
        "xaxis": {"type": "category"},
        "yaxis": {"tickformat": ",", "zeroline": True},
        "legend": {"orientation": "h", "y": -0.2},
        "margin": {"t": 48, "r": 16, "b": 48, "l": 64},
    }
    return Chart(title, {"data": shown, "layout": {**usual, **layout}})


def _series(kind: str, name: str, x: list[str], y: list[float | None], number: int) -> Mapping[str, Any]:
    colour = COLOURS[number % len(COLOURS)]
    style = {"marker": {"color": colour}} if kind == "bar" else {"mode": "lines+markers", "line": {"color": colour}}
    return {"type": kind, "name": name, "x": x, "y": y, **style}


def _number(value: Decimal) -> float:
    """Two decimals: a picture shows no more."""
    return float(rounded(value, 2))
