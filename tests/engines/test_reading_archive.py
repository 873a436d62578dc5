"""Archives: each member a document of its own, and nothing in one that climbs, links, hides or explodes."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from app.core.errors import BadInput
from app.engines.library.reading import archive
from app.engines.library.reading.archive import members
from tests.engines.reading import SAY
from tests.files import office


def found(content: bytes) -> dict[str, bytes | str]:
    """Name -> bytes, or the code with which the member is refused."""
    names: dict[str, bytes | str] = {}
    for member in list(members(content, SAY)):
        try:
            names[member.name] = member.read()
        except BadInput as error:
            names[member.name] = error.code
    return names


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        list(members(content, SAY))
    return refused.value.code


def packed(name: bytes, flags: int = 0, extra: bytes = b"", mode: int = 0) -> bytes:
    """A ZIP whose only member has these bytes as its name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        entry = zipfile.ZipInfo("N" * len(name))
        entry.external_attr, entry.extra = mode << 16, extra
        opened.writestr(entry, "正文".encode())
    data = bytearray(content.getvalue().replace(b"N" * len(name), name))
    central = data.index(b"PK\1\2")
    for at in (6, central + 8):
        struct.pack_into("<H", data, at, flags)
    return bytes(data)


def test_members_come_in_their_order_without_what_systems_leave() -> None:
    content = office.archive(
        {
            "规定/一.md": b"1",
            "规定/": b"",
            "b.txt": b"2",
            "__MACOSX/._b.txt": b"x",
            ".DS_Store": b"x",
            "规定/~$一.docx": b"x",
            "Thumbs.db": b"x",
        }
    )
    assert found(content) == {"规定/一.md": b"1", "b.txt": b"2"}


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "big5"])
def test_names_are_read_in_the_encoding_of_the_packer(encoding: str) -> None:
    name = "銀行業務規定.txt" if encoding == "big5" else "银行业务规定.txt"
    assert list(found(packed(name.encode(encoding)))) == [name]


def test_the_name_of_the_extra_field_counts() -> None:
    name = "业务规定.txt".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, 0) + name
    assert list(found(packed(b"x.txt", extra=field))) == ["业务规定.txt"]


@pytest.mark.parametrize(
    "name", ["../out.md", "a/../../out.md", "/etc/out.md", "C:\\out.md", "..\\out.md", "a\nb.md", "a\x1b[2Jb.md"]
)
def test_a_path_that_leads_elsewhere_is_refused_alone(name: str) -> None:
    content = office.archive({name: b"x", "good.md": b"y"})
    codes = list(found(content).values())
    assert codes == ["DOCUMENT_NAME", b"y"]


def test_a_link_is_refused() -> None:
    assert list(found(packed(b"link.md", mode=0o120777)).values()) == ["DOCUMENT_LINK"]


def test_a_password_is_told() -> None:
    assert list(found(packed(b"a.md", flags=1)).values()) == ["DOCUMENT_ENCRYPTED"]


def test_an_archive_in_an_archive_is_refused() -> None:
    assert found(office.archive({"inner.zip": office.archive({"a.md": b"x"})})) == {"inner.zip": "ARCHIVE_NESTED"}


def test_a_damaged_member_is_refused_and_the_next_is_read() -> None:
    content = bytearray(office.archive({"a.md": b"A" * 50, "b.md": b"B" * 50}))
    at = content.index(b"a.md") + 4
    content[at] ^= 0xFF
    assert found(bytes(content)) == {"a.md": "DOCUMENT_BROKEN", "b.md": b"B" * 50}


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(office.archive({"a.txt": b"\0" * 2**22})) == "ARCHIVE_BOMB"
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1000)
    assert refusal(office.archive({"a.txt": bytes(range(256)) * 4})) == "ARCHIVE_BOMB"


def test_a_member_that_is_larger_than_it_says_gives_no_more_than_it_says() -> None:
    content = bytearray(office.archive({"a.txt": b"x" * 5000}))
    central = content.index(b"PK\1\2")
    struct.pack_into("<I", content, central + 24, 100)
    assert found(bytes(content)) == {"a.txt": "DOCUMENT_BROKEN"}


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    assert refusal(office.archive({f"{number}.md": b"x" for number in range(4)})) == "ARCHIVE_TOO_MANY"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "DOCUMENT_EMPTY"),
        (b"Rar!\x1a\x07\x01\0", "DOCUMENT_MISNAMED"),
        (b"PK\3\4 not really", "DOCUMENT_BROKEN"),
        (office.archive({"a.md": b"x" * 100})[:60], "DOCUMENT_BROKEN"),
    ],
)
def test_what_is_no_archive_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code
