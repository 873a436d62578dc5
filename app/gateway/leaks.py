"""What must not get out in a model's words: an assistant's prompt, a skill's description.

A run of characters is compared, without spaces, punctuation, case and width; also backwards, in base64, in hexadecimal
and in escapes. A translated or reworded prompt is not found: only its own words are.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SHINGLE = 8
"""Characters that must agree before anything waits."""
_LATIN_WEIGHT = 0.4  # a letter says less than a Chinese character: 40 letters are about 7 words


class Secrets:
    """The texts that are kept, as runs of characters to look for."""

    def __init__(self, texts: Iterable[str], public: Iterable[str], run: float) -> None:
        """`public`: what everybody may read anyway (briefs, examples) gives nothing away.

        `run`: from this weight on a run is a leak; a Chinese character counts 1, another letter 0.4.
        """
        self.run = run
        self._public = "\n".join(map(_plain, public))
        plain = [_plain(form) for text in texts for form in _forms(text)]
        self.shingles = {shingle for text in plain for shingle in _shingles(text)}
        self._all = "\n".join(plain)

    def hold(self, run: str) -> bool:
        """True where the whole `run` stands in one of them, and in nothing that is public."""
        return run in self._all and run not in self._public


class LeakWatch:
    """Reads words as they come, across sentences."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._last = ""
        self._run = ""
        self._since: int | None = None
        self.leak_at: int | None = None
        """Where in the sentence in hand a leak begins."""

    @property
    def held_from(self) -> int | None:
        """From where the sentence has to wait: a run grows there."""
        return self._since if self.leak_at is None else self.leak_at

    def next_sentence(self) -> None:
        """Offsets count from the next character on; a run goes on."""
        self.leak_at = None
        self._since = 0 if self._run else None

    def read(self, piece: str, start: int) -> None:
        """Read `piece`, which begins at `start` in the sentence."""
        shingles, last = self._secrets.shingles, self._last
        for at, letter in enumerate(piece, start):
            for one in _letter(letter):
                last = last[1 - _SHINGLE :] + one
                if last in shingles:
                    self._grow(last, one, at)
                elif self._run:
                    self._run, self._since = "", None
        self._last = last

    def _grow(self, last: str, one: str, at: int) -> None:
        if self._since is None:
            self._since = at
        self._run = self._run + one if self._run else last
        if self.leak_at is None and self._leaks():
            self.leak_at = self._since

    def _leaks(self) -> bool:
        """True where the run is long enough; of a patchwork of short runs the end counts."""
        while _weight(self._run) >= self._secrets.run:
            if self._secrets.hold(self._run):
                return True
            self._run = self._run[1:]
        return False


def _forms(text: str) -> Iterable[str]:
    """`text`, and how it may be wrapped; base64 reads three bytes at a time, so it looks different from each."""
    content = text.encode()
    yield text
    yield text[::-1]
    for start in range(3):
        yield base64.b64encode(content[start:]).decode()
    yield content.hex()
    yield text.encode("unicode_escape").decode()


def _plain(text: str) -> str:
    return "".join(letter for one in text for letter in _letter(one))


@lru_cache(maxsize=8192)
def _letter(one: str) -> str:
    """A character as it is compared; nothing for one that only separates."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", one).casefold() if letter.isalnum())


def _shingles(plain: str) -> Iterable[str]:
    return (plain[at : at + _SHINGLE] for at in range(len(plain) - _SHINGLE + 1))


def _weight(run: str) -> float:
    return sum(_LATIN_WEIGHT if letter < "⺀" else 1.0 for letter in run)
