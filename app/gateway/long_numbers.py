"""What may be a card, a telephone, an identity number or an address for mail, in a sentence while it grows.

Of an address for mail the part before the @ has flowed by then: alone it reaches nobody, and whole words would wait.
"""

from __future__ import annotations

import re

from app.gateway.run_watch import RunWatch

_RUN = re.compile(r"\d(?:[ \-]?\d)*(?:[ \-](?=$))?|@")
_FREE = 4
"""Digits that are let out before a run has to wait: year numbers, amounts and extensions flow."""
_LEAST = 7  # digits of the shortest number that could be a person's
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


class NumberWatch(RunWatch):
    """Reads one sentence as it grows."""

    def read(self, sentence: str, *, ended: bool) -> None:
        """`sentence` is what there is of it so far."""
        self._tail = None
        for run in _RUN.finditer(sentence, self._at):
            start = _fifth(run[0], run.start())
            if run.end() == len(sentence) and not ended and run[0] != "@":
                self._at, self._tail = run.start(), start
                return
            self._at = run.end()
            if self.found is None and (run[0] == "@" or _long(run[0])):
                self.found = start
        self._at = len(sentence)


def _fifth(run: str, start: int) -> int | None:
    """Where the fifth digit of `run` stands; None where it has none."""
    if run == "@":
        return start
    digits = [at for at, letter in enumerate(run) if letter.isdigit()]
    return start + digits[_FREE] if len(digits) > _FREE else None


def _long(run: str) -> bool:
    run = run.rstrip(" -")
    return sum(letter.isdigit() for letter in run) >= _LEAST and not _DATE.fullmatch(run)
