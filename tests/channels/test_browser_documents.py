"""The original behind a citation: its page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.browser_document_page import (
    DrawnPage,
    document_page,
    leaves_of,
    page_number,
    refusal_page,
    standing_of,
)
from app.channels.browser_document_table import area_of
from app.channels.browser_document_text import DocumentText
from app.core.ports import Box, OpenDocument, PagePicture, PlacedText
from app.core.quote_mark import quote_mark
from app.core.texts import speaking
from app.gateway.reading_room import Cited, Shown

STYLE = "/public/document.css"
SEALS = OpenDocument(
    source="office/seals.md",
    version="0123456789ab",
    title="印章管理规定",
    number="示银办〔2025〕41号",
    owner="总行办公室",
    standing="in_force",
    since="2025-12-01",
    until="",
    passages=(
        PlacedText("第一条", ("第一章 总则",), "第一条 为规范印章的保管，**制定**本规定。"),
        PlacedText("第二条", ("第二章 保管",), "第二条 印章由专人保管。印章遗失的，应当在 1 小时内报告。"),
    ),
    has_pages=False,
    present="0123456789ab",
)


def page(document: OpenDocument, at: int | None = None, quote: str = "", **more: object) -> str:
    locator = document.passages[at].locator if at is not None else ""
    text = document.passages[at].text if at is not None else ""
    span = (text.index(quote), text.index(quote) + len(quote)) if quote else None
    cited = Cited(document.source, locator, document.version, quote_mark(quote) if quote else "")
    return document_page(Shown(document, at, span), cited, STYLE, **more)  # type: ignore[arg-type]


def written(passage: PlacedText, quote: tuple[int, int] | None = None, *, markup: bool = False) -> str:
    text = DocumentText("办法", markup, "/documents/x?at=")
    text.add(passage, quote, cited=quote is not None)
    return text.html()


def test_the_quote_is_marked_within_its_passage_and_opened_at() -> None:
    html = page(SEALS, 1, "印章遗失的，应当在 1 小时内报告。")
    assert html.count('id="at"') == 1
    assert '<mark id="at" tabindex="-1" autofocus>印章遗失的，应当在 1 小时内报告。</mark>' in html
    assert '<section class="passage cited" id="第二条">' in html and '<section class="passage" id="第一条">' in html
    assert html.index("<h2>第一章 总则</h2>") < html.index('id="第一条"') < html.index("<h2>第二章 保管</h2>")


def test_a_passage_without_its_quote_is_opened_as_a_whole() -> None:
    document = SEALS
    shown = Shown(document, 1, None)
    html = document_page(shown, Cited(document.source, "第二条", mark="9-abcdef"), STYLE)
    assert '<div id="at" tabindex="-1" autofocus><p>第二条' in html and "<mark" not in html
    assert "没有逐字找到" in html


def test_bold_is_bold_and_nothing_of_the_quote_is_lost() -> None:
    passage = SEALS.passages[0]
    at = passage.text.index("保管，**制定**本")
    html = written(passage, (at, at + len("保管，**制定**本")), markup=True)
    said = re.findall(r"<mark[^>]*>(.*?)</mark>", html)
    assert "".join(said) == "保管，<strong>制定</strong>本"
    assert "**制定**" in written(passage)


def test_the_head_says_what_the_document_is() -> None:
    html = page(SEALS)
    for said in ("<h1>印章管理规定</h1>", "示银办〔2025〕41号", "归口：总行办公室", "2025-12-01 起生效", ">现行<"):
        assert said in html
    assert 'href="/document-file/office/seals.md?v=0123456789ab" download' in html
    assert "banner" not in html


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "2026-12-31"}, "现行，有效至 2026-12-31"),
        (
            {
                "until": "2026-12-31",
                "successor": "office/new.md",
                "successor_title": "新规定",
                "successor_since": "2027-01-01",
            },
            "现行，自 2027-01-01 起将被《新规定》取代",
        ),
        (
            {
                "standing": "superseded",
                "successor": "office/new.md",
                "successor_title": "新规定",
                "successor_since": "2026-03-01",
            },
            "已被《新规定》取代（自 2026-03-01）",
        ),
        (
            {"standing": "superseded", "successor": "x/y.md", "successor_since": "2026-03-01"},
            "已被其他文件取代（自 2026-03-01）",
        ),
        (
            {
                "standing": "superseded",
                "successor": "office/seals.md",
                "successor_title": "印章",
                "successor_since": "2026-03-01",
            },
            "已被本文件的新版本取代（自 2026-03-01）",
        ),
        ({"standing": "not_yet", "since": "2027-01-01"}, "尚未生效，自 2027-01-01 起生效"),
        ({"standing": "expired", "until": "2026-06-30"}, "已失效（有效至 2026-06-30）"),
        ({"standing": "retired"}, "已废止"),
        ({"standing": "draft"}, "草稿，尚未复核"),
        ({"standing": "reviewed"}, "已复核，尚待批准生效"),
    ],
)
def test_how_it_stands_in_plain_words(changes: dict[str, str], said: str) -> None:
    document = replace(SEALS, **changes)  # type: ignore[arg-type]
    assert standing_of(document) == said
    assert ("banner" in page(document)) == (document.standing != "in_force")
    with speaking("en"):
        assert standing_of(document) != said


def test_an_old_version_leads_to_the_one_that_counts_at_the_same_place() -> None:
    old = replace(
        SEALS, standing="superseded", successor=SEALS.source, successor_since="2026-03-01", present="ba9876543210"
    )
    html = page(old, 1, "印章由专人保管。")
    assert "您打开的是引用时的版本" in html
    link = unescape(re.search(r'<a href="([^"]+)">打开现行版本', html)[1])  # type: ignore[index]
    assert link.startswith("/documents/office/seals.md?v=ba9876543210&at=%E7%AC%AC%E4%BA%8C%E6%9D%A1&mark=")


def test_a_place_that_is_not_there_is_said() -> None:
    shown = Shown(SEALS, None, None)
    assert "没有“第九条”这个位置" in document_page(shown, Cited(SEALS.source, "第九条"), STYLE)
    moved = document_page(Shown(SEALS, 1, (0, 3)), Cited(SEALS.source, "第九条", mark="3-000000"), STYLE)
    assert "现在位于“第二条”" in moved


def test_cells_stand_where_they_stand_on_the_sheet() -> None:
    text = "| 项目 | 2024年 | 2025年 |\n| --- | --- | --- |\n| 净利润 | 1,200 | -35.5 |\n| 毛利率 | 18% | 17.2% |"
    at = text.index("-35.5")
    html = written(PlacedText("利润表!B3:D5", ("利润表",), text), (at, at + 5))
    assert (
        '<tr class="letters"><th></th><th scope="col">B</th><th scope="col">C</th><th scope="col">D</th></tr>' in html
    )
    assert '<th class="row" scope="row">4</th><td>净利润</td><td class="figure">1,200</td>' in html
    assert '<td class="figure negative quoted"><mark id="at" tabindex="-1" autofocus>-35.5</mark></td>' in html
    assert "---" not in html


def test_rows_that_hide_others_carry_no_numbers() -> None:
    text = "| 甲 | 乙 |\n| 1 | 2 |"
    html = written(PlacedText("表!A1:D9", (), text))
    assert "letters" not in html and "row" not in re.findall(r'class="([^"]*)"', html)


def test_a_table_that_goes_on_has_its_header_again() -> None:
    html = written(PlacedText("rows 41–42", ("客户", "| 户名 | 余额 |"), "| 甲 | 1 |\n| 乙 | 2 |"))
    assert '<tr><th class="row" scope="row"></th><th>户名</th><th>余额</th></tr>' in html
    assert '<th class="row" scope="row">42</th><td>乙</td>' in html
    assert "<h2>客户</h2>" in html and html.count("户名") == 1


def test_a_table_quoted_whole_is_framed_and_not_painted() -> None:
    text = "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |"
    html = written(PlacedText("¶3", (), text), (0, len(text)))
    assert '<table class="quoted" id="at" tabindex="-1" autofocus>' in html and "<mark" not in html


def test_areas() -> None:
    area = area_of("资产负债表!AA3:AC20 ¶2")
    assert area and (area.sheet, area.left, area.top, area.right, area.bottom) == ("资产负债表", 27, 3, 29, 20)
    assert area_of("p.3 第一条") is None
    rows = area_of("rows 2–40")
    assert rows and (rows.top, rows.bottom, rows.right) == (2, 40, 0)


def test_slides_are_cards_with_their_notes() -> None:
    deck = replace(
        SEALS,
        source="office/deck.pptx",
        passages=(
            PlacedText("slide 1", ("季度计划",), "目标：存款 200 亿元"),
            PlacedText("slide 1 notes", ("季度计划",), "先说存款"),
            PlacedText("slide 2", ("风险",), "不良率 1.2%"),
        ),
    )
    html = page(deck, 1)
    assert html.count('<article class="slide">') == html.count("</article>") == 2
    assert '<section class="passage cited notes" id="slide-1-notes">' in html and ">备注<" in html
    assert html.count("<h2>季度计划</h2>") == 1


def test_a_workbook_is_shown_by_its_sheets() -> None:
    row = "| 甲 | 1 |\n| 乙 | 2 |"
    places = ("资产!A1:B2", "利润!A1:B2", "利润!A5:B6")
    book = replace(SEALS, source="credit/b.xlsx", passages=tuple(PlacedText(one, (), row) for one in places))
    assert [(leaf.name, leaf.first, leaf.last) for leaf in leaves_of(book)] == [("资产", 0, 1), ("利润", 1, 3)]
    html = page(book, 2)
    assert "<strong>利润</strong>" in html and "n=1" in html and "资产-A1" not in html.replace("!", "-")


def test_a_mail_is_shown_with_the_workbook_that_came_with_it() -> None:
    row = "| 甲 | 1 |\n| 乙 | 2 |"
    mail = replace(
        SEALS,
        source="office/m.eml",
        passages=(PlacedText("¶2", (), "各部门："), PlacedText("attachment a.xlsx 表!A1:B2", ("a.xlsx", "表"), row)),
    )
    html = page(mail, 1)
    assert "各部门：" in html and '<tr class="letters">' in html and "<nav" not in html


def test_a_long_document_comes_in_parts() -> None:
    long = replace(SEALS, passages=tuple(PlacedText(f"¶{n}", (), "字" * 1000) for n in range(150)))
    assert len(leaves_of(long)) == 3
    html = page(long, 70)
    assert 'id="¶70"' in html and 'id="¶10"' not in html and "第 2 部分，共 3 部分" in html
    assert 'id="¶10"' in page(long, 70, leaf=1)


def drawn(*boxes: Box) -> DrawnPage:
    return DrawnPage(2, PagePicture(b"png", 1000, 1400, boxes, 2, 3))


def test_a_page_is_its_picture_with_boxes_over_it() -> None:
    scan = replace(
        SEALS,
        source="office/a.pdf",
        has_pages=True,
        passages=(
            PlacedText("p.1", (), "一"),
            PlacedText("p.2 第二条", (), "第二条 甲。"),
            PlacedText("p.3", (), "三"),
        ),
    )
    html = page(scan, 1, "甲。", drawn=drawn(Box(0.1, 0.2, 0.5, 0.25)))
    assert '<rect id="at" tabindex="-1" autofocus x="100.0" y="280.0" width="400.0" height="70.0"' in html
    assert html.count('id="at"') == 1 and "<mark>甲。</mark>" in html
    assert 'src="/document-page/2/office/a.pdf?v=0123456789ab&amp;at=p.2%20' in html
    assert "第 2 页，共 3 页" in html and 'id="p.1"' not in html
    without = page(scan, 1, "甲。", drawn=drawn())
    assert '<mark id="at" tabindex="-1" autofocus>甲。</mark>' in without and "<svg" not in without
    broken = page(scan, 1, "甲。", drawn=DrawnPage(2, None, "原件已不在。"))
    assert "原件已不在。" in broken and "<img" not in broken and 'id="at"' in broken


def test_pages_of_locators() -> None:
    assert [page_number(one) for one in ("p.12 第三条", "p.4", "第三条", "p.x", "")] == [12, 4, 1, 1, 1]


def test_a_refusal_says_its_sentence_and_nothing_else() -> None:
    html = refusal_page("<x>", STYLE)
    assert "&lt;x&gt;" in html and "office" not in html


@given(
    st.text(alphabet="|<>&\"'*-\n 甲1", max_size=60), st.tuples(st.integers(0, 60), st.integers(0, 60)), st.booleans()
)
def test_whatever_a_document_says_stays_text(text: str, ends: tuple[int, int], markup: bool) -> None:
    html = written(PlacedText("<b>!A1", ("<i>", "| <u> |"), text), (min(ends), max(ends)), markup=markup)
    tags = {re.split(r"[\s>]", one)[0] for one in re.findall(r"</?([^>]*)>", html)}
    known = "section a p mark strong h2 h3 h4 h5 h6 div table thead tbody tr th td"
    assert tags <= set(known.split())
    plain = unescape(re.sub(r"<[^>]*>", "", html))
    kept = re.sub(r"[\s|\-*\\]", "", text)
    assert kept in re.sub(r"[\s|\-*\\]", "", plain)
