"""How often the right assistant is chosen, and how long that takes, on own sentences over four assistants and nobody.

`route_dev.jsonl` was looked at while tuning; `route_kept_aside.jsonl` was written first and not looked at. Where the
public sets lie beside the checkout, their sentences (bank customers' questions, everyday requests) count as nobody's.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from app.core.assistant import load_assistants
from app.core.ports import Knowledge
from app.core.settings import Settings, read_settings
from app.engines.understanding import Understanding
from app.rooms import build_knowledge
from app.team.router import Router
from bench.table import Row, show

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).parent / "data"
PUBLIC = ROOT.parent / "shared" / "data"


def main(arguments: Sequence[str] = ()) -> int:
    """`--errors` prints what went wrong among the sentences that may be looked at."""
    return asyncio.run(_measure(tell="--errors" in arguments))


async def _measure(*, tell: bool) -> int:
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings({"DESKMATE_HOME": home, "DESKMATE_SECRET": "bench"})
        knowledge = build_knowledge(settings)
        await knowledge.open()
        await knowledge.warm()
        return await _tables(settings, knowledge, tell)


async def _tables(settings: Settings, knowledge: Knowledge, tell: bool) -> int:
    assistants = load_assistants(settings.content / "assistants")
    started = time.perf_counter()
    router = Router(assistants, Understanding(assistants))
    construction = time.perf_counter() - started
    kept, classes, per_line = await _measured(router, knowledge, DATA / "route_kept_aside.jsonl")
    dev, _, _ = await _measured(router, knowledge, DATA / "route_dev.jsonl", tell=tell)
    rows = [
        Row("right, kept aside", f"{kept:.3f}", ">= 0.93", kept >= 0.93),
        *(Row(f"- {name}", f"{share:.3f}") for name, share in sorted(classes.items())),
        Row("right, looked at while tuning", f"{dev:.3f}"),
        Row("per line, median", f"{median(per_line):.2f} ms", "<= 10 ms", median(per_line) <= 10),
        Row("per line, slowest", f"{max(per_line):.2f} ms"),
        Row("made from the folders in", f"{construction:.2f} s"),
    ]
    for title, texts in _public():
        somebody = sum([bool((await router.settled(router.route(text), knowledge)).assistants) for text in texts])
        taken = somebody / len(texts)
        rows.append(Row(f"taken by somebody: {title}", f"{taken:.3f}"))
    return show(rows)


async def _measured(
    router: Router, knowledge: Knowledge, path: Path, *, tell: bool = False
) -> tuple[float, dict[str, float], list[float]]:
    """Share right, share right per class, milliseconds of each line."""
    right: dict[str, list[bool]] = defaultdict(list)
    milliseconds = []
    for line in path.read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        started = time.perf_counter()
        routing = await router.settled(router.route(wanted["text"]), knowledge)
        milliseconds.append(1000 * (time.perf_counter() - started))
        good = list(routing.assistants) == wanted["assistants"]
        right["+".join(wanted["assistants"]) or "nobody"].append(good)
        if tell and not good:
            print(wanted["text"], wanted["assistants"], routing.assistants, routing.confidence, file=sys.stderr)
    answers = [good for goods in right.values() for good in goods]
    return sum(answers) / len(answers), {name: sum(one) / len(one) for name, one in right.items()}, milliseconds


def _public() -> list[tuple[str, list[str]]]:
    """Public sentences that belong to nobody here, as far as they are at hand."""
    found = []
    for name in ("intent_clinc150", "intent_banking77"):
        texts = [text for path in sorted((PUBLIC / name / "dev").glob("*.jsonl")) for text in _texts(path)]
        if texts:
            found.append((name, texts[:: max(1, len(texts) // 500)]))
        else:
            print(f"{name} is not at hand: skipped", file=sys.stderr)
    return found


def _texts(path: Path) -> list[str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [str(row["text"]) for row in rows if isinstance(row, dict) and "text" in row]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
