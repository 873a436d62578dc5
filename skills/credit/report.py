"""The analysis as people read it: Markdown, the shortest facts first, every figure with its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from app.core.turn import Attachment, Citation
from skills.credit import figures as written
from skills.credit.catalogue import amount, listed, period_in_words, plain, say, table, title_of
from skills.credit.computation import Term
from skills.credit.line_names import lines
from skills.credit.ratios import DUPONT, Reading, reading_of, readings_of
from skills.credit.signals import Signal, signals_of
from skills.credit.sources import cells_in_words, citation_of
from skills.credit.statement import Figure, Period, Statement

KEY_LINES = (
    "cash", "accounts_receivable", "other_receivables", "inventory", "current_assets", "fixed_assets", "assets",
    "short_term_borrowings", "accounts_payable", "current_liabilities", "long_term_borrowings", "liabilities", "equity",
    "revenue", "cost_of_sales", "finance_expenses", "operating_profit", "profit_before_tax", "net_profit",
    "operating_cash_flow", "investing_cash_flow", "financing_cash_flow",
)  # fmt: skip
CORE_LINES = ("assets", "liabilities", "equity", "revenue", "net_profit", "operating_cash_flow")
"""Without these an analysis says little: their absence is said even where no ratio asks for them."""
SIGNALS_SHOWN = 20


@dataclass(frozen=True)
class Analysis:
    """A statement with everything computed from it."""

    statement: Statement
    file: Attachment

    @cached_property
    def readings(self) -> Mapping[str, tuple[Reading, ...]]:
        """Every ratio by period."""
        return readings_of(self.statement)

    @cached_property
    def dupont(self) -> tuple[tuple[Reading, ...], ...]:
        """The three factors and the return, each by period."""
        return tuple(tuple(reading_of(one, self.statement, p) for p in self.statement.periods) for one in DUPONT)

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The warning signs, the latest first."""
        return signals_of(self.statement)

    @cached_property
    def key_figures(self) -> Mapping[str, tuple[Figure | None, ...]]:
        """The lines that are shown, by period."""
        rows = {key: tuple(self.statement.find(key, period) for period in self.statement.periods) for key in KEY_LINES}
        return {key: row for key, row in rows.items() if any(row)}

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """One for each line shown, at its latest figure; the table names the cells of the others."""
        latest = (next(figure for figure in reversed(row) if figure) for row in self.key_figures.values())
        return tuple(citation_of(figure, self.file) for figure in latest)


def report(analysis: Analysis) -> str:
    """The whole report."""
    statement = analysis.statement
    company = plain(statement.company) or say("no_company")
    head = say(
        "report_head",
        company=company,
        periods=written.periods_in_words(statement.periods),
        unit=written.unit_of(statement),
        file=plain(statement.file),
    )
    parts = [head, _summary(analysis), *_signals(analysis), *_figures(analysis), *_ratios(analysis)]
    parts += [*_dupont(analysis), *_missing(analysis), *_remarks(statement)]
    return "\n\n".join(part for part in parts if part)


def signal_in_words(sign: Signal, statement: Statement) -> str:
    """A sign's sentence with its values."""
    values = {name: _value(sign, name, value, statement) for name, value in sign.values.items()}
    return say(f"signal_{sign.key}", **values)


def _value(sign: Signal, name: str, value: Decimal | str, statement: Statement) -> str:
    if isinstance(value, str):
        return title_of(lines()[value])
    if name in sign.shares:
        return written.measured(value, "percent")
    if name in sign.times:
        return written.measured(value, "times")
    return f"{amount(value, statement.unit)} {written.unit_of(statement)}"


def _summary(analysis: Analysis) -> str:
    """The latest period in one line."""
    statement, period = analysis.statement, analysis.statement.periods[-1]
    unit = written.unit_of(statement)
    parts = []
    for key, item in (
        ("summary_revenue", "revenue"),
        ("summary_profit", "net_profit"),
        ("summary_cash", "operating_cash_flow"),
    ):
        if figure := statement.find(item, period):
            rate = written.growth(statement, item, period)
            change = say("summary_change", change=rate) if rate != written.NONE else ""
            parts.append(say(key, value=amount(figure.value, statement.unit), unit=unit, change=change))
    debt = analysis.readings["debt_to_assets"][-1]
    if debt.term:
        parts.append(say("summary_debt", value=written.ratio_in_words(debt)))
    if not parts:
        return ""
    return say("summary_first", period=period_in_words(period)) + say("summary_join").join(parts) + say("summary_end")


def _signals(analysis: Analysis) -> list[str]:
    signs = analysis.signals
    if not signs:
        return [say("title_signals"), say("signals_none") + say("signals_unchecked")]
    high = sum(sign.weight == "high" for sign in signs)
    counted = say("signals_counted", count=len(signs), high=high, medium=len(signs) - high)
    shown = [
        say(
            "signal_line",
            weight=say(f"weight_{sign.weight}"),
            period=period_in_words(sign.period),
            text=signal_in_words(sign, analysis.statement),
            cells=cells_in_words(sign.figures),
        )
        for sign in signs[:SIGNALS_SHOWN]
    ]
    return [say("title_signals"), counted, "\n".join(shown)]


def _figures(analysis: Analysis) -> list[str]:
    statement = analysis.statement
    periods = statement.periods
    head = [say("column_item"), *map(period_in_words, periods), say("column_change"), say("column_source")]
    rows = []
    for number, (key, row) in enumerate(analysis.key_figures.items(), start=1):
        shown = [amount(figure.value, statement.unit) if figure else written.NONE for figure in row]
        source = f"{cells_in_words(figure for figure in row if figure)} [{number}]"
        rows.append([title_of(lines()[key]), *shown, written.growth(statement, key, periods[-1]), source])
    title = say("title_figures", unit=written.unit_of(statement))
    return [title, table(head, rows, figures=range(1, len(periods) + 2))] if rows else []


