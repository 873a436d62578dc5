"""The form of `config/review_input.yaml`: limits, rules, thresholds of the trained layer, the judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml

_HAN = re.compile(r"[㐀-鿿]")
_ENDS = "。!?;\n"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """What may be sent at once."""

    characters: int = Field(gt=0)
    """The longest message; longer material belongs into a file."""
    files: int = Field(gt=0)
    file_bytes: int = Field(gt=0)


class _Rule(_Strict):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    """In reasons and in the audit; the catalogue has its refusal as `refused_<code>`."""
    material: bool = False
    """Whether it also holds for files and passages: what speaks to the assistant, not what speaks of a subject."""
    yields: bool = False
    """Whether it does not hold where the classifier is sure of honest work, see `Trained.honest`."""
    patterns: tuple[str, ...]
    """Regular expressions over the text in half-width, lower case and simplified characters."""
    unless: tuple[str, ...] = ()
    """Where one of these fits in the same sentence, the rule does not hold: asking how to prevent a thing is work."""


class Kind(_Strict):
    """One kind of the classifier that gives a risky message its reason: the most probable one does."""

    kind: str
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    red_line: str = ""
    """The red line that answers instead of a refusal."""


class Gate(_Strict):
    """A kind of the classifier that says whether a message is risky, and from which probability."""

    kind: str
    threshold: float = Field(gt=0, le=1)
    """For a whole message."""
    short_threshold: float = Field(gt=0, le=1)
    """For a message of fewer than `Trained.short` Chinese characters (or thrice as many others): it says little."""
    work_threshold: float = Field(gt=0, le=1)
    """For a message about work at a bank, see `Trained.work_kind`: no smaller threshold holds for it."""
    part: float = Field(gt=0, le=1)
    """For one sentence of a longer message: it stands without its surroundings."""
    joined: float = Field(gt=0, le=1)
    """For this message put behind the person's earlier ones."""
    unsure_below: float = Field(default=0, ge=0, le=1)
    """Under this the gate is not sure of harm: the message is answered by `unsure_red_line`, not blamed."""


class Honest(_Strict):
    """When the classifier is sure that a message is honest work: rules on mere subjects then yield."""

    work_from: float = Field(gt=0, le=1)
    """The least probability of `Trained.work_kind` for the message."""
    risk_below: float = Field(gt=0, le=1)
    """What the first gate's kind stays under, for the message and for each of its sentences."""


class Trained(_Strict):
    """What is done with the probabilities of the classifier."""

    gates: tuple[Gate, ...] = Field(min_length=1)
    """Any one of them makes a message risky; the first in the list that does gives the reason."""
    short: int = Field(ge=0)
    work_kind: str
    work_from: float = Field(gt=0, le=1)
    """The kind, and from which probability, that tells talk of work from other talk."""
    exam_form: str
    """A regular expression for examination questions: they name crimes in order to teach."""
    exam_threshold: float = Field(gt=0, le=1)
    """From which probability on a message of that form is risky, whichever gate it is."""
    honest: Honest
    unsure_red_line: str
    material: float = Field(gt=0, le=1)
    """For one sentence of a file or passage, of the kind `material_kind`: what speaks to the assistant."""
    material_kind: str
    kinds: tuple[Kind, ...] = Field(min_length=1)

    def gate(self, text: str, scores: Mapping[str, float]) -> Gate | None:
        """The gate that holds the whole message `text` risky, if one does."""
        size = (len(text) + 2 * len(_HAN.findall(text))) / 3
        return self._open(text, scores, lambda gate: gate.short_threshold if size < self.short else gate.threshold)

    def gate_of_part(self, part: str, scores: Mapping[str, float], within: str) -> Gate | None:
        """The gate that holds one sentence of the message `within` risky, if one does."""
        return self._open(within if self._exam.search(within) else part, scores, lambda gate: gate.part)

    def gate_of_joined(self, scores: Mapping[str, float]) -> Gate | None:
        """The gate that holds messages read together risky, if one does: work or not, alone they passed."""
        return next((gate for gate in self.gates if scores[gate.kind] >= gate.joined), None)

    def surely_honest(self, whole: Mapping[str, float], parts: Iterable[Mapping[str, float]]) -> bool:
        """Whether a message is surely honest work, by the probabilities for it and for each of its sentences."""
        risk, least = self.gates[0].kind, self.honest.risk_below
        return whole[self.work_kind] >= self.honest.work_from and all(one[risk] < least for one in (whole, *parts))

    def _open(self, text: str, scores: Mapping[str, float], least_of: Callable[[Gate], float]) -> Gate | None:
        at_work = scores[self.work_kind] >= self.work_from
        exam = self.exam_threshold if self._exam.search(text) else 0.0
        for gate in self.gates:
            least = max(least_of(gate), gate.work_threshold if at_work else 0.0, exam)
            if scores[gate.kind] >= least:
                return gate
        return None

    @cached_property
    def _exam(self) -> re.Pattern[str]:
        return re.compile(self.exam_form)

    def score(self, scores: Mapping[str, float]) -> float:
        """The highest probability of any gate."""
        return max(scores[gate.kind] for gate in self.gates)

    @property
    def red_lines(self) -> tuple[str, ...]:
        """Every red line that is named."""
        return (self.unsure_red_line, *(one.red_line for one in self.kinds if one.red_line))


