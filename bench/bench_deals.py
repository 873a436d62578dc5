"""Ten thousand histories of dealing: messages, time-outs, double clicks, old screens, crashes at any commit.

The machine, and what is judged of each history, is `tests/skills/dealing_machine.py`. Every history has a database of
its own; a rule that is broken is printed with the shortest history that breaks it. `DEALS_HISTORIES` changes how many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.table import Row, show

HISTORIES = int(os.environ.get("DEALS_HISTORIES") or 10_000)
STEPS = 18
"""At most, of one history; a step may be several messages."""
BATCH = 250
"""Histories of one process: hypothesis remembers what it has tried."""
PROCESSES = 2


def histories(count: int, seed: int) -> dict[str, int]:
    """Run `count` of them here; what came about in them. Raises what a broken rule raises."""
    from hypothesis import HealthCheck, Phase, Verbosity, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from tests.skills.dealing_machine import Dealing

    class Seeded(Dealing):
        """One random stream a process."""

    seeded(seed)(Seeded)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Seeded,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return dict(Seeded.seen)


def main() -> int:
    """Run them in a few processes and print what came about, and that no rule was broken."""
    started = time.perf_counter()
    seen: Counter[str] = Counter()
    broken: list[str] = []
    waiting = list(range(1, -(-HISTORIES // BATCH) + 1))
    running: list[subprocess.Popen[str]] = []
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            command = [sys.executable, __file__, "--histories", str(BATCH), str(waiting.pop(0))]
            running.append(
                subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
        ended = running.pop(0)
        out, errors = ended.communicate()
        if ended.returncode:
            broken.append(errors[-3000:])
        else:
            seen.update(json.loads(out.strip().splitlines()[-1]))
    for one in broken:
        print(one, file=sys.stderr)
    seconds = time.perf_counter() - started
    count = seen["histories"]
    booked = seen["booked"]
    return show(
        [
            Row("histories", f"{count:,}", f">= {HISTORIES:,}", count >= HISTORIES),
            Row("messages and clicks", f"{seen['turns']:,}"),
            Row("deals opened", f"{seen['event opened']:,}"),
            Row("deals agreed", f"{seen['event agreed']:,}"),
            Row("deals booked", f"{booked:,}", "> 0", booked > 0),
            Row("… with the supervisor's yes", f"{seen['booked with the supervisor']:,}", "> 0"),
            Row("… that take another back", f"{seen['booked reversals']:,}", "> 0"),
            Row("processes that died in a booking", f"{seen['died']:,}", "> 0", seen["died"] > 0),
            Row("agreements that a limit stopped", f"{seen['limit too small']:,}", "> 0", seen["limit too small"] > 0),
            Row("refused: another was faster", f"{seen['refused Stale']:,}"),
            Row("refused: rights and rules", f"{seen['refused Refused'] + seen['refused SkillFailed']:,}"),
            Row("broken rules", f"{len(broken)}", "0", not broken),
            Row("time", f"{seconds:.0f} s, {count / seconds if seconds else 0:.1f} histories/s"),
        ]
    )


if __name__ == "__main__":
    if "--histories" in sys.argv:
        print(json.dumps(histories(int(sys.argv[-2]), int(sys.argv[-1]))))
        sys.exit(0)
    sys.exit(main())
