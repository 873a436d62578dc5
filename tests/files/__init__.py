"""Files for tests, made on the fly: `make_file("clean.xlsx")`."""

from __future__ import annotations

from tests.files import credit, knowledge


def make_file(name: str) -> bytes:
    """The bytes of a known test file. Raises `KeyError` for any other name."""
    known = {**credit.MESSY, **credit.OTHERS, **credit.HOSTILE, **knowledge.DOCUMENTS}
    return known[name]()
