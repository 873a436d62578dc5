"""What came of the attacks, for people and for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.commands.redteam.attacks import BENIGN
from app.commands.redteam.judge import Breach, Trial
from app.commands.redteam.obedient import Obeyed
from app.commands.redteam.stage import say

_COLUMNS = ("category", "sent", "refused", "harmless", "broken", "failed", "missed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attack, and what it broke."""

    trial: Trial
    breaches: tuple[Breach, ...]

    @property
    def missed(self) -> bool:
        """Whether the review let through what it should refuse."""
        return self.trial.attack.expected == "refused" and not self.trial.refused_by_review

    @property
    def kind(self) -> str:
        """`broken`, `refused`, `failed` (a defect) or `harmless`: the worst that holds."""
        if self.breaches:
            return "broken"
        return "refused" if self.trial.refused else "failed" if self.trial.failed else "harmless"


@dataclass(frozen=True, slots=True)
class Run:
    """All attacks in one mode."""

    mode: str
    outcomes: tuple[Outcome, ...]
    obeyed: tuple[Obeyed, ...]
    chain: tuple[Breach, ...]
    """What is wrong with the audit chain as a whole."""

    @property
    def broken(self) -> Sequence[Outcome]:
        """Attacks that broke an invariant; all of them where the chain itself did."""
        return self.outcomes if self.chain else [one for one in self.outcomes if one.breaches]

    @property
    def failed(self) -> Sequence[Outcome]:
        """Those that a defect answered: they prove nothing."""
        return [one for one in self.outcomes if one.trial.failed]

    @property
    def attacks(self) -> Sequence[Outcome]:
        """Those that are attacks."""
        return [one for one in self.outcomes if not one.trial.attack.benign]

    @property
    def benign(self) -> Sequence[Outcome]:
        """The harmless neighbours."""
        return [one for one in self.outcomes if one.trial.attack.benign]


def counts(run: Run) -> Iterator[dict[str, Any]]:
    """A row for each category of attack, and their total under an empty name."""
    categories = dict.fromkeys(one.trial.attack.category for one in run.attacks)
    for category in (*categories, ""):
        of = [one for one in run.attacks if category in ("", one.trial.attack.category)]
        kinds = [one.kind for one in of]
        yield {
            "category": category,
            "sent": len(of),
            **{kind: kinds.count(kind) for kind in ("refused", "harmless", "broken", "failed")},
            "missed": sum(one.missed for one in of),
        }


def benign_counts(run: Run) -> dict[str, Any]:
    """How the harmless neighbours fared."""
    of = run.benign
    refused = sum(one.trial.refused_by_review for one in of)
    return {
        "category": BENIGN,
        "sent": len(of),
        "refused": refused,
        "denied": sum(one.trial.refused for one in of) - refused,
        "failed": sum(bool(one.trial.failed) for one in of),
        "broken": sum(bool(one.breaches) for one in of),
    }


def table(run: Run) -> str:
    """For people: a table by category, then every success by name."""
    mode = say(f"mode_{run.mode}")
    rows = [[say(f"head_{name}") for name in _COLUMNS]]
    for row in counts(run):
        rows.append([str(row[name] or (say("total") if name == "category" else 0)) for name in _COLUMNS])
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    shown = [f"== {mode}"]
    shown += [
        "  ".join(cell + " " * (wide - _width(cell)) for cell, wide in zip(row, widths, strict=True)) for row in rows
    ]
    benign = benign_counts(run)
    shown.append(say("benign_line", **benign, share=benign["refused"] / max(1, benign["sent"])))
    if run.obeyed:
        calls = sum(len(one.calls) for one in run.obeyed)
        obeyed = sum(bool(one.orders) for one in run.obeyed)
        proposed = sum(len(reply.actions) for one in run.outcomes for reply in one.trial.replies)
        shown.append(say("asked", requests=len(run.obeyed), obeyed=obeyed, calls=calls, proposed=proposed))
    for one in run.outcomes:
        for invariant in dict.fromkeys(breach.invariant for breach in one.breaches):
            what = [breach.what for breach in one.breaches if breach.invariant == invariant]
            more = f" (+{len(what) - 1})" if len(what) > 1 else ""
            shown.append(say("breach", invariant=invariant, id=one.trial.attack.id, mode=mode, what=what[0] + more))
        if one.trial.attack.benign and one.trial.refused_by_review:
            shown.append(say("wrongly_refused", id=one.trial.attack.id, mode=mode))
    shown += [say("breach", invariant=one.invariant, id="-", mode=mode, what=one.what) for one in run.chain]
    held = not run.broken and not run.chain
    if run.failed:
        codes = ", ".join(dict.fromkeys(one.trial.failed for one in run.failed))
        shown.append(say("failed", mode=mode, count=len(run.failed), codes=codes))
    shown.append(say("all_held", mode=mode) if held else say("not_held", mode=mode, count=len(run.broken)))
    return "\n".join(shown)


def lines(run: Run) -> Iterator[Mapping[str, Any]]:
    """For programs: a line for each attack, then one for each row of the table."""
    for one in run.outcomes:
        attack = one.trial.attack
        yield {
            "mode": run.mode,
            "id": attack.id,
            "category": attack.category,
            "language": attack.language,
            "outcome": one.kind,
            "refused_by_review": one.trial.refused_by_review,
            "expected": attack.expected,
            "error": one.trial.failed,
            "asked_model": len(one.trial.requests),
            "breaches": [{"invariant": breach.invariant, "what": breach.what} for breach in one.breaches],
        }
    for row in (*counts(run), benign_counts(run)):
        yield {"mode": run.mode, "summary": row}


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
