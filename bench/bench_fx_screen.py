"""How well names are screened: OFAC's list of 2021 with its aliases, people on no list, labelled pairs of names.

The public data lies beside the checkout or where `DESKMATE_BENCH_DATA` says; without it there is nothing to measure.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.table import Row, show
from skills.fx.screen import THRESHOLD, Entry, WatchList, read_list, screen

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data") / "sanctions_lists"
SAMPLE = 300


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table; there is no target but speed, the rest is told."""
    if not DATA.is_dir():
        return show([Row("public lists", "not here")])
    lists = [read_list(DATA / "lists" / "ofac_sdn_2021.csv"), read_list(DATA / "lists" / "ofac_alt_2021.csv")]
    chosen = random.Random(1)
    aliases = chosen.sample(_lines("dev/sdn_alias_pairs.jsonl"), SAMPLE)
    clean = chosen.sample(_people_on_no_list(), SAMPLE)
    screen("warm", lists)
    started = time.perf_counter()
    alarms = sum(bool(screen(name, lists)) for name in clean) / SAMPLE
    milliseconds = 1000 * (time.perf_counter() - started) / SAMPLE
    found = sum(any(match.entry == one["ent_num"] for match in screen(one["alias"], lists)) for one in aliases) / SAMPLE
    precision, recall = _pairs(_lines("dev/name_pairs.jsonl"))
    return show(
        [
            Row("listed aliases found", f"{found:.3f}", ">= 0.99", found >= 0.99),
            Row("people on no list with an alarm", f"{alarms:.3f}"),
            Row(f"labelled pairs at {THRESHOLD}: precision", f"{precision:.3f}"),
            Row(f"labelled pairs at {THRESHOLD}: recall", f"{recall:.3f}"),
            Row("per name against 20,886 spellings", f"{milliseconds:.1f} ms"),
        ]
    )


def _pairs(pairs: list[dict[str, str]]) -> tuple[float, float]:
    hits = [
        (bool(screen(pair["name1"], [WatchList("pair", (Entry("1", pair["name2"]),))])), pair["is_match"] == "true")
        for pair in pairs
    ]
    true = sum(hit and same for hit, same in hits)
    return true / max(1, sum(hit for hit, _ in hits)), true / max(1, sum(same for _, same in hits))


def _people_on_no_list() -> list[str]:
    """Members of a parliament: names as ordinary as customers'."""
    lines = (DATA / "lists" / "us_congress_senzing.jsonl").read_text(encoding="utf-8").splitlines()
    return [name["NAME_FULL"] for line in lines for name in json.loads(line)["NAMES"] if name["NAME_TYPE"] == "PRIMARY"]


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
