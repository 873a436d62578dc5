"""`credit.ratio`: one indicator of an uploaded statement, with its formula, its cells and its trend."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import yaml

from app.core.skill import Ask, Context, Result, Slot, skill
from app.core.turn import Attachment, Citation
from skills.credit import figures as written
from skills.credit.catalogue import amount, period_in_words, plain, rounded, say, table, title_of
from skills.credit.chosen_file import chosen_file
from skills.credit.line_names import lines
from skills.credit.ratios import RATIOS, Reading, reading_of
from skills.credit.report import KEY_LINES
from skills.credit.sources import citation_of
from skills.credit.statement import Figure, Statement
from skills.credit.workbook import read_statement

_SYMBOLS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


def _choices() -> Mapping[str, tuple[str, ...]]:
    """Every ratio and every key line with what people call them."""
    named = yaml.safe_load(Path(__file__).with_name("indicators.yaml").read_text(encoding="utf-8"))
    known = lines()
    found: dict[str, tuple[str, ...]] = {}
    for key in (*RATIOS, *KEY_LINES, "interest_expense"):
        own = (known[key].title, known[key].title_en) if key in known else ()
        found[key] = tuple(dict.fromkeys((*own, *named.get(key, ()))))
    return found


CHOICES = _choices()


@skill("credit.ratio", texts=say)
async def ratio(
    ctx: Context,
    name: Annotated[str, Slot("choice", ask="ask_indicator", choices=CHOICES)],
    file: Annotated[str, Slot("file", ask="ask_file")],
) -> Result | Ask:
    """One ratio or figure of an uploaded statement by year: value, formula, cells, trend. `name`: the indicator;
    `file`: the file's name, empty for the latest upload. 查一个财务指标。
    """
    chosen = chosen_file(ctx, file)
    if isinstance(chosen, Ask):
        return chosen
    statement = await asyncio.to_thread(read_statement, await ctx.files.read(chosen.id), chosen.name)
    return _ratio(name, statement, chosen) if name in RATIOS else _line(name, statement, chosen)


def _ratio(key: str, statement: Statement, file: Attachment) -> Result:
    readings = tuple(reading_of(RATIOS[key], statement, period) for period in statement.periods)
    title, latest = written.ratio_title(key), readings[-1]
    period = period_in_words(latest.period)
    if latest.term:
        head = say("indicator_head", title=title, period=period, value=_with_measure(latest))
    else:
        head = say("indicator_none", title=title, period=period, reason=written.why_not(latest))
    used = list(dict.fromkeys(figure for one in readings if one.term for figure in one.term.figures))
    numbers = {figure: number for number, figure in enumerate(used, start=1)}
    rows = [
        [
            period_in_words(one.period),
            written.ratio_in_words(one),
            one.term.written(lambda figure: amount(figure.value, statement.unit), _SYMBOLS)
            if one.term
            else written.why_not(one),
            " ".join(f"{plain(figure.cell)} [{numbers[figure]}]" for figure in one.term.figures) if one.term else "",
        ]
        for one in readings
    ]
    columns = [say("column_period"), say("column_value")]
    columns += [say("column_computation", unit=written.unit_of(statement)), say("column_source")]
    notes = "　".join(written.footnotes([one.term for one in readings if one.term]))
    parts = [
        head,
        say("indicator_formula", formula=say(f"formula_{key}")),
        table(columns, rows, figures=[1]),
        notes,
        _trend_of_ratio(readings),
        *_notes(statement),
    ]
    data = {
        "indicator": key,
        "file": file.name,
        "values": [
            {"period": period_in_words(one.period), "value": None if one.value is None else f"{one.value:.8f}"}
            for one in readings
        ],
    }
    return _result(parts, data, used, file)


def _line(key: str, statement: Statement, file: Attachment) -> Result:
    title = title_of(lines()[key])
    found = [figure for period in statement.periods if (figure := statement.find(key, period))]
    if not found:
        return Result(say("line_not_given", file=plain(file.name), title=title), {"indicator": key, "values": []})
    unit = written.unit_of(statement)
    latest = found[-1]
    value = f"{amount(latest.value, statement.unit)} {unit}"
    rows = [
        [
            period_in_words(figure.period),
            amount(figure.value, statement.unit),
            written.growth(statement, key, figure.period),
            f"{plain(figure.cell)} [{number}]",
        ]
        for number, figure in enumerate(found, start=1)
    ]
    columns = [say("column_period"), say("column_statement_value", unit=unit), say("column_change")]
    columns.append(say("column_source"))
    parts = [
        say("indicator_head", title=title, period=period_in_words(latest.period), value=value),
        table(columns, rows, figures=[1, 2]),
        _trend_of_line(found, statement),
        *_notes(statement),
    ]
    values = [{"period": period_in_words(one.period), "value": f"{one.value:f}", "cell": one.cell} for one in found]
    return _result(parts, {"indicator": key, "file": file.name, "values": values}, found, file)


def _trend_of_ratio(readings: tuple[Reading, ...]) -> str:
    """The direction over the last periods that were computed alike."""
    tail: tuple[Reading, ...] = ()
    for one in reversed(readings):
        if not written.comparable((one, *tail)):
            break
        tail = (one, *tail)
    if len(tail) < 2:
        return ""
    values = [one.value for one in tail if one.value is not None]
    change = written.moved(values[-1], values[0], tail[0].ratio.measure)
    return _trend(values, period_in_words(tail[0].period), period_in_words(tail[-1].period), change)


def _trend_of_line(found: list[Figure], statement: Statement) -> str:
    same = [figure for figure in found if figure.period.month == found[-1].period.month]
    if len(same) < 2:
        return ""
    values = [figure.value for figure in same]
    change = (
        f"{written.signed(rounded((values[-1] - values[0]) / statement.unit.scale, 2))} {written.unit_of(statement)}"
    )
    return _trend(values, period_in_words(same[0].period), period_in_words(same[-1].period), change)


def _trend(values: Sequence[Decimal], first: str, last: str, change: str) -> str:
    steps = [later - earlier for earlier, later in pairwise(values)]
    if not any(steps):
        return say("trend_flat", first=first, last=last)
    key = "up" if all(step > 0 for step in steps) else "down" if all(step < 0 for step in steps) else "mixed"
    return say(f"trend_{key}", first=first, last=last, change=change)


def _with_measure(reading: Reading) -> str:
    value = written.ratio_in_words(reading)
    return value if reading.ratio.measure == "percent" else f"{value} {say(f'measure_{reading.ratio.measure}')}"


def _notes(statement: Statement) -> list[str]:
    return [f"- {say(one.key, **one.values)}" for one in statement.remarks if one.key.startswith(("unit", "date"))]


def _result(parts: list[str], data: dict[str, Any], used: list[Figure], file: Attachment) -> Result:
    citations: tuple[Citation, ...] = tuple(citation_of(figure, file) for figure in used)
    return Result("\n\n".join(part for part in parts if part), data, citations)
