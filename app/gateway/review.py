"""The review: one place to ask about what comes in and what goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from app.core.ports import Classifier
from app.core.texts import Texts
from app.core.turn import MaskedText
from app.core.verdict import Verdict
from app.gateway.input_review import InputReview
from app.gateway.input_rules import JudgeRules, Limits
from app.gateway.output_review import OutputReview, Recognise, finds_nothing
from app.gateway.stream_review import Source, StreamReview


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `config/review_*.yaml` or `config/red_lines.yaml`."""
    Review(content / "config", Texts(Path(__file__).parent / "texts"), _Untrained())


class _Untrained:
    """Stands where a file is checked and nothing is judged."""

    def scores(self, text: str) -> Mapping[str, float]:
        """Nothing is judged."""
        return {}


class Review:
    """The rules of `config/review_*.yaml`, read once at start."""

    def __init__(
        self,
        config: Path,
        texts: Texts,
        classifier: Classifier,
        *,
        recognise: Recognise = finds_nothing,
        kept: Iterable[str] = (),
        public: Iterable[str] = (),
    ) -> None:
        """`recognise` finds personal data in what a model says; `kept` are texts that may not get out, as prompts are.

        What stands in `public` too is no secret.
        """
        self._input = InputReview(config, texts, classifier)
        self._output = OutputReview(config / "review_output.yaml", texts, classifier, recognise, kept, public)

    @property
    def limits(self) -> Limits:
        """The limits of what may be sent."""
        return self._input.limits

    @property
    def judge_rules(self) -> JudgeRules:
        """Whether and how a model looks once more (`judge.Judge`)."""
        return self._input.judge_rules

    def readable(self, text: str, *, files: int) -> str:
        """`text`, if it is within the limits. Raises `BadInput` with what to do instead."""
        return self._input.readable(text, files=files)

    def of_input(self, text: MaskedText, earlier: Sequence[MaskedText] = ()) -> Verdict:
        """The verdict on what a person said; `earlier` are his own last messages in this room, the latest last."""
        return self._input.of_input(text, earlier)

    def of_material(self, text: MaskedText) -> Verdict:
        """The verdict on a passage or a file's text before a model may read it."""
        return self._input.of_material(text)

    def of_output(self, text: str) -> Verdict:
        """The verdict on a whole text that would be said."""
        return self._output.of(text)

    def stream(self, *, written: bool = True, source: Source | None = None) -> StreamReview:
        """A review of one speaker's words as they come: a model's own (`written`), or the bank's."""
        return self._output.stream(written=written, source=source)
