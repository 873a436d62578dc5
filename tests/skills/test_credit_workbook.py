"""Workbooks as customers send them, and files that are none."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from skills.credit.statement import Period, Statement, Unit
from skills.credit.workbook import read_statement
from tests.files import credit as files


def read(content: bytes, name: str = "报表.xlsx") -> Statement:
    return read_statement(content, name)


def values(statement: Statement) -> Mapping[tuple[str, Period], Decimal]:
    return {place: figure.value for place, figure in statement.figures.items()}


def test_the_clean_statement_is_read_with_its_cells() -> None:
    statement = read(files.clean())
    assert statement.company == "华星科技有限公司"
    assert statement.periods == (Period(2021), Period(2022), Period(2023))
    assert statement.unit == Unit(10_000) and statement.unit_stated
    cash = statement.find("cash", Period(2023))
    assert cash
    assert (cash.value, cash.cell, cash.text, cash.year) == (Decimal("24107500"), "资产负债表!D5", "2,410.75", 2023)
    flow = statement.find("operating_cash_flow", Period(2023))
    assert flow and (flow.value, flow.cell, flow.text) == (Decimal(-4_200_000), "现金流量表!D9", "-420.00")
    assert not statement.remarks


@pytest.mark.parametrize("name", files.MESSY)
def test_every_layout_gives_the_same_figures(name: str) -> None:
    clean = values(read(files.clean()))
    statement = read(files.MESSY[name](), name)
    found = values(statement)
    assert statement.periods[-2:] == (Period(2022), Period(2023))
    expected = {place: value for place, value in clean.items() if place[1] in statement.periods}
    assert found == expected


def test_each_figure_names_the_cell_it_stands_in() -> None:
    for name in ("one_sheet.xlsx", "two_sided.xlsx", "merged_heads.xlsx"):
        statement = read(files.MESSY[name]())
        book = openpyxl.load_workbook(io.BytesIO(files.MESSY[name]()))
        for figure in statement.figures.values():
            assert Decimal(str(book[figure.sheet][figure.ref].value)) * figure.unit.scale == figure.value, name


def test_english_statements_with_negative_costs() -> None:
    statement = read(files.english())
    clean = values(read(files.clean()))
    assert statement.unit == Unit(1000)
    assert values(statement).items() <= clean.items()
    cost = statement.find("cost_of_sales", Period(2023))
    assert cost and cost.value > 0 and cost.text == "(116,886)"


def test_a_negative_amount_that_is_no_cost_keeps_its_sign() -> None:
    statement = read(files.clean())
    flow = statement.find("investing_cash_flow", Period(2022))
    assert flow and flow.value == -8_400_000


def test_an_interim_report() -> None:
    statement = read(files.half_year())
    assert statement.periods == (Period(2022, 6), Period(2022), Period(2023, 6))
    revenue = statement.find("revenue", Period(2023, 6))
    assert revenue and revenue.value == Decimal(75_900_000), "the year to date, not the month"
    assets = statement.find("assets", Period(2022))
    assert assets and assets.value == 168_000_000


def test_formulas_count_with_their_stored_results_and_are_missed_without() -> None:
    with_results = read(files.formulas(cached=True))
    total = with_results.find("assets", Period(2023))
    assert total and total.value == 198_000_000 and total.cell == "资产负债表!B5"
    without = read(files.formulas(cached=False))
    assert without.find("assets", Period(2023)) is None
    remark = next(one for one in without.remarks if one.key == "uncomputed_cells")
    assert "资产负债表!B5" in remark.values["cells"]


def test_cells_without_a_number_are_named_and_never_guessed() -> None:
    statement = read(files.odd_cells())
    assert set(statement.figures) == {("revenue", Period(2023)), ("cost_of_sales", Period(2023))}
    keys = {one.key: one.values for one in statement.remarks}
    assert keys["unreadable"]["cells"].count("=利润表!") == 3
    assert "unit_unknown" in keys


def test_units_are_read_sheet_by_sheet_and_a_silent_sheet_is_named() -> None:
    statement = read(files.two_units())
    assert [one.key for one in statement.remarks] == ["unit_assumed"]
    assert statement.remarks[0].values["sheets"] == "现金流量表"


def test_an_overlong_sheet_is_cut_and_says_so() -> None:
    assert [one.key for one in read(files.far_cell()).remarks] == ["sheet_cut"]


@pytest.mark.parametrize("name", files.HOSTILE)
def test_what_is_no_statement_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(files.HOSTILE[name](), name)
    assert name in caught.value.message and caught.value.message.endswith(("。", "？", "）。"))


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("bomb.xlsx", "WORKBOOK_BOMB", "解压"),
        ("quiet_bomb.xlsx", "WORKBOOK_BOMB", "解压"),
        ("many_entries.xlsx", "WORKBOOK_BOMB", "解压"),
        ("password.xlsx", "WORKBOOK_ENCRYPTED", "密码"),
        ("encrypted_entry.xlsx", "WORKBOOK_ENCRYPTED", "密码"),
        ("old.xlsx", "NOT_A_WORKBOOK", ".xls"),
        ("gbk_text.xlsx", "NOT_A_WORKBOOK", "CSV"),
        ("page.xls", "NOT_A_WORKBOOK", "网页"),
        ("linked.xlsx", "WORKBOOK_LINKS", "外部链接"),
        ("laughs.xlsx", "WORKBOOK_BROKEN", "XML"),
        ("outside_entity.xlsx", "WORKBOOK_BROKEN", "XML"),
        ("huge.xlsx", "WORKBOOK_TOO_LARGE", "超大"),
        ("garbled.xlsx", "WORKBOOK_ENCODING", "乱码"),
        ("contacts.xlsx", "WORKBOOK_NO_STATEMENT", "没有找到财务报表"),
        ("only_formulas.xlsx", "WORKBOOK_UNCOMPUTED", "公式"),
        ("two_currencies.xlsx", "WORKBOOK_CURRENCIES", "币种"),
        ("blank.xlsx", "WORKBOOK_EMPTY", "没有任何内容"),
        ("empty.xlsx", "FILE_EMPTY", "空的"),
    ],
)
def test_the_sentence_says_what_is_wrong(name: str, code: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read(files.HOSTILE[name](), name)
    assert caught.value.code == code


def test_a_part_is_known_by_its_bytes_not_by_its_name() -> None:
    hidden = files.rezipped(files.clean(), {"xl/media/picture.png": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"})
    with pytest.raises(BadInput, match="XML"):
        read(hidden)
    picture = files.rezipped(files.clean(), {"xl/media/picture.png": b"\x89PNG\r\n\x1a\n<!DOCTYPE x>"})
    assert read(picture).figures


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 9000), st.integers(0, 60))
def test_a_damaged_file_never_breaks_anything_but_itself(noise: bytes, at: int, cut: int) -> None:
    clean = CLEAN
    damaged = clean[:at] + noise + clean[at + cut :]
    try:
        statement = read(damaged)
    except BadInput as refused:
        assert refused.message
    else:
        assert statement.figures


CLEAN = files.clean()