class JudgeRules(_Strict):
    """A model that looks once more; only where it is configured."""

    enabled: bool = False
    task: str = "review"
    """The task in `config/models.yaml`."""
    seconds: float = Field(default=5, gt=0)
    from_score: float = Field(default=0.3, ge=0, le=1)
    """Only messages that the trained layer gives at least this score are shown to it."""
    on_failure: Literal["allow", "block"] = "allow"
    """What holds when it is slow, fails or says neither yes nor no."""


class _Rules(_Strict):
    limits: Limits
    earlier: int = Field(ge=0, le=10)
    """How many of a person's last messages are read together with this one."""
    input: tuple[_Rule, ...]
    trained: Trained
    judge: JudgeRules = JudgeRules()


class InputRules:
    """The rules, read once at start. Raises `ContentError` with file and line."""

    def __init__(self, path: Path) -> None:
        given = checked_content(_Rules, path, read_yaml(path))
        compiled(path, ("trained", "exam_form"), given.trained.exam_form)
        self.limits, self.earlier, self.trained, self.judge = given.limits, given.earlier, given.trained, given.judge
        self._rules = [
            (
                rule,
                [compiled(path, ("input", at, "patterns", nth), one) for nth, one in enumerate(rule.patterns)],
                [compiled(path, ("input", at, "unless", nth), one) for nth, one in enumerate(rule.unless)],
            )
            for at, rule in enumerate(given.input)
        ]

    @property
    def codes(self) -> frozenset[str]:
        """Every code that a refusal may have."""
        return frozenset(rule.code for rule, _, _ in self._rules) | {one.code for one in self.trained.kinds}

    def broken(self, text: str, *, material: bool = False, firm: bool = False, beyond: int = 0) -> str:
        """The code of the first rule that `text` (plain) breaks; empty where it breaks none.

        `material`: only rules that hold for files. `firm`: only rules that do not yield. `beyond`: only what reaches
        behind this offset counts.
        """
        for rule, patterns, unless in self._rules:
            if (material and not rule.material) or (firm and rule.yields):
                continue
            if any(holds(text, pattern, unless, beyond=beyond) for pattern in patterns):
                return rule.code
        return ""


def holds(text: str, pattern: re.Pattern[str], unless: Sequence[re.Pattern[str]], *, beyond: int = 0) -> bool:
    """Whether `pattern` fits somewhere, reaching behind `beyond`, in a sentence where nothing of `unless` does."""
    for found in pattern.finditer(text):
        sentence = _sentence_around(text, found.start(), found.end())
        if found.end() > beyond and not any(one.search(sentence) for one in unless):
            return True
    return False


def _sentence_around(text: str, start: int, end: int) -> str:
    """What stands between the ends of sentences before `start` and after `end`."""
    first = max(text.rfind(mark, 0, start) for mark in _ENDS) + 1
    last = min((at for mark in _ENDS if (at := text.find(mark, end)) >= 0), default=len(text))
    return text[first : last + 1]


def compiled(path: Path, place: tuple[str | int, ...], pattern: str) -> re.Pattern[str]:
    """A pattern of a content file. Raises `ContentError` with its line."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ContentError(path, line_at(path, place), f"not a regular expression: {error.msg}") from None
