"""Contradicting figures between documents: which planted ones are found, which are wrong, and how long it takes.

Every document of `knowledge/` and `bench/data/situations/` gets a notice beside it that repeats one of its sentences
with another figure. None of the documents contradicts another by itself, so any other finding is wrong.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.texts import Texts
from app.engines.library.comparing.likeness import Piece, likenesses
from app.engines.library.passages import passages_of
from app.engines.library.reading import read_document

ROOT = Path(__file__).parents[1]
_SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")
_FIGURE = re.compile(r"(?<![\d,.第])(\d+) ?(?:元|万元|个工作日|%|日|天|个月|年|小时)")
_MANY = 1000


def main() -> int:
    """Print the table; 1 where a target is missed."""
    files = sorted([*(ROOT / "knowledge").rglob("*.md"), *(ROOT / "bench/data/situations").rglob("*.md")])
    documents = [(path.stem, _pieces(number, path)) for number, path in enumerate(files)]
    plain = [piece for _, pieces in documents for piece in pieces]
    notices = list(filter(None, (_notice(number, pieces) for number, (_, pieces) in enumerate(documents))))
    found = [one for one in likenesses([*plain, *notices], _url) if one.kind == "figures"]
    right = {pair for one in found if (pair := frozenset((one.one.source, one.other.source))) in _planted(notices)}
    wrong = len(found) - sum(frozenset((one.one.source, one.other.source)) in _planted(notices) for one in found)
    many = [_copy(number, plain) for number in range(_MANY * len(plain) // len(documents))]
    begun = time.perf_counter()
    likenesses(many, _url)
    seconds = time.perf_counter() - begun
    rows = [
        ("planted contradictions found", f"{len(right) / len(notices):.2f} of {len(notices)}", "-", True),
        ("reported wrongly", str(wrong), "0", wrong == 0),
        (f"{_MANY} documents ({len(many)} passages)", f"{seconds:.1f} s", "<= 60 s", seconds <= 60),
    ]
    for what, figure, target, good in rows:
        print(f"{what:40} {figure:>14} {target:>9}  {'ok' if good else 'MISSED'}")
    return 0 if all(good for *_, good in rows) else 1


def _pieces(number: int, path: Path) -> list[Piece]:
    document = read_document(path.name, path.read_bytes(), _SAY)
    source = f"rules/{number}.md"
    return [Piece(source, one.locator, "v", document.title, "", one.text) for one in passages_of(document)]


def _notice(number: int, pieces: Sequence[Piece]) -> Piece | None:
    """A notice with one sentence of the document, its figure raised by seven."""
    told = [(piece, found) for piece in pieces if "|" not in piece.text for found in _FIGURE.finditer(piece.text)]
    if not told:
        return None
    piece, found = random.Random(number).choice(told)
    start = max(piece.text.rfind(end, 0, found.start()) for end in "。；\n") + 1
    stop = min([at for end in "。；" if (at := piece.text.find(end, found.end())) > 0] or [len(piece.text)])
    sentence = piece.text[start : found.start(1)] + str(int(found[1]) + 7) + piece.text[found.end(1) : stop]
    return Piece(f"notices/{number}.md", "¶1", "v", f"关于{piece.title}有关事项的通知", "", f"{sentence.strip()}。")


def _planted(notices: Sequence[Piece]) -> set[frozenset[str]]:
    return {frozenset((one.source, one.source.replace("notices", "rules"))) for one in notices}


def _copy(number: int, plain: Sequence[Piece]) -> Piece:
    """A passage of another document, half of its clauses changed for others."""
    rng, piece = random.Random(number), plain[number % len(plain)]
    others = rng.choice(plain).text.split("，")
    text = "，".join(clause if rng.random() < 0.5 else rng.choice(others) for clause in piece.text.split("，"))
    return Piece(f"many/{number // 13}.md", str(number), "v", f"{piece.title}{number}", "", text)


def _url(source: str, locator: str, version: str) -> str:
    return source


if __name__ == "__main__":
    raise SystemExit(main())
