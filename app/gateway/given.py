"""What the models of one turn were given to answer from: passages, and the figures that stand in what they read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from app.core.texts import Texts, speaking
from app.core.turn import Citation
from app.gateway.claims import Passage
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
        self._read_as: dict[tuple[str, str], Passage] = {}
        marks = []
        for language in ("zh", "en"):
            with speaking(language):
                marks += [re.escape(texts(key).strip()) for key in ("figure_unverified", "unverified")]
        self._doubted = re.compile(rf"[^。！？!?\n]*[。！？!?\n.]?[^\n。]{{0,12}}(?:{'|'.join(marks)})")

    def passages(self, speaker: str) -> Sequence[Citation]:
        """The passages that `speaker`'s marks count through."""
        return self._work.material.get(speaker, ())

    @property
    def question(self) -> str:
        """What the person said in this turn."""
        return self._work.read[0] if self._work.read else ""

    def as_read(self, cited: Citation) -> Passage:
        """A passage as the model read it, masked, with its document's name."""
        self._catch_up()
        return self._read_as.get((cited.source, cited.locator)) or Passage(cited.quote, cited.locator)

    def verified(self, sentence: str) -> bool:
        """True where every figure that `sentence` states stands in what the models read."""
        if not _MAY_BE_A_FIGURE.search(sentence):
            return True
        self._catch_up()
        return self._sources.verified(sentence)

    def _catch_up(self) -> None:
        for text in self._work.read[self._read :]:
            # What was doubted when it was said is no source now.
            self._sources.read(self._doubted.sub(" ", text))
            for row in _passages_in(text):
                head = " ".join(str(row.get(name) or "") for name in ("title", "locator", "dated", "owner"))
                self._read_as[str(row["source"]), str(row["locator"])] = Passage(str(row["text"]), head)
        self._read = len(self._work.read)

    def quoted(self, sentence: str) -> bool:
        """True where `sentence` stands verbatim in a passage of the bank's documents."""
        plain = _MARKS.sub("", sentence).strip('“”"「」。')
        passages = (one for found in self._work.material.values() for one in found)
        return len(plain) > 6 and any(plain in _MARKS.sub("", one.quote) for one in passages)


def _passages_in(text: str) -> list[dict[str, object]]:
    """The passages of a search's result; none in any other text."""
    if not text.startswith("{") or '"passages"' not in text:
        return []
    try:
        rows = json.loads(text)["passages"]
        return [row for row in rows if {"source", "locator", "text"} <= row.keys()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