def _ratios(analysis: Analysis) -> list[str]:
    periods = analysis.statement.periods
    head = [say("column_ratio"), *map(period_in_words, periods), say("column_change"), say("column_formula")]
    head.append(say("column_source"))
    rows: list[list[str]] = []
    terms: list[Term] = []
    by_group = groupby(analysis.readings.values(), key=lambda row: row[0].ratio.group)
    for group, readings in by_group:
        computed = [row for row in readings if any(one.term for one in row)]
        if computed:
            rows.append([f"**{say(f'group_{group}')}**", *[""] * (len(head) - 1)])
        rows += [_ratio_row(row) for row in computed]
        terms += [one.term for row in computed for one in row if one.term]
    if not rows:
        return []
    return [
        say("title_ratios"),
        table(head, rows, figures=range(1, len(periods) + 2)),
        "　".join(written.footnotes(terms)),
    ]


def _ratio_row(row: tuple[Reading, ...]) -> list[str]:
    key, measure = row[0].ratio.key, row[0].ratio.measure
    title = written.ratio_title(key)
    if measure == "days":
        title = f"{title}（{say('measure_days')}）"
    used = [figure for one in row if one.term for figure in one.term.figures]
    return [
        title,
        *map(written.ratio_in_words, row),
        written.change_of_ratio(row),
        say(f"formula_{key}"),
        cells_in_words(dict.fromkeys(used)),
    ]


def _dupont(analysis: Analysis) -> list[str]:
    """The three factors, and how much each moved the return, replaced one after the other (连环替代法)."""
    rows = analysis.dupont
    if not any(one.term for one in rows[-1]):
        return []
    head = [
        say("column_ratio"),
        *map(period_in_words, analysis.statement.periods),
        say("column_formula"),
        say("column_source"),
    ]
    lines_shown = [
        [
            written.ratio_title(row[0].ratio.key),
            *map(written.ratio_in_words, row),
            say(f"formula_{row[0].ratio.key}"),
            cells_in_words(dict.fromkeys(figure for one in row if one.term for figure in one.term.figures)),
        ]
        for row in rows
    ]
    shown = table(head, lines_shown, figures=range(1, len(analysis.statement.periods) + 1))
    return [say("title_dupont"), say("dupont_formula"), shown, _dupont_change(rows)]


def _dupont_change(rows: tuple[tuple[Reading, ...], ...]) -> str:
    """What moved the return in the last period; nothing where one of the periods was computed otherwise."""
    if len(rows[0]) < 2 or not all(written.comparable(row[-2:]) for row in rows):
        return ""
    before, now = ([row[at].value or Decimal(0) for row in rows] for at in (-2, -1))
    effects = {
        "margin": (now[0] - before[0]) * before[1] * before[2],
        "turnover": now[0] * (now[1] - before[1]) * before[2],
        "leverage": now[0] * now[1] * (now[2] - before[2]),
    }
    names = {"margin": "net_margin", "turnover": "asset_turnover", "leverage": "equity_multiplier"}
    main = max(effects, key=lambda name: abs(effects[name]))
    return say(
        "dupont_change",
        period=period_in_words(rows[0][-1].period),
        total=written.moved(now[3], before[3], "percent"),
        main=written.ratio_title(names[main]),
        **{name: written.moved(effect, Decimal(0), "percent") for name, effect in effects.items()},
    )


def _missing(analysis: Analysis) -> list[str]:
    """What could not be computed, and why; one line for each cause."""
    statement = analysis.statement
    by_period: dict[tuple[Period, Period], list[str]] = {}
    by_item: dict[tuple[str, Period], list[str]] = {}
    by_reason: dict[str, list[str]] = {}
    for row in analysis.readings.values():
        for reading in row:
            if reading.term:
                continue
            title = written.ratio_title(reading.ratio.key)
            named = say("ratio_in_period", ratio=title, period=period_in_words(reading.period))
            if reading.missing and reading.missing[1] not in statement.periods:
                by_period.setdefault((reading.missing[1], reading.period), []).append(title)
            elif reading.missing:
                by_item.setdefault(reading.missing, []).append(named)
            else:
                by_reason.setdefault(reading.undefined, []).append(named)
    shown = [
        say("missing_period", period=period_in_words(missing), of=period_in_words(period), ratios=listed(titles))
        for (missing, period), titles in by_period.items()
    ]
    shown += [
        say("missing_item", period=period_in_words(period), item=title_of(lines()[item]), ratios=listed(titles))
        for (item, period), titles in by_item.items()
    ]
    shown += [say("undefined_ratio", reason=say(reason), ratios=listed(names)) for reason, names in by_reason.items()]
    absent = [title_of(lines()[key]) for key in CORE_LINES if key not in analysis.key_figures]
    if absent:
        shown.insert(0, say("core_missing", items=listed(absent)))
    return [say("title_missing"), "\n".join(shown)] if shown else []


def _remarks(statement: Statement) -> list[str]:
    shown = [f"- {say(one.key, **one.values)}" for one in statement.remarks]
    full = [period for period in statement.periods if period.is_full_year]
    years = {period.year for period in full}
    gaps = [Period(year) for year in range(min(years), max(years)) if year not in years] if years else []
    if gaps and len(gaps) <= 20:
        shown.append(say("gap", periods=written.periods_in_words(gaps)))
    if interim := [period for period in statement.periods if not period.is_full_year]:
        shown.append(say("interim", periods=written.periods_in_words(interim)))
    return [say("title_remarks"), "\n".join(shown)] if shown else []
