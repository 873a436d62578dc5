"""How fast a statement is analysed, which line names are known, and whether ratios agree with an outside gold.

    python bench/bench_credit.py [--wrong]

`--wrong` prints the line names of the half for tuning that were not read. The last rows need the public questions and
statements of Chinese listed companies (FinGLM, SMP 2023) in `../shared/data`, and are skipped where they are absent.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openpyxl import Workbook

from app.core.errors import BadInput
from app.core.turn import Attachment
from bench.table import Row, show
from skills.credit.charts import charts_of
from skills.credit.line_names import line_of
from skills.credit.ratios import RATIOS, reading_of
from skills.credit.report import Analysis, report
from skills.credit.result_file import result_file
from skills.credit.statement import Period
from skills.credit.workbook import read_statement
from tests.files import credit as files

DATA = Path(__file__).parent / "data"
OUTSIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "fin_finglm__nc"
CENT = Decimal("0.01")
ROUNDS = 20
COMPANIES = 100
GOLD = {
    "流动比率": "current_ratio",
    "速动比率": "quick_ratio",
    "资产负债比率": "debt_to_assets",
    "毛利率": "gross_margin",
    "净利润率": "net_margin",
    "营业利润率": "operating_margin",
    "净利润增长率": "net_profit_growth",
    "营业收入增长率": "revenue_growth",
}
"""Their name of a ratio -> ours, where both have the same definition."""
FIELDS = {"流动资产": "流动资产合计", "流动负债": "流动负债合计", "总负债": "负债合计", "资产总额": "资产总计"}
"""Their short names of lines, written as a statement writes them."""


def names(half: str) -> list[dict[str, Any]]:
    """Line names of one half: `text`, `item` (None: to stay unknown)."""
    path = DATA / f"credit_line_names_{half}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def misread(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names that were not read as they should be."""
    return [row["text"] for row in rows if (found.key if (found := line_of(row["text"])) else None) != row["item"]]


def milliseconds() -> tuple[float, float]:
    """Median and worst time from the file to report, charts and working paper."""
    content = files.clean()
    file = Attachment("id", "clean.xlsx", len(content))
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        analysis = Analysis(read_statement(content, file.name), file)
        report(analysis), charts_of(analysis), result_file(analysis)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), max(taken)


def worst_refusal() -> tuple[float, float]:
    """Slowest refusal of a hostile file in ms, and the memory that all of them together added, in MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = 0.0
    for name, make in files.HOSTILE.items():
        content = make()
        started = time.perf_counter()
        try:
            read_statement(content, name)
        except BadInput:
            slowest = max(slowest, (time.perf_counter() - started) * 1000)
    return slowest, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def workbook(rows: Mapping[str, Sequence[str]], years: Sequence[int]) -> bytes:
    """A sheet with these lines by year."""
    book = Workbook()
    sheet = book[book.sheetnames[0]]
    sheet.append(["单位：元"])
    sheet.append(["项目", *(f"{year}年" for year in years)])
    for name, values in rows.items():
        sheet.append([name, *(float(value) for value in values)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def gold() -> tuple[int, int]:
    """Ratios of the outside questions that agree to the digit with their answer, and how many there are."""
    agreed = asked = 0
    for line in (OUTSIDE / "dev" / "finglm_questions.jsonl").read_text(encoding="utf-8").splitlines():
        prompt = json.loads(line)["prompt"]
        key = GOLD.get(str(prompt.get("公式", "")).split("=")[0])
        fields = str(prompt.get("key_word", "")).split("、")
        answer = str(prompt.get("prom_answer", ""))
        if not key or not all(str(prompt.get(field, "")).endswith("元") for field in fields):
            continue
        year = int(prompt["year"])
        rows: dict[str, list[str]] = {}
        for field in fields:
            place = rows.setdefault(FIELDS.get(field.removeprefix("上年"), field.removeprefix("上年")), ["0", "0"])
            place[0 if field.startswith("上年") else 1] = prompt[field].removesuffix("元")
        asked += 1
        content = workbook(rows, (year - 1, year))
        value = reading_of(RATIOS[key], read_statement(content, "gold.xlsx"), Period(year)).value
        if value is None:
            continue
        shown = value * 100 if answer.endswith("%") else value
        agreed += shown.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(answer.rstrip("%")).quantize(
            Decimal("0.01")
        )
    return agreed, asked


def listed_companies() -> tuple[int, int, float]:
    """Figures of real statements read exactly, how many there are, and the mean time to read a workbook in ms."""
    tables = []
    for name in ("balance_static", "profit_statement", "cash_flow_statement"):
        with gzip.open(OUTSIDE / "statements" / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
            tables.append({(row["股票代码"], row["年份"]): row for row in csv.DictReader(file)})
    codes = sorted({code for code, _ in tables[0]})[:: max(1, len({c for c, _ in tables[0]}) // COMPANIES)][:COMPANIES]
    right = total = 0
    taken = []
    for code in codes:
        years = sorted({int(year) for other, year in tables[0] if other == code})
        rows: dict[str, list[str]] = {}
        for table in tables:
            for column in next(iter(table.values())):
                values = [table.get((code, str(year)), {}).get(column, "-1.0") for year in years]
                if line_of(column) and "-1.0" not in values and "" not in values:
                    rows[column] = values
        if not rows:
            continue
        content = workbook(rows, years)
        started = time.perf_counter()
        statement = read_statement(content, "listed.xlsx")
        taken.append((time.perf_counter() - started) * 1000)
        for column, values in rows.items():
            for year, value in zip(years, values, strict=True):
                line = line_of(column)
                figure = statement.find(line.key, Period(year)) if line else None
                total += 1
                right += figure is not None and abs(figure.value) == abs(Decimal(value))
    return right, total, statistics.mean(taken)


def main() -> int:
    """Print the table; 0 when every target is reached."""
    tuned, aside = names("dev"), names("kept_aside")
    if "--wrong" in sys.argv:
        print("\n".join(misread(tuned)))
    median, worst = milliseconds()
    refusal, memory = worst_refusal()
    known_tuned, known_aside = (1 - len(misread(half)) / len(half) for half in (tuned, aside))
    rows = [
        Row("three years, three sheets: file to report, p50", f"{median:.0f} ms", "≤ 300 ms", median <= 300),
        Row("the same, worst", f"{worst:.0f} ms", "≤ 1000 ms", worst <= 1000),
        Row("slowest refusal of a hostile file", f"{refusal:.0f} ms", "≤ 3000 ms", refusal <= 3000),
        Row("memory that all hostile files added", f"{memory:.0f} MB", "≤ 200 MB", memory <= 200),
        Row(f"line names, {len(tuned)} tuned on", f"{known_tuned:.3f}", "≥ 0.95", known_tuned >= 0.95),
        Row(f"line names, {len(aside)} kept aside", f"{known_aside:.3f}", "≥ 0.90", known_aside >= 0.90),
    ]
    if OUTSIDE.exists():
        agreed, asked = gold()
        right, total, mean = listed_companies()
        rows += [
            Row(f"ratios as in {asked} outside answers", f"{agreed / asked:.3f}", "≥ 0.95", agreed >= 0.95 * asked),
            Row(
                f"{total} figures of known lines, listed companies",
                f"{right / total:.3f}",
                "≥ 0.99",
                right >= 0.99 * total,
            ),
            Row("reading one of their workbooks, mean", f"{mean:.0f} ms"),
        ]
    else:
        rows.append(Row("statements of listed companies", "skipped: the public data is not here"))
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
