"""Whatever bytes a file has: it is read, or refused with a code and a sentence. Never anything else."""

from __future__ import annotations

import random
import zipfile
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.engines.library.passages import passages_of
from app.engines.library.reading import OLD_FORMATS, READERS, read_document
from app.engines.library.reading.archive import members
from tests.engines.reading import SAY, refusal
from tests.files import office

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
OFFICE = (".docx", ".xlsx", ".pptx")


@cache
def sample(ending: str) -> bytes:
    """A small file of each format with something of everything in it."""
    if ending in (".xlsx", ".xlsm"):
        book = office.workbook({"表一": [["项目", "金额", "日期"], ["甲", 1234.5, "=1+1"], ["乙", -2, True]], "空": []})
        book["表一"].merge_cells("A1:B1")
        return office.saved(book)
    if ending == ".docx":
        document = office.word("示例银行保函规程", "第一条 保函由分行审批。", "一、总则")
        office.word_list(document, 77, ("chineseCounting", "第%1条"))
        office.listed(document, "第二款", 77)
        table = document.add_table(rows=2, cols=2)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
        return office.saved(document)
    if ending == ".pptx":
        deck = office.deck()
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = "标题", "正文\n第二行"
        slide.notes_slide.notes_text_frame.text = "备注"
        return office.saved(deck)
    if ending == ".eml":
        message = office.mail("主题", "正文\n\n第二段")
        office.attach(message, "a.csv", sample(".csv"))
        office.attach(message, "b.xlsx", sample(".xlsx"))
        return message.as_bytes()
    if ending == ".zip":
        return office.archive({"一.md": sample(".md"), "b/二.csv": sample(".csv")})
    page = "<html><body><h1>标题</h1><ul><li>一<ol><li>二</ol></ul><table><tr><th>a<td rowspan=2>b<tr><td>c</table>"
    texts = {
        **dict.fromkeys((".html", ".htm", ".xhtml"), page),
        ".csv": '期限,利率\n"一,年",1.35\n',
        ".tsv": "期限\t利率\n一年\t1.35\n",
        ".txt": "第一章 总则\n第一条 甲。\n问：怎样？\n答：这样。",
    }
    text = texts.get(ending, "---\ntitle: 办法\n---\n# 标题\n\n第一条 甲。\n\n| a | b |\n| --- | --- |\n| 1 | 2 |")
    return text.encode()


MINE = tuple(sorted({".xlsx", ".docx", ".pptx", ".eml", ".html", ".csv", ".tsv", ".txt", ".md"}))


def is_read_or_refused(ending: str, content: bytes) -> None:
    try:
        document = read_document(f"a{ending}", content, SAY)
    except BadInput as refused:
        assert refused.code and refused.message
        return
    for block in document.blocks:
        assert 0 <= block.start < block.end <= len(document.text)
    found = passages_of(document)
    assert len({one.locator for one in found}) == len(found)
    for one in found:
        assert one.text and one.text in document.text
        assert "".join(one.text[start:stop] for start, stop in one.parts) == one.text


@pytest.mark.parametrize("ending", MINE)
def test_the_samples_are_read(ending: str) -> None:
    assert read_document(f"a{ending}", sample(ending), SAY).blocks


