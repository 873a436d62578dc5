"""Short documents in every format, as they lie on a branch's shared drive: a rule, a rate table, a deck, a mail …"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pptx.util import Inches

from tests.files import office
from tests.files.pdf import PdfPage, pdf_file

WRITTEN = (".md", ".txt", ".docx", ".xlsx", ".pptx", ".html", ".csv", ".eml", ".pdf", ".zip")


@dataclass(frozen=True, slots=True)
class ShortDocument:
    """A file, and what must be found in it where."""

    name: str
    content: bytes
    said: str
    """A sentence or a row that only this document has."""
    locator: str
    """Where it stands; for a ZIP within its member `办法.md`."""


def short_documents(count: int, prose: Sequence[str]) -> Iterator[ShortDocument]:
    """`count` documents of a page or two, a tenth of each format; `prose` are sentences to fill them."""
    chance = random.Random(7)
    for number in range(count):
        ending = WRITTEN[number % len(WRITTEN)]
        sentences = [chance.choice(prose) for _ in range(8)]
        content, said, locator = _made(ending, number, sentences, chance)
        yield ShortDocument(f"资料{number:04d}{ending}", content, said, locator)


def _made(ending: str, number: int, prose: list[str], chance: random.Random) -> tuple[bytes, str, str]:
    title = f"示例银行第{number}号业务管理办法"
    rule = f"第三条 第{number}号业务的单笔限额为{number * 37 + 5}万元，由分行审批。"
    clauses = [f"第一条 {prose[0]}", f"第二条 {prose[1]}", rule, f"第四条 {prose[2]}"]
    rows = [["品种", "余额（万元）", "利率"]]
    rows += [[f"品种{number}-{at}", f"{chance.randrange(10**6)}", f"{chance.random() * 4:.2f}%"] for at in range(12)]
    row = f"| {' | '.join(rows[7])} |"
    if ending == ".md":
        return _text(f"# {title}", clauses), rule, "第三条"
    if ending == ".txt":
        return "\n".join([title, *clauses]).encode("gb18030"), rule, "第三条"
    if ending == ".docx":
        document = office.word()
        document.add_heading(title, 0)
        office.word_list(document, 77, ("chineseCountingThousand", "第%1条"))
        for clause in clauses:
            office.listed(document, clause.split(" ", 1)[1], 77)
        table = document.add_table(rows=len(rows), cols=3)
        for line, cells in zip(rows, table.rows, strict=True):
            for text, cell in zip(line, cells.cells, strict=True):
                cell.text = text
        return office.saved(document), rule, "第三条"
    if ending == ".xlsx":
        values = [[title], ["单位：万元"], *rows]
        return office.saved(office.workbook({"明细": values, "说明": [[prose[3]]]})), row, "明细!A3:C15"
    if ending == ".pptx":
        return _deck(title, prose, rule), rule, "slide 2 第三条"
    if ending == ".html":
        body = "".join(f"<p>{clause}</p>" for clause in clauses)
        table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in rows)
        page = f"<html><head><meta charset=gb2312><title>{title}</title></head><body><nav>首页</nav><h1>{title}</h1>"
        return f"{page}<table>{table}</table>{body}</body></html>".encode("gb18030"), rule, "第三条"
    if ending == ".csv":
        return "\n".join(",".join(line) for line in rows).encode("gb18030"), row, "rows 1–13"
    if ending == ".eml":
        message = office.mail(title, "\n\n".join(prose[:4]), Date="Mon, 02 Nov 2026 09:00:00 +0800")
        office.attach(message, "明细.csv", "\n".join(",".join(line) for line in rows).encode("gbk"))
        return message.as_bytes(), row, "attachment 明细.csv rows 1–13"
    if ending == ".pdf":
        page = PdfPage().text(200, 80, title, 16)
        for at, clause in enumerate(clauses):
            page.text(70, 130 + 60 * at, f"　　{clause}".replace(" ", "　")[:42])
        return pdf_file([page], title), rule.split(" ", 1)[1], "p.1 第三条"
    return office.archive({"办法.md": _text(f"# {title}", clauses)}), rule, "第三条"


def _text(title: str, clauses: list[str]) -> bytes:
    return "\n\n".join([title, *clauses]).encode()


def _deck(title: str, prose: list[str], rule: str) -> bytes:
    deck = office.deck()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = title
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "授权与限额"
    for at, text in enumerate([prose[0], rule]):
        box = second.shapes.add_textbox(Inches(1), Inches(2 + 2 * at), Inches(8), Inches(1))
        box.text_frame.text = text
    return office.saved(deck)
