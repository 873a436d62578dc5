"""The two skills: what people read, what it rests on, and what they are asked."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from app.core.errors import BadInput
from app.core.skill import Ask, Context, Result
from app.core.texts import speaking
from app.core.turn import Attachment
from skills.credit import SKILLS, check_content
from skills.credit.catalogue import say
from skills.credit.indicator import CHOICES
from tests.files import make_file
from tests.skills.context import CONTENT, FakeDatabase, context

ANALYSE, RATIO = SKILLS


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return replace(context(tmp_path, FakeDatabase(tmp_path / "db"), by="E1001"), assistant="credit")


def attached(folder: Path, *names: str) -> tuple[Attachment, ...]:
    found = []
    for number, name in enumerate(names):
        content = make_file(name)
        (folder / f"id{number}").write_bytes(content)
        found.append(Attachment(f"id{number}", name, len(content)))
    return tuple(found)


async def analysed(ctx: Context, folder: Path, name: str) -> Result:
    result = await ANALYSE.function(replace(ctx, attachments=attached(folder, name)), "")
    assert isinstance(result, Result)
    return result


async def test_the_report_shows_figures_ratios_dupont_and_signs(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "clean.xlsx")
    text = result.text
    assert "华星科技有限公司" in text and "单位：万元" in text
    assert "| 货币资金 | 3,200.50 | 2,860.00 | 2,410.75 | -15.71% | 资产负债表!B5:D5 [1] |" in text
    assert "| 经营活动产生的现金流量净额 | 850.00 | 450.00 | -420.00 |" in text
    assert "| 流动比率 | 1.55 | 1.47 | 1.31 | -0.16 |" in text
    assert "| 净资产收益率 | 10.53%† | 9.55% | 5.99% |" in text
    assert "有利润无现金：净利润 500.00 万元，经营活动现金流量净额 -420.00 万元（利润表!D20; 现金流量表!D9）" in text
    assert "缺少2020年的数据，2021年的营业收入增长率" in text
    assert "影响最大的是销售净利率" in text


async def test_every_mark_has_its_citation_and_every_citation_its_cell(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "clean.xlsx")
    marks = [int(mark) for mark in re.findall(r"\[(\d+)\]", result.text)]
    assert marks == list(range(1, len(result.citations) + 1)) and 10 < len(marks) < 30
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "id0").read_bytes()))
    for one in result.citations:
        sheet, ref = one.locator.split("!")
        assert one.source == "clean.xlsx" and "id0" in one.url
        assert one.quote == f"{book[sheet][ref].value:,.2f}"


async def test_every_figure_shown_names_its_cells(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "clean.xlsx")
    for line in result.text.splitlines():
        is_row = line.startswith("| ") and re.search(r"\d", line) and "**" not in line
        if (is_row and "年 |" not in line) or line.startswith("- **"):
            assert re.search(r"(资产负债表|利润表|现金流量表)!B?[A-D]\d+", line), line


async def test_the_data_and_charts_are_plain_json(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "clean.xlsx")
    json.dumps(result.data, allow_nan=False)
    assert len(result.charts) == 2
    for chart in result.charts:
        json.dumps(chart.figure, allow_nan=False)
        assert chart.title and chart.figure["data"]
    assert result.charts[0].figure["data"][2]["y"] == [850.0, 450.0, -420.0]


async def test_the_working_paper_has_live_formulas_over_its_own_figures(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "clean.xlsx")
    assert [file.name for file in result.files] == ["clean_财务分析.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(await ctx.files.read(result.files[0].id)))
    figures = book["数据"]
    for row in book["指标"].iter_rows(min_row=2):
        if row[3].value is None:
            assert row[6].value, "why there is none"
            continue
        formula = str(row[3].value)[1:]
        numbers = re.sub(r"'数据'!\$C\$(\d+)", lambda at: f"Decimal('{figures.cell(int(at[1]), 3).value}')", formula)
        again = eval(re.sub(r"(?<![\d.'(])(\d+)(?![\d.'])", r"Decimal(\1)", numbers), {"Decimal": Decimal})
        assert abs(again - Decimal(str(row[2].value))) < Decimal("1e-9"), formula


@pytest.mark.parametrize("name", ["odd_cells.xlsx", "merged_heads.xlsx", "half_year.xlsx", "english.xlsx"])
async def test_text_of_the_file_is_never_a_formula_in_ours(name: str, ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, name)
    book = openpyxl.load_workbook(io.BytesIO(await ctx.files.read(result.files[0].id)))
    own = re.compile(r"=[\d().+\-*/]*('数据'!\$C\$\d+[\d().+\-*/]*)+")
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f":
                assert own.fullmatch(str(cell.value)), cell.value
            elif isinstance(cell.value, str) and cell.value[0] in "=+-@":
                assert cell.quotePrefix, cell.value


async def test_markup_in_names_shows_as_text(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "odd_cells.xlsx")
    head = result.text.splitlines()[0]
    assert "<b>" not in head.replace("\\<b\\>", "") and "\\|" in head
    assert "这些单元格里没有可读的数" in result.text and "约三百" in result.text
    assert "没有注明金额单位" in result.text


async def test_missing_years_and_lines_are_said_and_not_guessed(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "missing_year.xlsx")
    assert "缺少2022年" in result.text
    assert re.search(r"缺少2023年存货，无法计算：.*速动比率（2023年）", result.text)
    assert "利息保障倍数 | 5.81‡" in result.text and "以财务费用代替" in result.text
    rows = {one["ratio"]: one for one in result.data["ratios"] if one["period"] == "2023年"}
    assert rows["quick_ratio"]["value"] is None and rows["revenue_growth"]["value"] is None


async def test_interim_figures_are_not_annualised_and_say_so(ctx: Context, tmp_path: Path) -> None:
    result = await analysed(ctx, tmp_path, "half_year.xlsx")
    assert "2023年6月" in result.text and "没有年化" in result.text


async def test_in_english(ctx: Context, tmp_path: Path) -> None:
    with speaking("en"):
        result = await analysed(ctx, tmp_path, "english.xlsx")
    assert "Financial analysis" in result.text and "CNY thousand" in result.text
    assert "| Cash | 32,005.00 | 28,600.00 | 24,107.50 |" in result.text
    assert not re.search(r"[\u4e00-\u9fff]", result.text)


async def test_without_a_file_it_is_asked_for(ctx: Context) -> None:
    for asked in (await ANALYSE.function(ctx, ""), await RATIO.function(ctx, "current_ratio", "")):
        assert isinstance(asked, Ask) and asked.parameter == "file" and "上传" in asked.question


async def test_the_latest_workbook_counts_and_others_are_named(ctx: Context, tmp_path: Path) -> None:
    files = attached(tmp_path, "english.xlsx", "clean.xlsx")
    note = Attachment("n", "通知.docx", 1)
    own = Attachment("r", "clean_财务分析.xlsx", 1)
    here = replace(ctx, attachments=(note, own, *files))
    latest = await ANALYSE.function(here, "")
    assert isinstance(latest, Result) and latest.data["file"] == "english.xlsx"
    assert "还有其他工作簿：clean.xlsx" in latest.text
    for said in ("clean.xlsx", "clean", "《clean.xlsx》", "分析clean.xlsx", "CLEAN.XLSX"):
        named = await ANALYSE.function(here, said)
        assert isinstance(named, Result) and named.data["file"] == "clean.xlsx", said
    unknown = await ANALYSE.function(here, "别的.xlsx")
    assert isinstance(unknown, Ask) and "clean.xlsx" in unknown.question and "财务分析" not in unknown.question


async def test_what_people_send_instead_gets_its_own_sentence(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"另存为 \.xlsx"):
        await ANALYSE.function(replace(ctx, attachments=attached(tmp_path, "page.xls")), "")


async def test_one_ratio_with_formula_cells_and_trend(ctx: Context, tmp_path: Path) -> None:
    here = replace(ctx, attachments=attached(tmp_path, "clean.xlsx"))
    result = await RATIO.function(here, "current_ratio", "")
    assert isinstance(result, Result)
    assert result.text.startswith("**流动比率**（2023年）：**1.31 倍**")
    assert "流动资产 ÷ 流动负债" in result.text and "12,600.00 ÷ 9,600.00" in result.text
    assert "2021年至2023年逐期下降，共变动 -0.24。" in result.text
    assert {one.locator for one in result.citations} >= {"资产负债表!D13", "资产负债表!D32"}
    assert len(re.findall(r"\[\d+\]", result.text)) == len(result.citations) == 6


async def test_one_line_by_year(ctx: Context, tmp_path: Path) -> None:
    here = replace(ctx, attachments=attached(tmp_path, "clean.xlsx"))
    result = await RATIO.function(here, "net_profit", "")
    assert isinstance(result, Result) and "**500.00 万元**" in result.text and "-33.33%" in result.text
    values = [Decimal(one["value"]) for one in result.data["values"]]
    assert values == [8_000_000, 7_500_000, 5_000_000]


async def test_an_indicator_that_cannot_be_computed_says_why(ctx: Context, tmp_path: Path) -> None:
    here = replace(ctx, attachments=attached(tmp_path, "english.xlsx"))
    for key, words in (
        ("quick_ratio", "0.94"),
        ("cash_received_to_revenue", "缺少2023年销售商品"),
        ("interest_expense", "没有“利息费用”"),
    ):
        result = await RATIO.function(here, key, "")
        assert isinstance(result, Result) and words in result.text, key


def test_every_indicator_has_a_name_of_its_own() -> None:
    said: dict[str, str] = {}
    for key, names in CHOICES.items():
        assert names, key
        for name in names:
            assert said.setdefault(name.casefold(), key) == key, name


def test_both_languages_say_everything() -> None:
    assert say.keys("zh") == say.keys("en")
    check_content(CONTENT)
    for skill in SKILLS:
        assert skill.schema and skill.question("file")


def test_the_sample_that_ships_is_the_clean_statement() -> None:
    sample = CONTENT / "assistants" / "credit" / "templates" / "sample_statement.xlsx"
    shipped, fresh = (openpyxl.load_workbook(io.BytesIO(b)) for b in (sample.read_bytes(), make_file("clean.xlsx")))
    for sheet in fresh.worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert [[cell.value for cell in row] for row in shipped[sheet.title].iter_rows()] == rows
