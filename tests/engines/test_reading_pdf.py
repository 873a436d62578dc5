"""PDF: what is read, in which order, with which places; and what is refused with which words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Block, Document, Reading
from app.engines.library.passages import passages_of
from app.engines.library.reading import pdf, pdfium, read_document
from app.engines.library.reading.pages import unwatched
from app.engines.library.reading.pdf_pages import page_picture
from app.engines.library.reading.written import header_line
from tests.files.pdf import PdfPage, pdf_file, width_of

ROOT = Path(__file__).resolve().parents[2]
SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")
RULE = (
    "　　第一条　为规范本行差旅费的管理，根据国家有关规定，结合本行实际情况，制定",
    "本办法。本办法适用于总行、分行和支行的全体员工。",
    "　　第二条　住宿费标准为每人每天500元；超过部分由个人承担，特殊情况须经批准，",
    "但不得超过标准的120%。",
)
ENGLISH = (
    "The branch keeps the original of every signed agree-",
    "ment in its vault, and a well-known copy is filed with",
    "the head office within two working days of signature.",
)


def lines(page: PdfPage, texts: tuple[str, ...], x: float = 80, y: float = 100, size: float = 10.5) -> PdfPage:
    for number, text in enumerate(texts):
        page.text(x, y + number * size * 1.9, text, size)
    return page


def read(*pages: PdfPage, title: str = "") -> Reading:
    return pdf.read(pdf_file(pages, title), SAY, unwatched)


def texts(reading: Reading, kind: str | None = None) -> list[str]:
    return [reading.text[one.start : one.end] for one in reading.blocks if kind in (None, one.kind)]


def block(reading: Reading, part: str) -> Block:
    return next(one for one in reading.blocks if part in reading.text[one.start : one.end])


def refused(content: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        pdf.read(content, SAY, unwatched)
    return caught.value


def test_chinese_lines_are_joined_without_blanks() -> None:
    assert texts(read(lines(PdfPage(), RULE)))[0] == (
        "第一条 为规范本行差旅费的管理，根据国家有关规定，结合本行实际情况，制定本办法。"
        "本办法适用于总行、分行和支行的全体员工。"
    )


def test_english_lines_are_joined_with_blanks_and_broken_words_mended() -> None:
    found = read(lines(PdfPage(), (*ENGLISH, "Such an agreement is well-known.")))
    assert texts(found)[0].startswith(
        "The branch keeps the original of every signed agreement in its vault, and a well-known copy is filed with the"
    )


def test_a_hyphen_that_belongs_to_the_word_stays() -> None:
    found = read(lines(PdfPage(), ("Customers are listed as risk-", "based rules say, and risk-based rules only.")))
    assert "as risk-based rules say" in found.text


def test_clauses_have_the_page_in_their_locator() -> None:
    document = read_document("a.pdf", pdf_file([lines(PdfPage(), RULE)]), SAY)
    assert [one.locator for one in passages_of(document)] == ["p.1 第一条", "p.1 第二条"]


@pytest.mark.parametrize("blank", [" ", "  ", "\u3000"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_blank_of_any_width_parts_a_clause_from_its_number(blank: str, bold: bool) -> None:
    page = PdfPage().text(90, 72, "第二条 甲方应当按月支付租金。", 10.5)
    page.text(90, 92, f"第三条{blank}", 10.5, bold).text(90 + width_of(f"第三条{blank}", 10.5), 92, "甲方负责维修。")
    page.text(90, 112, "乙方依照第五条 规定办理。")
    document = read(page)
    assert texts(document)[1].startswith("第三条 甲方负责维修。") and "第五条规定" in texts(document)[-1]
    assert [one.locator for one in passages_of(document)] == ["p.1 第二条", "p.1 第三条"]


def test_a_paragraph_goes_on_over_the_page() -> None:
    first = lines(PdfPage(), RULE[2:3], y=760)
    second = lines(PdfPage(), ("但不得超过标准的120%。", "　　第三条　本办法由总行负责解释。"))
    found = read(first, second)
    assert texts(found) == [
        "第二条 住宿费标准为每人每天500元；超过部分由个人承担，特殊情况须经批准，但不得超过标准的120%。",
        "第三条 本办法由总行负责解释。",
    ]
    assert [one.place for one in found.blocks] == ["p.1", "p.2"]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = []
    for number in range(1, 5):
        page = PdfPage().text(200, 40, "示例银行内部文件", 9).text(290, 820, f"- {number} -", 9)
        pages.append(lines(page, (f"　　第{'一二三四'[number - 1]}条　本条规定第{number}项内容。",)))
    assert texts(read(*pages)) == [f"第{'一二三四'[n - 1]}条 本条规定第{n}项内容。" for n in range(1, 5)]


def test_a_number_in_the_text_is_no_page_number() -> None:
    found = read(lines(PdfPage(), ("　　本年度新增客户数为：", "2500", "　　其中公司客户占三成。")))
    assert "2500" in found.text


def test_headings_by_size_and_by_number() -> None:
    page = PdfPage().text(180, 60, "示例银行差旅费管理办法", 18).text(250, 100, "第一章　总则", 10.5)
    found = read(lines(page, RULE, y=140))
    assert [(one.level, found.text[one.start : one.end]) for one in found.blocks if one.kind == "heading"] == [
        (1, "示例银行差旅费管理办法"),
        (2, "第一章 总则"),
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    page = PdfPage().text(
        100, 60, "Report of the treasury to the board on the first quarter of the year, with annexes", 10
    )
    left = [f"left line {number} of the report goes on and on until" for number in range(12)]
    right = [f"right line {number} of the report goes on and on until" for number in range(12)]
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        page.text(50, 100 + number * 14, one, 9).text(310, 100 + number * 14, other, 9)
    text = read(page).text
    assert text.index("left line 11") < text.index("right line 0")
    assert text.index("Report of") < text.index("left line 0")


def test_a_ruled_table_keeps_its_cells_and_its_head() -> None:
    page = PdfPage()
    below = page.table(
        80, 100, [120, 120, 120], [["项目", "2024年", "2025年"], ["住宿费\n（元/天）", "500", "550"]], 34
    )
    found = read(page.text(80, below + 40, "　　以上标准自公布之日起执行。"))
    assert texts(found, "table") == ["| 项目 | 2024年 | 2025年 |\n| --- | --- | --- |\n| 住宿费（元/天） | 500 | 550 |"]


def test_a_merged_cell_stands_once() -> None:
    page = PdfPage()
    for y in (100, 120, 140):
        page.line(80, y, 380, y)
    for x in (80, 380):
        page.line(x, 100, x, 140)
    for x in (180, 280):
        page.line(x, 120, x, 140)
    page.text(84, 113, "人民币，万元").text(84, 133, "存款").text(184, 133, "100").text(284, 133, "200")
    assert texts(read(page), "table") == ["| 人民币，万元 |  |  |\n| --- | --- | --- |\n| 存款 | 100 | 200 |"]


def test_a_table_without_lines_is_a_table() -> None:
    page = PdfPage()
    rows = (("Item", "2024", "2023"), ("Net income", "14,300", "2,865"), ("Total assets", "3,689", "3,139"))
    for number, row in enumerate(rows):
        for x, cell in zip((60, 300, 400), row, strict=True):
            page.text(x, 100 + 16 * number, cell, 10)
    found = read(page)
    assert texts(found, "table") == [
        "| Item | 2024 | 2023 |\n| --- | --- | --- |\n| Net income | 14,300 | 2,865 |\n| Total assets | 3,689 | 3,139 |"
    ]


def test_a_table_that_goes_on_has_its_head_above() -> None:
    first, second = PdfPage(), PdfPage()
    head = ["机构", "存款", "贷款"]
    first.table(80, 700, [100, 100, 100], [head, ["城东支行", "120", "90"]])
    second.table(80, 90, [100, 100, 100], [["城西支行", "80", "70"], ["城南支行", "60", "50"]])
    one, other = (item for item in read(first, second).blocks if item.kind == "table")
    assert (one.above, other.above) == ((), (header_line([head]),))
    assert (one.place, other.place) == ("p.1", "p.2")


def test_a_long_table_is_cut_between_rows_with_its_head_above() -> None:
    rows = [["机构", "存款余额"], *([f"示例支行第{number}号网点", f"{number},000.00"] for number in range(36))]
    pages = []
    for part in range(4):
        page = PdfPage()
        page.table(60, 90, [260, 200], rows[:1] + rows[1 + part * 9 : 10 + part * 9] if part else rows[:10])
        pages.append(page)
    found = read(*pages)
    assert all(len(text) < 2600 for text in texts(found, "table"))
    assert "| 示例支行第35号网点 | 35,000.00 |" in found.text


def test_footnotes_are_kept_and_do_not_part_a_paragraph() -> None:
    first = lines(PdfPage(), RULE[2:3], y=700)
    first.text(80, 790, "① 特殊情况指自然灾害、重大活动等。", 8)
    second = lines(PdfPage(), ("但不得超过标准的120%。", "　　第三条　本办法由总行负责解释。"))
    found = texts(read(first, second))
    assert found[0].endswith("特殊情况须经批准，但不得超过标准的120%。")
    assert "① 特殊情况指自然灾害、重大活动等。" in found


def test_a_watermark_is_no_text() -> None:
    found = read(lines(PdfPage().slanted(100, 600, "仅供内部使用"), RULE))
    assert "仅供" not in found.text and len(found.blocks) == 2


def test_a_page_shown_turned_is_read_as_it_is_shown() -> None:
    page = PdfPage(width=842, height=595, turned=90)
    page.raw("BT /FS 10.5 Tf 0 1 -1 0 100 60 Tm <" + "第一条横放的页面也能读出。".encode("utf-16-be").hex() + "> Tj ET")
    assert texts(read(page)) == ["第一条横放的页面也能读出。"]


def test_a_page_written_sideways_is_turned() -> None:
    page = PdfPage()
    for number, text in enumerate(RULE):
        code = text.strip().encode("utf-16-be").hex()
        page.raw(f"BT /FS 10.5 Tf 0 1 -1 0 {100 + 20 * number} 60 Tm <{code}> Tj ET")
    content = pdf_file([page])
    assert texts(pdf.read(content, SAY, unwatched))[0].startswith("第一条 为规范本行差旅费的管理")
    picture = page_picture(content, 1, "第一条 为规范本行差旅费的管理", SAY)
    assert picture.width > picture.height and len(picture.boxes) == 1


def test_the_title_is_the_files_own_unless_it_names_a_draft() -> None:
    page = lines(PdfPage(), RULE)
    assert read(page, title="示例银行差旅费管理办法").about["title"] == "示例银行差旅费管理办法"
    for draft in (
        "Microsoft Word - 终稿3.doc",
        "0000004962-23-000006",
        "No.20231205-7",
        "travel_rules_v2",
        "d123456d8k.htm",
    ):
        assert "title" not in read(page, title=draft).about, draft


def test_the_title_is_what_is_written_largest_on_the_first_page() -> None:
    page = PdfPage().text(80, 60, "UNITED STATES", 11).text(80, 90, "Example Holding", 18).text(80, 115, "Company", 18)
    lines(page, ENGLISH, y=140)
    page.text(400, 60, "88", 30)
    assert read(page, title="0000004962-23-000006").about["title"] == "Example Holding Company"
    later = lines(PdfPage(), ENGLISH, y=140).text(80, 60, "Appendix", 24)
    assert "title" not in read(lines(PdfPage(), ENGLISH), later).about, "nothing stands out on the first page"
    poster = PdfPage()
    for number in range(6):
        poster.text(80, 60 + 30 * number, "All of it in large letters", 18)
    lines(poster, ENGLISH * 3, y=300, size=8)
    assert "title" not in read(poster).about, "too much stands out"


def test_number_date_and_title_of_an_official_document() -> None:
    page = PdfPage().text(200, 80, "示例银行文件", 26).text(230, 130, "示银发〔2026〕12号", 12)
    page.text(150, 180, "关于修订差旅费管理办法的通知", 18)
    lines(page, RULE, y=230)
    page.text(400, 400, "二〇二六年三月五日", 12)
    about = read(page).about
    assert (about["number"], about["issued"]) == ("示银发〔2026〕12号", "2026-03-05")
    assert about["title"] == "关于修订差旅费管理办法的通知"


def test_every_page_is_told() -> None:
    told: list[tuple[int, int]] = []
    pdf.read(pdf_file([lines(PdfPage(), RULE)] * 3), SAY, lambda page, of: told.append((page, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_reading_stops_where_it_is_told_to() -> None:
    class Stopped(Exception):
        pass

    def stop(page: int, of: int) -> None:
        if page == 2:
            raise Stopped

    with pytest.raises(Stopped):
        pdf.read(pdf_file([lines(PdfPage(), RULE)] * 3), SAY, stop)


def test_a_password_is_asked_for_in_words() -> None:
    assert refused(pdf_file([lines(PdfPage(), RULE)], password="geheim")).code == "DOCUMENT_ENCRYPTED"


def test_an_empty_password_opens() -> None:
    content = pdf_file([lines(PdfPage(), RULE)], password="")
    assert texts(pdf.read(content, SAY, unwatched))[1].startswith("第二条")


def test_what_is_cut_off_is_refused() -> None:
    content = pdf_file([lines(PdfPage(), RULE)] * 5)
    for share in (0.3, 0.6, 0.9):
        assert refused(content[: int(len(content) * share)]).code == "DOCUMENT_BROKEN"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", "第一条　纯文本".encode(), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_pdf_is_said_to_be_none(content: bytes) -> None:
    assert refused(content).code in ("DOCUMENT_MISNAMED", "DOCUMENT_EMPTY")


def test_a_pdf_without_pages_or_text_is_empty() -> None:
    with pytest.raises(BadInput) as caught:
        read_document("a.pdf", pdf_file([PdfPage()]), SAY)
    assert caught.value.code == "DOCUMENT_EMPTY"
    assert refused(pdf_file([])).code in ("DOCUMENT_EMPTY", "DOCUMENT_BROKEN")


def test_too_many_pages_are_told_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfium, "MOST_PAGES", 2)
    error = refused(pdf_file([lines(PdfPage(), RULE)] * 3))
    assert error.code == "DOCUMENT_TOO_LONG" and "3" in error.message and "2" in error.message


def test_a_script_in_the_file_changes_nothing() -> None:
    page = lines(PdfPage(), RULE)
    script = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\); this.submitForm\\('http://198.51.100.1/'\\);) >>"
    plain, scripted = (pdf.read(pdf_file([page], extra=extra), SAY, unwatched) for extra in ("", script))
    assert plain == scripted


def test_a_page_of_a_kilometre_is_drawn_small() -> None:
    picture = page_picture(pdf_file([PdfPage(width=14_400, height=14_400).text(100, 100, "第一条", 40)]), 1, None, SAY)
    assert picture.width * picture.height <= pdfium.MOST_PIXELS * 1.01


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    content = bytearray(pdf_file([lines(PdfPage(), RULE), lines(PdfPage(), ENGLISH)]))
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        pdf.read(bytes(content), SAY, unwatched)
    except BadInput as error:
        assert error.code.startswith("DOCUMENT_")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.text("的一是不了银行业务规定第条甲乙abcDEF 0123456789，。", min_size=1, max_size=30), min_size=1, max_size=12
    )
)
def test_no_character_is_lost_and_every_block_is_verbatim(written: list[str]) -> None:
    found = read(lines(PdfPage(), tuple(written)))
    document = Document(found.text, found.blocks, "", "", "")
    kept = re.sub(r"[\s|]|---", "", "".join(texts(found)))
    assert sorted(kept) == sorted(re.sub(r"\s", "", "".join(written)))
    assert all(passage.text in found.text for passage in passages_of(document))


def scan(texts_of: tuple[str, ...]) -> tuple[bytes, int, int]:
    """Letters as pixels: a page whose text is a picture. Latin, for no Chinese font need be there."""
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(texts_of):
        draw.text((150, 200 + number * 60), text, fill=0, font_size=34)
    return image.tobytes(), image.width, image.height


SCANNED = ("The committee approves the annual report", "and asks the treasury for a liquidity plan.")


def test_a_scanned_page_among_others_is_read_by_its_picture() -> None:
    scanned = PdfPage().picture(*scan(SCANNED), (0, 0, 595, 842))
    scanned.text(500, 830, "copy 1", 6)
    found = read(lines(PdfPage(), RULE), scanned)
    assert " ".join(SCANNED) in texts(found)
    assert {one.place for one in found.blocks} == {"p.1", "p.2"}


def test_pages_that_ocr_cannot_read_are_told() -> None:
    blank = PdfPage().picture(b"\xff" * 10_000, 100, 100, (0, 0, 595, 842))
    told = read(lines(PdfPage(), RULE), blank).about["left_out"]
    assert told == (SAY("scan_unread", pages="2"),)


def test_a_picture_within_a_page_that_claims_too_much_is_refused() -> None:
    bomb = PdfPage().picture(b"\xff", 60_000, 60_000, (0, 0, 595, 842))
    assert refused(pdf_file([bomb])).code == "DOCUMENT_TOO_LARGE"


def test_a_font_that_hides_its_characters_is_read_by_its_looks() -> None:
    assert pdf.is_garbled("\ue001\ue002\ue003\ue004 一")
    assert pdf.is_garbled("ÖÐ»ªÈËÃñ¹²ºÍ¹ú")
    assert not pdf.is_garbled("Crédit Agricole, Société Générale 与示例银行")


def test_the_quotes_lines_are_marked_on_the_page() -> None:
    content = pdf_file([lines(PdfPage(), RULE)])
    quote = "住宿费标准为每人每天500元；超过部分由个人承担，特殊情况须经批准，但不得超过标准的120%。"
    picture = page_picture(content, 1, quote, SAY)
    first, second = picture.boxes
    assert first.top < second.top and first.left > second.left
    assert abs(second.top - 152 / 842) < 0.02 and abs(second.left - 80 / 595) < 0.01
    assert picture.png.startswith(b"\x89PNG") and (picture.page, picture.of) == (1, 1)


def test_a_row_of_a_table_is_marked_cell_by_cell() -> None:
    page = PdfPage()
    page.table(
        80, 100, [100, 100, 100], [["机构", "存款", "贷款"], ["城东支行", "120", "90"], ["城西支行", "120", "70"]]
    )
    boxes = page_picture(pdf_file([page]), 1, "| 城西支行 | 120 | 70 |", SAY).boxes
    assert len(boxes) == 3 and max(box.bottom for box in boxes) - min(box.top for box in boxes) < 0.03
    assert min(box.top for box in boxes) > 138 / 842


def test_a_quote_over_two_pages_is_marked_on_both() -> None:
    content = pdf_file(
        [lines(PdfPage(), RULE[2:3], y=760), lines(PdfPage(), ("但不得超过标准的120%。", "　　第三条　由总行解释。"))]
    )
    quote = "超过部分由个人承担，特殊情况须经批准，但不得超过标准的120%。"
    assert [len(page_picture(content, page, quote, SAY).boxes) for page in (1, 2)] == [1, 1]
    assert page_picture(content, 2, "这句话哪里都没有写过。", SAY).boxes == ()


def test_a_quote_in_a_scan_is_marked_where_it_stands() -> None:
    content = pdf_file([PdfPage().picture(*scan(SCANNED), (0, 0, 595, 842))])
    (box,) = page_picture(content, 1, "asks the treasury", SAY).boxes
    assert abs(box.top - 265 / 1754) < 0.02 and box.left > 150 / 1240


def test_a_page_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput) as caught:
        page_picture(pdf_file([lines(PdfPage(), RULE)]), 7, None, SAY)
    assert caught.value.code == "DOCUMENT_NO_PAGE" and "7" in caught.value.message
