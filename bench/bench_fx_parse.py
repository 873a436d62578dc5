"""How well and how fast `fx parse` takes dealing sentences apart: our own sentences, one half kept aside.

    python bench/bench_fx_parse.py [--wrong]

`--wrong` prints each sentence of the half for tuning that was not read exactly.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from skills.fx.parse import parse

DATA = Path(__file__).parent / "data"
ROUNDS = 20


def read(name: str) -> list[dict[str, Any]]:
    """The sentences of one half: `text`, `today`, `expected`."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line]


def wrong(sentences: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The sentences not read exactly, with the elements that differ as (expected, read)."""
    found = []
    for one in sentences:
        read_as = parse(one["text"], date.fromisoformat(one["today"])).as_json()
        differing = {
            key: (one["expected"][key], read_as[key]) for key in read_as if read_as[key] != one["expected"][key]
        }
        if differing:
            found.append((one["text"], differing))
    return found


def milliseconds_per_line(sentences: list[dict[str, Any]]) -> float:
    """Mean over all sentences, after one warm round."""
    lines = [(one["text"], date.fromisoformat(one["today"])) for one in sentences]
    started = time.perf_counter()
    for _ in range(ROUNDS):
        for text, today in lines:
            parse(text, today)
    return (time.perf_counter() - started) * 1000 / (ROUNDS * len(lines))


def main() -> int:
    """Print the table; 0 when every target is reached."""
    tuned, aside = read("fx_sentences_dev.jsonl"), read("fx_sentences_kept_aside.jsonl")
    wrong_tuned, wrong_aside = wrong(tuned), wrong(aside)
    if "--wrong" in sys.argv:
        for text, differing in wrong_tuned:
            print(f"{text!r}: {differing}")
    rows = [
        (f"exact elements, {len(tuned)} sentences tuned on", 1 - len(wrong_tuned) / len(tuned), 0.97, True),
        (f"exact elements, {len(aside)} sentences kept aside", 1 - len(wrong_aside) / len(aside), 0.97, True),
        ("milliseconds per line", milliseconds_per_line(tuned + aside), 3.0, False),
    ]
    print("row | figure | target | ok")
    all_ok = True
    for name, figure, target, at_least in rows:
        ok = figure >= target if at_least else figure <= target
        all_ok = all_ok and ok
        print(f"{name} | {figure:.3f} | {'≥' if at_least else '≤'} {target} | {'yes' if ok else 'NO'}")
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main())
