"""Which words of a passage a citation quotes, as a pointer that says nothing: addresses end in logs, quotes must not.

`31-0f9ac2` is the quote's length in characters and 24 bits of its CRC-32: enough to find it again in its document, also
when its passage was cut differently since, and too little to guess it from.
"""

from __future__ import annotations

import re
import zlib

_MARK = re.compile(r"([0-9]{1,5})-([0-9a-f]{6})")


def quote_mark(quote: str) -> str:
    """The pointer of a quote."""
    return f"{len(quote)}-{_sum(quote):06x}"


def marked_url(url: str, quote: str) -> str:
    """`url` of a passage, pointing at the quote in it and at no other."""
    url = url.partition("&mark=")[0]
    return f"{url}{'&' if '?' in url else '?'}mark={quote_mark(quote)}" if url and quote else url


def found_by_mark(text: str, mark: str) -> tuple[int, int] | None:
    """Where the quote stands in `text`: its first character and the one behind its last; None where it does not."""
    said = _MARK.fullmatch(mark)
    if not said:
        return None
    length, wanted = int(said[1]), int(said[2], 16)
    if not length:
        return None
    last = len(text) - length
    start = next((at for at in range(last + 1) if _sum(text[at : at + length]) == wanted), None)
    return None if start is None else (start, start + length)


def _sum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) & 0xFFFFFF
