"""Tokens within words that come in pieces: citation marks `[3]`, and what looks like a placeholder."""

from __future__ import annotations

from collections.abc import Callable

import regex

TYPES = (
    "PERSON|CN_ID_CARD|PHONE|BANK_CARD|USCC|EMAIL|ADDRESS|PASSPORT|PLATE|ACCOUNT|DATE_OF_BIRTH|IBAN|US_SSN|IP_ADDRESS"
    "|ORGANIZATION|LITERAL"
)
"""The contract's types of personal data, and the one of a placeholder that a person typed."""

_MARK = r"(?P<mark>\[(?P<number>\d{1,2})\])"
# Angle brackets in any case and spelling; other brackets and none only where it cannot be an ordinary word.
_PLACEHOLDER = (
    rf"(?P<placeholder>(?:<|＜|&lt;|《|〈)\s?(?i:{TYPES})[ _-]?\d{{1,9}}(?:\s?(?:>|＞|&gt;|》|〉))?"
    rf"|[\[【{{]\s?(?:(?:{TYPES})[ _-]?|(?i:{TYPES})[_-])\d{{1,9}}(?:\s?[\]】}}])?"
    rf"|(?<![A-Za-z0-9_])(?:{TYPES})_\d{{1,9}})"
)
_MARKS = regex.compile(_MARK)
_BOTH = regex.compile(f"{_MARK}|{_PLACEHOLDER}")
_STARTS = regex.compile(r"[\[<＜&《〈【{A-Z]")
_NAME = regex.compile(rf"(?i:({TYPES}))[ _-]?(\d{{1,9}})")
_CLOSED = ">＞;》〉]】}"
_CLOSING = regex.compile(r"\s?(?:&(?:g(?:t)?)?)?")
"""What may still become the closing bracket of a token that is complete without it."""

Change = Callable[[str], str]


def placeholder_meant(token: str) -> str:
    """The placeholder that `token` stands for, as this house writes it: `[person 1]` means `<PERSON_1>`."""
    found = _NAME.search(token)
    assert found, "only what looks like a placeholder is asked about"
    return f"<{found[1].upper()}_{found[2]}>"


class TokenStream:
    """Changes tokens in words that come in pieces. Held back is only a tail that could still become a token."""

    def __init__(self, *, mark: Callable[[int], str] | None = None, placeholder: Change | None = None) -> None:
        """`mark` gets a citation mark's number, `placeholder` the token as written; None leaves them as they are."""
        self._mark = mark
        self._placeholder = placeholder
        self._pattern = _BOTH if placeholder else _MARKS
        self._before = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be said now."""
        return self._changed(piece, ended=False)

    def close(self) -> str:
        """The tail, which no longer can become a token."""
        return self._changed("", ended=True)

    def _changed(self, piece: str, *, ended: bool) -> str:
        if not self._held and not _STARTS.search(piece):
            self._before = piece[-1:] or self._before
            return piece
        text = self._before + self._held + piece
        at, done, out = len(self._before), len(self._before), []
        cut = len(text)
        while found := self._pattern.search(text, at, partial=not ended):
            if found.partial or not (ended or found[0][-1] in _CLOSED or not _CLOSING.fullmatch(text, found.end())):
                cut = found.start()
                break
            out += [text[done : found.start()], self._put(found)]
            at = done = found.end()
        out.append(text[done:cut])
        self._held = text[cut:]
        self._before = text[cut - 1 : cut]
        return "".join(out)

    def _put(self, found: regex.Match[str]) -> str:
        if found["mark"]:
            return self._mark(int(found["number"])) if self._mark else found[0]
        return self._placeholder(found[0]) if self._placeholder else found[0]
