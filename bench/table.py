"""One table for every measurement: what, our figure, the floor measured beside it, what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `reached` is None where there is nothing to reach (a floor, a remark)."""

    what: str
    figure: str
    target: str = ""
    reached: bool | None = None
    floor: str = ""


def show(rows: list[Row]) -> int:
    """Print the rows. Returns 1 when one of them misses its target."""
    head = Row("what", "figure", "to reach", None, "floor")
    widths = [max(len(getattr(row, name)) for row in (head, *rows)) for name in ("what", "figure", "floor", "target")]
    for row in (head, *rows):
        mark = {None: "", True: "ok", False: "MISSED"}[row.reached]
        cells = (row.what, row.figure, row.floor, row.target)
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), mark)
    return int(any(row.reached is False for row in rows))
