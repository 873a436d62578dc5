"""CSV and TSV: delimiters, encodings, rows as places."""

from __future__ import annotations

import pytest

from app.engines.library.reading import table_text
from tests.engines.reading import at, places, read, refusal


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("a.csv", "期限,利率\n三个月,1.10\n一年,1.35\n", "utf-8-sig"),
        ("a.csv", "期限;利率\n三个月;1.10\n一年;1.35\n", "gb18030"),
        ("a.csv", "期限|利率\r\n三个月|1.10\r\n一年|1.35\r\n", "gbk"),
        ("a.tsv", "期限\t利率\n三个月\t1.10\n一年\t1.35", "utf-16"),
        ("a.csv", '"期限","利率"\r"三个月","1.10"\r"一年","1.35"', "utf-8"),
    ],
)
def test_every_delimiter_and_encoding_gives_the_same_table(name: str, text: str, encoding: str) -> None:
    assert places(read(name, text.encode(encoding))) == {
        "rows 1–3": "| 期限 | 利率 |\n| --- | --- |\n| 三个月 | 1.10 |\n| 一年 | 1.35 |"
    }


def test_quoted_cells_keep_commas_and_lines() -> None:
    document = read("a.csv", '名称,说明\n保函,"费率 0.5%,\n按季收取"\n'.encode())
    assert "| 保函 | 费率 0.5%, 按季收取 |" in document.text


def test_lines_above_the_table_are_its_title_and_its_unit() -> None:
    document = read("a.csv", "存款利率表,\n单位：%,\n\n期限,利率\n一年,1.35\n".encode())
    assert document.title == "存款利率表"
    assert at(document, "rows 4–5").headings == ("存款利率表", "单位：%")
    assert places(document)["row 2"] == "单位：%"


def test_a_long_table_is_cut_by_rows_that_are_named() -> None:
    text = "序号,客户,金额\n" + "".join(f"{number},示例企业{number},{number}000\n" for number in range(1, 301))
    document = read("a.csv", text.encode())
    found = places(document)
    assert next(iter(found)) == "rows 1–40" and list(found)[-1].endswith("–301")
    for locator, body in list(found.items())[1:]:
        first = int(locator.removeprefix("rows ").split("–")[0])
        assert body.startswith(f"| {first - 1} | 示例企业{first - 1} |")
        assert at(document, locator).headings == ("| 序号 | 客户 | 金额 |",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "DOCUMENT_EMPTY"),
        (b"\n,,\n,\n", "DOCUMENT_EMPTY"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "DOCUMENT_BINARY"),
        (b'a,b\n"' + b"x" * 200_000, "DOCUMENT_BROKEN"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    assert refusal("a.csv", content) == code


def test_one_row_of_immense_width_is_refused() -> None:
    assert refusal("a.csv", b"a,b\n" * 5_000 + b"x," * 5_000) == "DOCUMENT_TOO_LONG"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_text, "MOST_ROWS", 10)
    assert refusal("a.csv", b"a,b\n" * 11) == "DOCUMENT_TOO_LONG"
