"""A person's data that is looked for, however it is written."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Literal

from app.core.errors import BadInput
from app.core.texts import Texts

_BETWEEN = r"[\s\-‐–—·.]*"  # what people put between the figures of a number
_LATIN = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_FULL_WIDTH = 0xFEE0  # from `!` to `！`
_SHORTEST = {"name": 2, "value": 6}  # signs; anything shorter stands everywhere
_LARGEST_PART = 64 * 2**20  # bytes of one unpacked part of an office file
_MARKUP = re.compile(r"<[^>]*>")


class Wanted:
    """One value: `name` is found as it stands, `value` also in the middle of other words, in any grouping or width."""

    def __init__(self, value: str, kind: Literal["name", "value"], texts: Texts) -> None:
        signs = [sign for sign in unicodedata.normalize("NFKC", value) if not re.fullmatch(_BETWEEN[:-1], sign)]
        if len(signs) < _SHORTEST[kind]:
            raise BadInput("FORGET_SHORT", texts("forget_short", shortest=_SHORTEST[kind]))
        self._kind = kind
        between = _BETWEEN if kind == "value" else r"\s*"
        before = f"(?<![{_LATIN}])" if signs[0].isascii() else ""
        behind = f"(?![{_LATIN}])" if signs[-1].isascii() else ""
        self._pattern = re.compile(before + between.join(map(_any_width, signs)) + behind, re.IGNORECASE)

    def is_(self, kept: str) -> bool:
        """Whether the vault's value `kept` is it: a longer name is another person, an address with a number is not."""
        if self._kind == "name":
            return self._pattern.fullmatch(kept.strip()) is not None
        return self.stands_in(kept)

    def stands_in(self, text: str) -> bool:
        """Whether it stands anywhere in `text`."""
        return self._pattern.search(text) is not None

    def replaced(self, text: str, by: str) -> str:
        """`text` with `by` in its place."""
        return self._pattern.sub(lambda _: by, text)

    def in_file(self, content: bytes) -> bool | None:
        """Whether it stands in a file's text; None where the file cannot be looked into (pictures, PDF, archives)."""
        if content.startswith(b"PK"):
            return self._in_office_file(content)
        if b"\0" in content[:4096] or content.startswith(b"%PDF"):
            return None
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return self.stands_in(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        return None

    def _in_office_file(self, content: bytes) -> bool | None:
        """Word, Excel: XML in a zip. Marks are taken out first: a word is often cut by them."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
                if not parts or any(one.file_size > _LARGEST_PART for one in parts):
                    return None
                return any(self.stands_in(_text_of(archive.read(one))) for one in parts)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            return None


def _any_width(sign: str) -> str:
    wide = chr(ord(sign) + _FULL_WIDTH) if "!" <= sign <= "~" else ""
    return f"[{re.escape(sign)}{wide}]" if wide else re.escape(sign)


def _text_of(part: bytes) -> str:
    """The words of an XML part; cells and paragraphs stay apart."""
    text = part.decode("utf-8", "replace")
    return _MARKUP.sub("", re.sub(r"</(?:w:p|w:tc|si|c|v|t|a:p)>", "\n", text))
