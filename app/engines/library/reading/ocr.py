"""Text in pictures: rapidocr with the models in its own package. Only this file knows it, OpenCV and onnxruntime.

The models are loaded at the first picture, from files that came with the package: nothing is ever downloaded.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from app.engines.library.reading.layout.page import Piece, Rule, Sheet
from app.engines.library.reading.layout.pieces import labelled
from app.engines.library.reading.scan_signs import chinese_signs, with_blanks

_THREADS = 2
"""Of the processor; two more speed it up by a tenth and leave nothing for those who chat meanwhile."""
_LONGEST_SIDE = 2400
"""Pixels in which text is looked for: A4 at 200 dpi. Letters of 6 points are still 16 pixels high there."""
_SMALLEST_TURN, _LARGEST_TURN = 0.15, 8.0
"""Degrees a page is straightened by: less is not seen, more is no scan that slipped."""
_POOR = 0.75
"""Mean certainty below which the page may stand on its head or lie on its side."""
_LETTERS = 0.74
"""Height of the letters (em) as a share of the box that is found around a line."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Scan:
    """A picture as it was read: straightened, with its lines in pixels of it."""

    image: Image.Image
    pieces: tuple[Piece, ...]
    rules: tuple[Rule, ...]
    certainty: float
    """Mean over the characters, 0 to 1."""


def sheet_of(image: Image.Image, number: int, width: float, height: float) -> Sheet:
    """The picture of a page of `width` x `height` points as a sheet."""
    scan = scanned(image)
    if (width > height) != (scan.image.width > scan.image.height):
        width, height = height, width  # it lay on its side
    by = width / scan.image.width
    pieces = labelled(with_blanks([piece.scaled(by) for piece in scan.pieces]))
    rules = tuple(rule.scaled(by) for rule in scan.rules)
    return Sheet(number, width, height, tuple(pieces), rules, scanned=True, certainty=scan.certainty)


def scanned(image: Image.Image) -> Scan:
    """The lines of a picture. A page that slipped is straightened, one on its side or its head is turned."""
    image = image.convert("RGB")
    turn = _skew(image)
    if abs(turn) >= _SMALLEST_TURN:
        image = image.rotate(turn, Image.Resampling.BICUBIC, fillcolor="white")
    best = _recognised(image)
    upright = sum(len(one.text) for one in best.pieces if one.bottom - one.top > 1.5 * (one.right - one.left) > 0)
    letters = sum(len(one.text) for one in best.pieces)
    if letters and (upright * 2 > letters or best.certainty < _POOR):
        for way in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180):
            other = _recognised(image.transpose(way))
            if _weight(other) > 1.2 * _weight(best):
                best = other
    return best


def _weight(scan: Scan) -> float:
    """How much was read with certainty."""
    flat = sum(len(one.text) for one in scan.pieces if one.right - one.left > one.bottom - one.top)
    return scan.certainty**2 * flat


def _recognised(image: Image.Image) -> Scan:
    import numpy

    pixels = numpy.asarray(image)[:, :, ::-1].copy()
    with _one_at_a_time:
        found = engine()(pixels)
    if found.txts is None:
        return Scan(image, (), (), 0.0)
    pieces = []
    weight = 0.0
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        left, top, right, bottom = box[:, 0].min(), box[:, 1].min(), box[:, 0].max(), box[:, 1].max()
        # Of the slanted box itself: the one around it is taller where the paper was bent.
        size = min(numpy.linalg.norm(box[0] - box[3]), numpy.linalg.norm(box[0] - box[1])) * _LETTERS
        pieces.append(
            Piece(chinese_signs(text.strip()), float(left), float(top), float(right), float(bottom), float(size))
        )
        weight += score * len(text)
    letters = sum(len(piece.text) for piece in pieces)
    return Scan(image, tuple(pieces), tuple(_ruled(pixels, pieces)), weight / max(1, letters))


@cache
def engine() -> Any:
    import cv2
    import rapidocr

    cv2.setNumThreads(_THREADS)
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(next(models.glob("*_det_*.onnx"))),
            "Rec.model_path": str(next(models.glob("*_rec_*.onnx"))),
        }
    )


def _skew(image: Image.Image) -> float:
    """Degrees by which the picture is to be turned against the clock so that its lines are level.

    Rows of ink are darkest and the gaps between them lightest when the lines are level: the angle at which the sums
    over the rows differ most from row to row, first in steps of half a degree, then of a twentieth.
    """
    import cv2
    import numpy

    grey = numpy.asarray(image.convert("L"))
    by = 900 / max(grey.shape)
    small = cv2.resize(grey, None, fx=by, fy=by, interpolation=cv2.INTER_AREA) if by < 1 else grey
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15).astype("float32")
    tall, wide = ink.shape

    def sharpness(angle: float) -> float:
        matrix = cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, 1.0)
        sums = cv2.warpAffine(ink, matrix, (wide, tall)).sum(axis=1)
        return float((numpy.diff(sums) ** 2).sum())

    steps = int(_LARGEST_TURN * 2)
    coarse = max((step / 2 for step in range(-steps, steps + 1)), key=sharpness)
    best = max((coarse + step / 20 for step in range(-9, 10)), key=sharpness)
    return best if sharpness(best) > 1.05 * sharpness(0.0) else 0.0


def _ruled(pixels: Any, pieces: Sequence[Piece]) -> list[Rule]:
    """Ruled lines: thin runs of ink that are longer than letters are high."""
    import cv2

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    tall, wide = grey.shape
    letters = median(piece.bottom - piece.top for piece in pieces)
    shortest = round(max(1.25 * letters, tall / 60, 12))
    if min(tall, wide) < 3 * shortest:
        return []
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 15)
    found = []
    for kernel in ((2 * shortest, 1), (1, shortest)):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, kernel))
        lines = cv2.dilate(lines, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
        for left, top, across, down, _ in cv2.connectedComponentsWithStats(lines)[2][1:]:
            if min(across, down) < 0.5 * letters:
                found.append(Rule(float(left), float(top), float(left + across), float(top + down)))
    return found
