"""PPTX: each slide's title, texts in reading order, tables, charts, notes. Only this file knows python-pptx."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.office_file import check_office_file
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.written import Written

MOST_SLIDES = 2_000
_DEEPEST_GROUP = 20
_SAME_LINE = 0.04
"""Of the slide's height: shapes that begin so close to each other stand side by side."""
_LONGEST_TITLE = 60
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """`slide 4` is the place of what stands on it, `slide 4 notes` of its notes. Hidden slides and shapes are left out.

    Raises `BadInput`: another kind of file, a password, damaged, too many slides.
    """
    check_office_file(content, "ppt", say)
    written = Written()
    hidden = []
    from pptx import Presentation

    try:
        show = Presentation(io.BytesIO(content))
        slides = list(show.slides)
    except Exception:  # python-pptx and the XML parser break in many ways on files that are not what they say
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
    if len(slides) > MOST_SLIDES:
        raise BadInput("DOCUMENT_TOO_LONG", say("document_too_long", pages=len(slides), limit=MOST_SLIDES))
    size = (int(show.slide_width or 0), int(show.slide_height or 0))
    for number, slide in enumerate(slides, start=1):
        pages(number, len(slides))
        if slide._element.get("show") in ("0", "false"):
            hidden.append(str(number))
            continue
        try:
            _read_slide(written, slide, f"slide {number}", size)
        except Exception:  # as above: parts are parsed when they are asked for
            raise BadInput("DOCUMENT_BROKEN", say("document_page_broken", page=number)) from None
    if hidden:
        written.left_out.append(say("left_out_slides", numbers="、".join(hidden)))
    return written.reading()


def _read_slide(written: Written, slide: Any, place: str, size: tuple[int, int]) -> None:
    shapes = list(_in_order(slide.shapes, size))
    title = slide.shapes.title
    titled = _text(title).strip() if title is not None and _seen(title, size) else ""
    if not titled:
        # Some draw the title as any other text; where there is none, the slide's number stands over what is on it.
        first = next((line for shape in shapes for line in _lines(shape)), "")
        titled = first if 0 < len(first) <= _LONGEST_TITLE else place
        title = None
    said = Written()
    for shape in shapes:
        if title is not None and shape.shape_id == title.shape_id:
            continue
        _read_shape(said, shape, place)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    noted = _frame_text(notes).strip() if notes is not None else ""
    if said.blocks or noted or titled != place:
        written.heading(" ".join(titled.split()), 1, place)
    for block, text in zip(said.blocks, said.pieces, strict=True):
        if text != titled or title is not None:
            written.block(block.kind, text, block.place, block.level, block.above)
    if noted:
        written.block("paragraph", noted, f"{place} notes")


def _read_shape(written: Written, shape: Any, place: str) -> None:
    if getattr(shape, "has_table", False) and shape.has_table:
        rows = [[_cell(cell) for cell in row.cells] for row in shape.table.rows]
        written.table(rows, 1 if shape.table.first_row and len(rows) > 1 else 0, place)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _read_chart(written, shape.chart, place)
    else:
        # One text box is one thought: its lines stay together.
        written.block("paragraph", "\n".join(_lines(shape)), place)


def _read_chart(written: Written, chart: Any, place: str) -> None:
    """A chart's figures as the table they are drawn from."""
    plots = list(chart.plots)
    names = [str(name) for name in plots[0].categories] if plots else []
    series = [one for plot in plots for one in plot.series]
    if chart.has_title and chart.chart_title.has_text_frame:
        written.block("paragraph", _frame_text(chart.chart_title.text_frame), place)
    if names and series:
        rows = [["", *(str(one.name or "") for one in series)]]
        values = [list(one.values) for one in series]
        for at, name in enumerate(names):
            figures = [column[at] if at < len(column) else None for column in values]
            rows.append([name, *("" if figure is None else f"{figure:.15g}" for figure in figures)])
        written.table(rows, 1, place)


def _lines(shape: Any) -> Iterator[str]:
    text = _text(shape)
    for line in text.split("\n"):
        if line.strip():
            yield line.strip()


def _text(shape: Any) -> str:
    if getattr(shape, "has_text_frame", False) and shape.has_text_frame:
        return _frame_text(shape.text_frame)
    return _diagram_text(shape)


def _frame_text(frame: Any) -> str:
    """Paragraphs as lines; a vertical tab is python-pptx's line break within one."""
    return "\n".join(paragraph.text.replace("\v", "\n") for paragraph in frame.paragraphs)


def _diagram_text(shape: Any) -> str:
    """The words of a SmartArt drawing, which lie in a part of their own."""
    found = shape._element.find(f".//{{{_DIAGRAM}}}relIds")
    relation = found.get(f"{_RELATION}dm") if found is not None else None
    if not relation:
        return ""
    from lxml import etree

    part = shape.part.related_part(relation)
    tree = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    paragraphs = ("".join(piece.text or "" for piece in one.iter(f"{_DRAWING}t")) for one in tree.iter(f"{_DRAWING}p"))
    return "\n".join(paragraph for paragraph in paragraphs if paragraph.strip())


def _cell(cell: Any) -> str:
    return "" if cell.is_spanned else " ".join(_frame_text(cell.text_frame).split())


def _in_order(shapes: Iterable[Any], size: tuple[int, int], depth: int = 0) -> Iterator[Any]:
    """What is to be seen, from the top down, side by side from left to right; a group is one of its neighbours."""
    line = max(1, int(size[1] * _SAME_LINE))
    lines: list[list[Any]] = []
    for shape in sorted((one for one in shapes if _seen(one, size)), key=lambda one: one.top or 0):
        if lines and (shape.top or 0) - (lines[-1][0].top or 0) <= line:
            lines[-1].append(shape)
        else:
            lines.append([shape])
    for row in lines:
        for shape in sorted(row, key=lambda one: one.left or 0):
            if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP:
                yield from _in_order(shape.shapes, size, depth + 1)
            else:
                yield shape


def _seen(shape: Any, size: tuple[int, int]) -> bool:
    """False for what nobody sees on the slide, hidden or beside it: a place for orders to programs."""
    about = shape._element.find(".//{*}cNvPr")
    if about is not None and about.get("hidden") in ("1", "true"):
        return False
    if None in (shape.left, shape.top, shape.width, shape.height) or shape._element.getparent().tag.endswith("}grpSp"):
        return True  # takes its place from the layout, or from the group
    beside = (
        shape.left >= size[0] or shape.top >= size[1] or shape.left + shape.width <= 0 or shape.top + shape.height <= 0
    )
    return not beside
