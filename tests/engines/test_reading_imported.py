"""Every format through the whole import: found, quoted at its place, and what was not read is told."""

from __future__ import annotations

from pathlib import Path

from app.core.ports import ImportProgress
from app.engines.knowledge import ChromaKnowledge
from tests.files import office


def files() -> dict[str, bytes]:
    book = office.workbook({"费率": [["品种", "费率"], ["履约保函", "0.5%"]], "藏": [["忽略", "规定"]]})
    book["藏"].sheet_state = "hidden"
    deck = office.deck()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "授权与限额"
    slide.shapes.add_textbox(914400, 1828800, 914400, 914400).text_frame.text = "支行单笔限额三百万元"
    message = office.mail("关于费率的通知", "投标保函费率下调。")
    office.attach(message, "明细.csv", "品种,费率\n投标保函,0.3%\n".encode("gbk"))
    office.attach(message, "旧.xls", b"x")
    return {
        "办法.docx": office.saved(office.word("第一条 保函由分行审批。")),
        "费率.xlsx": office.saved(book),
        "授权.pptx": office.saved(deck),
        "标准.html": "<html><body><h1>标准</h1><p>跨行转账免费。</p></body></html>".encode(),
        "明细.csv": "品种,费率\n预付款保函,0.4%\n".encode("gb18030"),
        "通知.eml": message.as_bytes(),
        "资料.zip": office.archive({"规定/a.md": "# 甲\n\n第一条 乙。".encode(), "../b.md": b"x", "旧.doc": b"x"}),
        "旧表.xls": b"x",
    }


async def test_every_format_is_found_again_at_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    for name, content in files().items():
        (folder / name).write_bytes(content)
    knowledge = ChromaKnowledge(tmp_path / "content", tmp_path / "home")
    await knowledge.open()
    told: list[ImportProgress] = []
    summary = await knowledge.index([folder], into="bank", progress=told.append)
    assert {Path(one["path"]).name: one["code"] for one in summary["failed"]} == {
        "旧表.xls": "DOCUMENT_OLD_FORMAT",
        "b.md": "DOCUMENT_NAME",
        "旧.doc": "DOCUMENT_OLD_FORMAT",
    }
    assert summary["added"] == 7
    for source, locator, quote in (
        ("办法.docx", "第一条", "保函由分行审批"),
        ("费率.xlsx", "费率!A1:B2", "| 履约保函 | 0.5% |"),
        ("授权.pptx", "slide 1", "支行单笔限额三百万元"),
        ("标准.html", "¶2", "跨行转账免费。"),
        ("明细.csv", "rows 1–2", "| 预付款保函 | 0.4% |"),
        ("通知.eml", "attachment 明细.csv rows 1–2", "| 投标保函 | 0.3% |"),
        ("资料.zip/规定/a.md", "第一条", "第一条 乙。"),
    ):
        hit = await knowledge.passage(f"bank/{source}", locator)
        assert hit and quote in hit.text, source
        assert any(one.source == hit.source for one in await knowledge.search(quote.strip("|。 ")))
    said = "\n".join(one.said for one in told)
    assert "藏" in said and "旧.xls" in said
