"""Runs of letters and figures that hide what they say (base64 over and over, hexadecimal): no model need speak so."""

from __future__ import annotations

import re

from app.gateway.run_watch import RunWatch

_RUN = re.compile(r"[A-Za-z0-9+/=_%\\-]+")
_FREE = 24
"""Letters that are let out before a run has to wait: longer than words, file names and account numbers."""
_LEAST = 40  # letters of a run that hides something; the longest IBAN has 34
_CHANGE = re.compile(r"(?=[a-z][A-Z0-9]|[A-Z][a-z0-9]|[0-9][A-Za-z])")
_UNREST = 0.35
"""Share of letters behind which capitals, small letters and figures change: 0.6 in base64, below 0.3 in names."""
_HEXADECIMAL = re.compile(r"(?=.*\d)(?:[0-9a-f]|[0-9A-F])+")


class CipherWatch(RunWatch):
    """Reads one sentence as it grows."""

    def read(self, sentence: str, *, ended: bool) -> None:
        """`sentence` is what there is of it so far."""
        self._tail = None
        for run in _RUN.finditer(sentence, self._at):
            start = run.start() + _FREE
            if self.found is None and _hides(run[0]):
                self.found = start
            if run.end() == len(sentence) and not ended:
                self._at = run.start()
                self._tail = start if len(run[0]) > _FREE else None
                return
        self._at = len(sentence)


def _hides(run: str) -> bool:
    if len(run) < _LEAST:
        return False
    return len(_CHANGE.findall(run)) >= _UNREST * len(run) or bool(_HEXADECIMAL.fullmatch(run))
