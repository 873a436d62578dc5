"""What may not be said, by `config/review_output.yaml`; `stream_review.py` applies it to words as they come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import checked_content, read_yaml
from app.core.errors import Unavailable, place_of
from app.core.ports import Classifier
from app.core.texts import Texts
from app.core.verdict import Verdict
from app.gateway.leaks import Secrets
from app.gateway.phrases import Denials, PhraseRule, Phrases
from app.gateway.stream_review import CUES, OFFENSIVE, Source, StreamReview
from app.gateway.tokens import TokenStream

_log = logging.getLogger("deskmate.review")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Offensive(_Strict):
    threshold: float = Field(ge=0, le=1)
    words: tuple[str, ...]
    cues: tuple[str, ...]


class _Rules(Denials):
    rules: tuple[PhraseRule, ...]
    offensive: _Offensive
    prompt_run: float = Field(ge=8)
    personal: tuple[str, ...]


class Found(Protocol):
    """A piece of personal data in a text."""

    @property
    def type(self) -> str:
        """One of the contract's types."""
        ...


Recognise = Callable[[str], Iterable[Found]]
"""Personal data that stands in a text."""


def finds_nothing(text: str) -> Iterable[Found]:
    """Where personal data is not looked for."""
    return ()


class OutputReview:
    """The rules for what is said, read once at start."""

    def __init__(
        self,
        path: Path,
        texts: Texts,
        classifier: Classifier,
        recognise: Recognise = finds_nothing,
        secrets: Iterable[str] = (),
        public: Iterable[str] = (),
    ) -> None:
        """`secrets` are the texts that may not get out, `public` those that anybody may read."""
        rules = checked_content(_Rules, path, read_yaml(path))
        self._texts = texts
        self._classifier = classifier
        self._recognise = recognise
        self._threshold = rules.offensive.threshold
        self._personal = frozenset(rules.personal)
        self.secrets = Secrets(secrets, public, rules.prompt_run)
        words = PhraseRule(code=OFFENSIVE, phrases=rules.offensive.words)
        cues = PhraseRule(code=CUES, phrases=rules.offensive.cues)
        self.phrases = Phrases((*rules.rules, words, cues), rules, always=(OFFENSIVE, CUES))

    def of(self, text: str) -> Verdict:
        """The verdict on a whole text that a model would say. A placeholder is a leak here: nobody restores it."""
        tokens = TokenStream(placeholder=lambda token: "")
        bare = tokens.feed(text) + tokens.close()
        stream = self.stream()
        stream.feed(bare)
        stream.close()
        leaked = ("placeholder",) if bare != text else ()
        found = tuple(dict.fromkeys([*stream.hits, *leaked]))
        if not found:
            return Verdict("allow")
        score = stream.score if found == (OFFENSIVE,) and stream.score else 1.0
        return Verdict("refuse", found, score, self.instead(found[0]))

    def stream(self, *, written: bool = True, source: Source | None = None) -> StreamReview:
        """A review of one speaker's words as they come.

        `written`: a model's own words; the bank's own are only held to keep prompts in. Without a `source`, figures are
        not looked up.
        """
        return StreamReview(self, written=written, source=source)

    def instead(self, code: str) -> str:
        """The fixed sentence said in place of one with a hit of `code`."""
        return self._texts(f"replaced_{code}" if code in ("prompt", "personal_data", "ciphered") else "replaced")

    def personal(self, sentence: str) -> bool:
        """True where personal data stands in `sentence` in the open. A recogniser that fails is taken for a yes."""
        try:
            return any(one.type in self._personal for one in self._recognise(sentence))
        except Exception as error:
            _log.error("what a model says could not be searched for personal data: %s", place_of(error))
            return True

    def offends(self, sentence: str, before: str) -> float:
        """How sure it is that a sentence with a cue offends; `before` is what it follows. 0 below the threshold.

        A judge that fails is taken for a yes.
        """
        try:
            read = {sentence, before + sentence} if before else {sentence}
            score = max(self._classifier.scores(text).get(OFFENSIVE, 0.0) for text in read)
        except Unavailable:
            return 1.0
        return score if score >= self._threshold else 0.0
