"""How well and how fast `fx parse` takes dealing sentences apart, on own sentences.

`fx_sentences_kept_aside.jsonl` was written before the grammar and not looked at while tuning. Of
`fx_sentences_dev.jsonl` the first 91 were written before it too; the others are what the grammar reads today, read
over by a person, so that it goes on reading them so.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from bench.table import Row, show
from skills.fx.parse import parse

DATA = Path(__file__).parent / "data"


def main(arguments: Sequence[str] = ()) -> int:
    """`--wrong` prints what is read otherwise among the sentences that may be looked at."""
    parse("买100万美元，三个月远期", date(2026, 3, 10))  # QuantLib is loaded once, not per line
    tuned, aside = _read("fx_sentences_dev.jsonl"), _read("fx_sentences_kept_aside.jsonl")
    wrong_tuned, wrong_aside = _wrong(tuned), _wrong(aside)
    if "--wrong" in arguments:
        for text, differing in wrong_tuned:
            print(f"{text!r}: {differing}")
    share_aside, share_tuned = 1 - len(wrong_aside) / len(aside), 1 - len(wrong_tuned) / len(tuned)
    times = sorted(_milliseconds(one) for _ in range(5) for one in tuned + aside)
    slow = times[int(len(times) * 0.99)]
    return show(
        [
            Row(
                f"all elements exact, {len(aside)} sentences kept aside",
                f"{share_aside:.3f}",
                ">= 0.97",
                share_aside >= 0.97,
            ),
            Row(f"all elements exact, {len(tuned)} looked at while tuning", f"{share_tuned:.3f}"),
            Row("per line, median", f"{median(times):.2f} ms", "<= 3 ms", median(times) <= 3),
            Row("per line, 99th percentile", f"{slow:.2f} ms", "<= 3 ms", slow <= 3),
        ]
    )


def _read(name: str) -> list[dict[str, Any]]:
    """Sentences with `text`, `today`, `expected`."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _wrong(sentences: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The sentences not read exactly, with the elements that differ as (expected, read)."""
    found = []
    for one in sentences:
        read = parse(one["text"], date.fromisoformat(one["today"])).as_json()
        differing = {key: (one["expected"][key], read[key]) for key in read if read[key] != one["expected"][key]}
        if differing:
            found.append((one["text"], differing))
    return found


def _milliseconds(sentence: dict[str, Any]) -> float:
    today = date.fromisoformat(sentence["today"])
    started = time.perf_counter()
    parse(sentence["text"], today)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
