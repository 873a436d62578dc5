"""Review of what comes in: what people say, and what files and passages say.

Three layers: fixed answers of the compliance department (`config/red_lines.yaml`), rules over every reading of a text
(`config/review_input.yaml`), and a small trained classifier over the whole and over its sentences. What cannot be
judged is blocked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from app.core.assistant import ContentError, line_at
from app.core.errors import BadInput, Unavailable
from app.core.ports import Classifier
from app.core.texts import Texts, well_formed
from app.core.turn import MaskedText
from app.core.verdict import Verdict
from app.gateway.input_rules import Gate, InputRules, JudgeRules, Limits
from app.gateway.red_lines import RedLines
from app.gateway.tongues import unjudgeable
from app.gateway.unwrapping import Reading, readings

UNREAD_TONGUE = "other_language"
"""Why a message is refused that is neither Chinese nor English."""
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;]?")
_SHORTEST_PART, _LONG_TEXT = 6, 40
"""Characters of a sentence worth judging alone, and of a text with more than one."""
_MENTION = re.compile(r"^\s*@\S+\s*")
_PART_MARK = re.compile(r"^\s*(?:\(?\s*\d+\s*/\s*\d+\s*\)?|第?[一二三四五\d]+(?:部分|段|句)?\s*[:.、)])\s*")
_OPEN_END = re.compile(r"[\s.。…,、:;~-]+$")


class InputReview:
    """The rules for what is read, read once at start."""

    def __init__(self, config: Path, texts: Texts, classifier: Classifier) -> None:
        """Raises `ContentError` with file and line."""
        path = config / "review_input.yaml"
        self._texts, self._classifier = texts, classifier
        self._rules = InputRules(path)
        self._red_lines = RedLines(config / "red_lines.yaml", date.today())
        for id in self._rules.trained.red_lines:
            if id not in self._red_lines:
                raise ContentError(path, line_at(path, ("trained",)), f"no red line {id!r}")
        for code in self._rules.codes | {UNREAD_TONGUE}:
            if f"refused_{code}" not in texts.keys("zh"):
                raise ContentError(path, line_at(path, (code,)), f"the catalogue has no text refused_{code}")

    @property
    def limits(self) -> Limits:
        """The limits of what may be sent."""
        return self._rules.limits

    @property
    def judge_rules(self) -> JudgeRules:
        """Whether and how a model looks once more."""
        return self._rules.judge

    def readable(self, text: str, *, files: int) -> str:
        """`text`, if it is within the limits. Raises `BadInput` with what to do instead."""
        text = well_formed(text)
        if not text.strip() and not files:
            raise BadInput("EMPTY", self._texts("empty"))
        if files > self.limits.files:
            raise BadInput("TOO_MANY_FILES", self._texts("too_many_files", most=self.limits.files))
        if len(text) > self.limits.characters:
            raise BadInput("TOO_LONG", self._texts("too_long", most=self.limits.characters, length=len(text)))
        if sum(unicodedata.category(char) in ("Cc", "Cs", "Co") and char not in "\n\r\t" for char in text) > 8:
            raise BadInput("BINARY", self._texts("binary"))
        return text

    def of_input(self, text: MaskedText, earlier: Sequence[MaskedText] = ()) -> Verdict:
        """The verdict on what a person said; `earlier` are his own last messages in this room, the latest last.

        An attack that is spread over messages is found; one that was refused before does not count again.
        Raises `Unavailable` when a rule cannot be applied.
        """
        try:
            verdict = self._of(text.text)
            if verdict.verdict == "allow" and earlier and self._rules.earlier:
                before = [one.text for one in earlier[-self._rules.earlier :]]
                return (
                    self._of_joined([one for one in before if self._of(one).verdict == "allow"], text.text) or verdict
                )
            return verdict
        except Exception:
            raise Unavailable("REVIEW", self._texts("review_failed")) from None

    def of_material(self, text: MaskedText) -> Verdict:
        """The verdict on a passage or a file's text before a model may read it: does it speak to the assistant?

        Its subject does not matter: a rule book speaks of money laundering. Raises `Unavailable`.
        """
        trained = self._rules.trained
        try:
            best = 0.0
            for reading in readings(text.text):
                if code := self._rules.broken(reading.text, material=True):
                    return self._refusal(code, 1.0, reading)
                if reading.guessed:
                    continue
                for part in _parts(reading.text):
                    score = self._classifier.scores(part)[trained.material_kind]
                    if score >= trained.material:
                        return self._refusal("injection", score, reading)
                    best = max(best, score)
            return Verdict("allow", score=round(best, 4))
        except Exception:
            raise Unavailable("REVIEW", self._texts("review_failed")) from None

    def _of(self, text: str) -> Verdict:
        """The verdict on one message alone."""
        every = readings(text)
        for reading in every:
            if code := self._broken(reading.text):
                return self._refusal(code, 1.0, reading)
            if not reading.guessed and (line := self._red_lines.of(reading.text)):
                return Verdict("redline", _reasons(line.code, reading), 1.0, line.said())
        if unjudgeable(every[0].text):
            return self._refusal(UNREAD_TONGUE, 1.0, every[0])
        trained, best = self._rules.trained, 0.0
        for reading in every:
            if reading.guessed:
                continue
            whole = self._classifier.scores(reading.text)
            if gate := trained.gate(reading.text, whole):
                return self._risky(gate, whole, reading)
            best = max(best, trained.score(whole))
            for part in _parts(reading.text) if len(reading.text) > _LONG_TEXT else ():
                scores = self._classifier.scores(part)
                if gate := trained.gate_of_part(part, scores, reading.text):
                    return self._risky(gate, scores, reading)
        return Verdict("allow", score=round(best, 4))

    def _of_joined(self, before: Sequence[str], text: str) -> Verdict | None:
        """The verdict on this message read behind earlier ones, if they are an attack only together."""
        last = _bare(text)
        for many in range(1, len(before) + 1):
            first = _joined([_bare(one) for one in before[-many:]])
            joined = _joined([first, last])
            for reading in readings(joined):
                if reading.guessed or reading.how:
                    continue
                if code := self._broken(reading.text, beyond=len(reading.text) - len(last)):
                    return self._refusal(code, 1.0, Reading(reading.text, "turns"))
                alone, scores = self._classifier.scores(first), self._classifier.scores(reading.text)
                trained = self._rules.trained
                gate = trained.gate_of_joined(scores)
                if gate and not trained.gate(first, alone):
                    return self._risky(gate, scores, Reading(reading.text, "turns"))
        return None

    def _broken(self, text: str, *, beyond: int = 0) -> str:
        """The code of the first rule that `text` breaks, or of the first firm one where it is surely honest work."""
        if not (code := self._rules.broken(text, beyond=beyond)):
            return ""
        return self._rules.broken(text, firm=True, beyond=beyond) if self._surely_honest(text) else code

    def _surely_honest(self, text: str) -> bool:
        scores = self._classifier.scores
        return self._rules.trained.surely_honest(scores(text), map(scores, _parts(text)))

    def _risky(self, gate: Gate, scores: Mapping[str, float], reading: Reading) -> Verdict:
        """What is said to a message that `gate` holds risky."""
        trained = self._rules.trained
        score = scores[gate.kind]
        kind = max(trained.kinds, key=lambda one: scores[one.kind])
        red_line = kind.red_line or (trained.unsure_red_line if score < gate.unsure_below else "")
        if red_line:
            line = self._red_lines[red_line]
            return Verdict("redline", _reasons(line.code, reading), round(score, 4), line.said())
        return self._refusal(kind.code, score, reading)

    def _refusal(self, code: str, score: float, reading: Reading) -> Verdict:
        return Verdict("refuse", _reasons(code, reading), round(score, 4), self._texts(f"refused_{code}"))


def _reasons(code: str, reading: Reading) -> tuple[str, ...]:
    """The rule's code, and how the text was wrapped where it was."""
    return (code, f"by_{reading.how}") if reading.how else (code,)


def _parts(text: str) -> Iterator[str]:
    """The sentences of a text that are long enough to be judged alone."""
    return (part for raw in _SENTENCE.findall(text) if len(part := raw.strip()) >= _SHORTEST_PART)


def _bare(text: str) -> str:
    """A message without the name it is for and the marks that say "more follows"."""
    return _OPEN_END.sub("", _PART_MARK.sub("", _MENTION.sub("", text)))


def _joined(parts: Sequence[str]) -> str:
    """Parts as if they had been written in one go."""
    text = ""
    for part in parts:
        latin = text[-1:].isascii() and part[:1].isascii()
        text += (" " if text and latin else "") + part
    return text
