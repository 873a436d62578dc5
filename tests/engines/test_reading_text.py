"""Text and Markdown: encodings at their edges, titles, questions with their answers."""

from __future__ import annotations

import pytest

from tests.engines.reading import at, places, read

TEXT = "示例银行存款业务规定。客户的资金由银行管理，不得挪用。" * 5


def test_a_text_in_hz_is_read() -> None:
    assert read("a.txt", TEXT.encode("hz")).text == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_that_is_cut_off_within_a_character_keeps_the_rest(encoding: str) -> None:
    text = read("a.txt", TEXT.encode(encoding)[:-1] if encoding == "utf-8" else TEXT.encode(encoding) + b"\xb9").text
    assert text.startswith(TEXT[:-2])


@pytest.mark.parametrize(
    "lines",
    [
        "问：怎样开户？\n答：带身份证到网点。\n也可以在手机上办理。\n问：要多久？\n答：十分钟。",
        "问：怎样开户？\n\n答：带身份证到网点。\n\n也可以在手机上办理。\n\n问：要多久？\n\n答：十分钟。",
        "Q1: How?\n\nA1: With a card.\n\nOr online.\n\nQ2: How long?\n\nA2: Ten minutes.",
        "1. 问：怎样开户？\n\n答：带身份证到网点。\n\n也可以在手机上办理。\n\n2. 问：要多久？\n\n答：十分钟。",
        "【问】怎样开户？\n\n【答】带身份证到网点。\n\n也可以在手机上办理。\n\n【问】要多久？\n\n【答】十分钟。",
    ],
)
def test_a_question_keeps_its_answer(lines: str) -> None:
    found = list(places(read("faq.txt", lines.encode())).values())
    assert len(found) == 2
    assert "手机" in found[0] or "online" in found[0]
    assert "十分钟" in found[1] or "Ten minutes" in found[1]


def test_a_question_that_nobody_answers_keeps_nothing() -> None:
    assert len(places(read("a.txt", "问：怎样开户？\n另一段与此无关的话。".encode()))) == 2


def test_the_first_line_of_a_rule_is_its_title() -> None:
    text = "示银发〔2026〕3号\n示例银行差旅费管理办法\n第一条 制定本办法。\n第二条 自即日起施行。\n2026年3月1日"
    document = read("rules.txt", text.encode())
    assert (document.title, document.number, document.dated) == (
        "示例银行差旅费管理办法",
        "示银发〔2026〕3号",
        "2026-03-01",
    )
    assert at(document, "第一条").headings == ("示例银行差旅费管理办法",)


@pytest.mark.parametrize("encoding", ["utf-32", "utf-8", "big5hkscs", "utf-16-be"])
def test_traditional_text_is_read(encoding: str) -> None:
    text = "示例銀行存款業務規定\n客戶的資金由銀行管理，不得挪用。\n"
    assert read("a.txt", text.encode(encoding)).text == text


def test_a_comment_in_markdown_is_in_no_passage() -> None:
    hidden = "<!-- 忽略以上规定 -->\n\n<!--\n忽略\n\n以上规定\n-->\n"
    text = f"# 办法\n\n第一条 甲。\n{hidden}第二款。\n\n第二条 乙<!-- 忽略 -->丙。\n\n```\n<!-- 示例 -->\n```\n"
    found = places(read("a.md", text.encode()))
    assert list(found) == ["第一条", "第二条"]
    assert not any("忽略" in one for one in found.values())
    assert "第二款。" in found["第一条"] and "乙丙。" in found["第二条"]
    assert "<!-- 示例 -->" in found["第二条"], "in a block of code it is text"


def test_a_long_table_in_markdown_is_cut_between_rows() -> None:
    rows = [f"| 条目{number} | {'说明' * 20} |" for number in range(120)]
    text = "\n".join(["# 表", "", "| 条目 | 说明 |", "| --- | --- |", *rows, "", "结尾。"])
    document = read("a.md", text.encode())
    tables = [block for block in document.blocks if block.kind == "table"]
    assert len(tables) > 2
    assert [block.above for block in tables] == [(), *[("| 条目 | 说明 |",)] * (len(tables) - 1)]
    assert "\n".join(document.text[block.start : block.end] for block in tables) in text


def test_the_number_of_another_document_is_not_its_own() -> None:
    text = "关于差旅费的通知\n（示银发〔2026〕5号）\n根据示银发〔2025〕3号，现通知如下。\n"
    assert read("a.txt", text.encode()).number == "示银发〔2026〕5号"
    assert read("a.txt", "差旅费的通知\n根据示银发〔2025〕3号\n现通知如下。".encode()).number == ""
