"""Office files, pages, mails and archives for tests, made with the libraries that write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

from docx import Document as WordDocument
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from openpyxl import Workbook
from pptx import Presentation

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document: Any) -> bytes:
    """The bytes of a document that has a `save`."""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> Any:
    """A workbook; None is an empty cell."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def deck() -> Any:
    """An empty presentation."""
    return Presentation()


def word(*paragraphs: str) -> Any:
    """A Word document with these paragraphs."""
    document = WordDocument()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return document


def word_part(document: Any, kind: str, xml: str) -> None:
    """Adds `word/<kind>.xml` (footnotes, endnotes) with this content."""
    part = Part(PackURI(f"/word/{kind}.xml"), f"{_WORD}.{kind}+xml", xml.encode(), document.part.package)
    document.part.relate_to(part, f"{_RELATIONS}/{kind}")


def word_run(paragraph: Any, xml: str) -> None:
    """Adds a run with this content to a paragraph."""
    paragraph._p.append(parse_xml(f"<w:r {W}>{xml}</w:r>"))


def word_list(document: Any, number: int, *levels: tuple[str, str]) -> None:
    """Defines list `number`; each level is (format, text): `("chineseCounting", "第%1条")`."""
    numbering = document.part.numbering_part.element
    written = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(levels)
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="{number}">{written}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'))


def listed(document: Any, text: str, number: int, level: int = 0) -> Any:
    """A paragraph of list `number`."""
    paragraph = document.add_paragraph(text)
    mark = f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(mark))
    return paragraph


def mail(subject: str, text: str, **heads: str) -> EmailMessage:
    """A mail in plain text."""
    message = EmailMessage()
    message["Subject"] = subject
    for name, value in {"From": "王芳 <wang@example.com>", "To": "li@example.com", **heads}.items():
        message[name] = value
    message.set_content(text)
    return message


def attach(message: EmailMessage, name: str, content: bytes) -> None:
    """Attaches a file."""
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return content.getvalue()


def rewritten(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """An Office file with some of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        files = {entry.filename: opened.read(entry) for entry in opened.infolist()}
    return archive({**files, **parts})