@pytest.mark.parametrize("ending", MINE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(ending: str, content: bytes) -> None:
    is_read_or_refused(ending, content)
    head = sample(ending)[:64]
    is_read_or_refused(ending, head + content)


@pytest.mark.parametrize("ending", MINE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(share=st.floats(0, 1))
def test_a_file_that_is_cut_off_is_read_or_refused(ending: str, share: float) -> None:
    content = sample(ending)
    is_read_or_refused(ending, content[: int(len(content) * share)])


@pytest.mark.parametrize("ending", MINE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_file_with_wrong_bytes_is_read_or_refused(ending: str, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(sample(ending))
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    is_read_or_refused(ending, bytes(content))


@pytest.mark.parametrize("ending", OFFICE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_an_office_file_with_wrong_xml_is_read_or_refused(ending: str, seed: int) -> None:
    """Wrong bytes in a ZIP fail at its checksum: here the parts themselves are wrong."""
    import io

    chance = random.Random(seed)
    content = sample(ending)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        name = chance.choice(names)
        part = bytearray(archive.read(name))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(part))
        way = chance.randrange(4)
        if way == 0:
            part[at] = chance.randrange(256)
        elif way == 1:
            del part[at : at + chance.randint(1, 40)]
        elif way == 2:
            part[at:at] = part[at : at + chance.randint(1, 40)]
        else:
            digits = [place for place, byte in enumerate(part) if chr(byte).isdigit()]
            if digits:
                part[chance.choice(digits)] = ord(chance.choice("0123456789-.eE"))
        part = part or bytearray(b" ")
    is_read_or_refused(ending, office.rewritten(content, {name: bytes(part)}))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), share=st.floats(0, 1))
def test_an_archive_of_any_bytes_is_opened_or_refused(seed: int, share: float) -> None:
    chance = random.Random(seed)
    content = bytearray(sample(".zip"))
    for _ in range(chance.randint(0, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    try:
        for member in members(bytes(content[: int(len(content) * share) + 1]), SAY):
            try:
                assert isinstance(member.read(), bytes)
            except BadInput as refused:
                assert refused.code
    except BadInput as refused:
        assert refused.code


@pytest.mark.parametrize("ending", OFFICE)
@pytest.mark.parametrize(
    ("what", "code"),
    [
        (lambda ending: b"", "DOCUMENT_EMPTY"),
        (lambda ending: PDF, "DOCUMENT_MISNAMED"),
        (lambda ending: b"<html><body>x</body></html>", "DOCUMENT_MISNAMED"),
        (lambda ending: sample(".md"), "DOCUMENT_MISNAMED"),
        (lambda ending: sample(".zip"), "DOCUMENT_MISNAMED"),
        (lambda ending: sample(OFFICE[OFFICE.index(ending) - 1]), "DOCUMENT_MISNAMED"),
        (lambda ending: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "DOCUMENT_ENCRYPTED"),
        (lambda ending: OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "DOCUMENT_OLD_FORMAT"),
        (lambda ending: sample(ending)[: len(sample(ending)) // 2], "DOCUMENT_BROKEN"),
        (lambda ending: office.rewritten(sample(ending), {"docProps/bomb.xml": b"\0" * 2**22}), "ARCHIVE_BOMB"),
        (
            lambda ending: office.rewritten(sample(ending), {"customXml/a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
            "DOCUMENT_ENTITIES",
        ),
        (
            lambda ending: office.rewritten(
                sample(ending), {"customXml/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".encode("utf-16")}
            ),
            "DOCUMENT_ENTITIES",
        ),
    ],
)
def test_an_office_file_that_is_none_says_why(ending: str, what: object, code: str) -> None:
    assert callable(what)
    assert refusal(f"a{ending}", what(ending)) == code


@pytest.mark.parametrize("ending", sorted(OLD_FORMATS))
def test_old_formats_say_what_to_do(ending: str) -> None:
    assert refusal(f"a{ending}", b"<html>HTML named so</html>") == "DOCUMENT_OLD_FORMAT"


def test_a_huge_picture_inside_is_not_opened() -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0"
    parts = {"word/media/image1.png": head + random.Random(1).randbytes(2**20)}
    assert "保函" in read_document("a.docx", office.rewritten(sample(".docx"), parts), SAY).text


def test_every_reader_gives_way_to_who_stops_it() -> None:
    class Stopped(Exception):
        pass

    def stop(page: int, of: int) -> None:
        raise Stopped

    for ending in (".xlsx", ".pptx", ".docx", ".eml"):
        with pytest.raises(Stopped):
            read_document(f"a{ending}", sample(ending), SAY, stop)


def test_every_ending_has_a_reader_and_no_old_one() -> None:
    assert set(MINE) <= READERS.keys()
    assert not OLD_FORMATS & READERS.keys()
