"""What the models of one turn were given to answer from: passages, and the figures that stand in what they read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.texts import Texts, speaking
from app.core.turn import Citation
from app.gateway.figures import Sources
from app.team.work import Work

_MARKS = re.compile(r"\[\d{1,2}\]|\s+")
_MAY_BE_A_FIGURE = re.compile(r"[\d一二三四五六七八九十两百千]")


class Given:
    """Reads `work` as it fills; figures are looked for only when a model names one."""

    def __init__(self, work: Work, texts: Texts) -> None:
        self._work = work
        self._sources = Sources(work.now.date())
        self._read = 0
        marks = []
        for language in ("zh", "en"):
            with speaking(language):
                marks.append(re.escape(texts("figure_unverified").strip()))
        self._doubted = re.compile(rf"[^。！？!?\n]*[。！？!?\n.]?[^\n。]{{0,12}}(?:{'|'.join(marks)})")

    def passages(self, speaker: str) -> Sequence[Citation]:
        """The passages that `speaker`'s marks count through."""
        return self._work.material.get(speaker, ())

    def verified(self, sentence: str) -> bool:
        """True where every figure that `sentence` states stands in what the models read."""
        if not _MAY_BE_A_FIGURE.search(sentence):
            return True
        for text in self._work.read[self._read :]:
            # What was doubted when it was said is no source now.
            self._sources.read(self._doubted.sub(" ", text))
        self._read = len(self._work.read)
        return self._sources.verified(sentence)

    def quoted(self, sentence: str) -> bool:
        """True where `sentence` stands verbatim in a passage of the bank's documents."""
        plain = _MARKS.sub("", sentence).strip('“”"「」。')
        passages = (one for found in self._work.material.values() for one in found)
        return len(plain) > 6 and any(plain in _MARKS.sub("", one.quote) for one in passages)
