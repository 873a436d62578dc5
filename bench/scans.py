"""Pages as a scanner or a telephone delivers them: own text in a Chinese font, noise, a slip, a stamp.

The pages' text is known to the letter, so that what OCR makes of them can be counted.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FONTS = tuple(
    Path("/usr/share/fonts/opentype/noto") / name for name in ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc")
)
"""Of the package fonts-noto-cjk, which `tests/setup.sh` installs beside the browser."""
SIMPLIFIED, TRADITIONAL = 2, 3
"""Faces of those collections."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A picture of a page and its text, line by line from top to bottom, cells from left to right."""

    image: Image.Image
    text: str
    kind: str


def fonts_there() -> list[Path]:
    """The fonts that this machine has; empty where it has none with Chinese."""
    return [path for path in FONTS if path.is_file()]


def pages(texts: list[str], seed: int = 7) -> Iterator[ScannedPage]:
    """A page for each text, with font, resolution, wear, table and stamp changing; the same for the same seed."""
    chance = random.Random(seed)
    fonts = fonts_there()
    kinds = ("clean", "noisy", "slipped", "stamped", "table", "photographed")
    for number, text in enumerate(texts):
        kind = kinds[number % len(kinds)]
        dpi = (150, 200, 300)[number // len(kinds) % 3]
        yield page(text, fonts[number % len(fonts)], dpi, kind, chance)


def page(text: str, font: Path, dpi: int, kind: str, chance: random.Random, face: int = SIMPLIFIED) -> ScannedPage:
    """A4 at `dpi` with as much of `text` as it holds in letters of 10.5 points."""
    by = dpi / 72
    image = Image.new("RGB", (round(595 * by), round(842 * by)), "white")
    draw = ImageDraw.Draw(image)
    letters = ImageFont.truetype(str(font), round(10.5 * by), index=face)
    lines = _lines(text, draw, letters, 435 * by)
    written = []
    y = 72 * by
    for line in lines[: 28 if kind == "table" else 34]:
        draw.text((80 * by, y), line, font=letters, fill=(20, 20, 25))
        written.append(line)
        y += 19 * by
    if kind == "table":
        written += _table(draw, letters, by, y + 6 * by, chance)
    if kind == "stamped":
        image = _stamped(image, font, by, chance)
    return ScannedPage(_worn(image, kind, chance), "\n".join(written), kind)


def _lines(text: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, wide: float) -> list[str]:
    found = []
    for paragraph in text.splitlines():
        line = ""
        for char in "　　" + paragraph.strip():
            if draw.textlength(line + char, font=font) > wide:
                found.append(line)
                line = ""
            line += char
        if line.strip():
            found.append(line)
    return found


def _table(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, by: float, top: float, chance: random.Random
) -> list[str]:
    names = ("项目", "期初余额", "本期增加", "期末余额")
    rows = [
        names,
        *(
            (label, *(f"{chance.randrange(10**6, 10**9) / 100:,.2f}" for _ in range(3)))
            for label in (
                "应收账款",
                "长期股权投资",
                "固定资产净值",
                "短期借款",
                "应付职工薪酬",
            )
        ),
    ]
    left, wide, tall = 80 * by, 108 * by, 20 * by
    for number in range(len(rows) + 1):
        draw.line(
            (left, top + number * tall, left + 4 * wide, top + number * tall),
            fill=(30, 30, 30),
            width=max(1, round(by / 2)),
        )
    for number in range(5):
        draw.line(
            (left + number * wide, top, left + number * wide, top + len(rows) * tall),
            fill=(30, 30, 30),
            width=max(1, round(by / 2)),
        )
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            draw.text((left + column * wide + 5 * by, top + number * tall + 3 * by), cell, font=font, fill=(20, 20, 25))
    return ["".join(row) for row in rows]


def _stamped(image: Image.Image, font: Path, by: float, chance: random.Random) -> Image.Image:
    """A red round stamp over the text, as transparent as ink."""
    ink = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(ink)
    radius = 58 * by
    x, y = chance.uniform(150, 420) * by, chance.uniform(200, 600) * by
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(205, 50, 45), width=round(3 * by))
    spikes = [
        (
            x + math.sin(k * math.pi / 5) * (20 if k % 2 == 0 else 8) * by,
            y - math.cos(k * math.pi / 5) * (20 if k % 2 == 0 else 8) * by,
        )
        for k in range(10)
    ]
    draw.polygon(spikes, fill=(205, 50, 45))
    return ImageChops.multiply(image, ink)


def _worn(image: Image.Image, kind: str, chance: random.Random) -> Image.Image:
    """What the machine does to it: a slip of up to five degrees, blur, noise, uneven light, compression."""
    noise = numpy.random.default_rng(chance.randrange(10**6))
    if kind != "clean":
        angle = chance.uniform(-1.0, 1.0) if kind != "slipped" else chance.choice((-1, 1)) * chance.uniform(2, 5)
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(250, 250, 248))
    if kind == "photographed":
        wide, tall = image.size
        slant = 0.02
        image = image.transform(
            image.size,
            Image.Transform.QUAD,
            (-slant * wide, 0, 0, tall, wide, tall * (1 + slant), wide * (1 + slant), -slant * tall),
            Image.Resampling.BICUBIC,
            fillcolor=(250, 250, 248),
        )
    if kind == "clean":
        return image
    image = image.filter(ImageFilter.GaussianBlur(0.6))
    pixels = numpy.asarray(image).astype("float32")
    pixels += noise.normal(0, 14 if kind == "noisy" else 6, pixels.shape[:2])[:, :, None]
    if kind == "photographed":
        shade = numpy.linspace(0.72, 1.0, pixels.shape[1])[None, :, None]
        pixels *= shade
    if kind == "noisy":
        specks = noise.random(pixels.shape[:2])
        pixels[specks < 0.0008] = 60
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))
