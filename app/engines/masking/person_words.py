"""What Chinese names are made of and stand beside: the lists of `persons.yaml`, ready for use."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import yaml

from app.core.texts import YAML_LOADER
from app.engines.masking.lexicon import UNKNOWN, Lexicon, log_probabilities

_WEAK = -3.0  # a surname that is a common word, too
_TYPICAL_WORD = -9.0


class WordLists:
    """The word lists of `persons.yaml`, ready for use."""

    def __init__(self) -> None:
        read = yaml.load((Path(__file__).parent / "persons.yaml").read_text("utf-8"), YAML_LOADER)  # noqa: S506 - it is a safe one
        lists = {name: text.split() for name, text in read.items()}
        singles = list(dict.fromkeys("".join(lists["surnames"])))
        weak = set("".join(lists["weak_surnames"]))
        # Zipf-Mandelbrot: the first three have 7 % of all people each, the hundredth 0.2 %.
        self.surnames = {
            name: math.log(0.075 / (1 + rank / 3)) + (_WEAK if name in weak else 0.0)
            for rank, name in enumerate(singles)
        }
        self.surnames |= dict.fromkeys(lists["compound_surnames"], -6.0)
        self.first = {name[0] for name in self.surnames}
        self.given = {
            name: math.log(0.02 / (1 + rank / 25)) for rank, name in enumerate(dict.fromkeys("".join(lists["given"])))
        }
        self.measures = set(lists["measures"][0])
        self.never_alone = set(lists["never_alone"][0])
        self.words = dict(log_probabilities())
        for word in lists["words"]:
            self.words[word] = max(self.words.get(word, -math.inf), _TYPICAL_WORD)
        for name in singles:
            if name not in weak:
                # Counted in the word list mostly as surnames: alone, they are not words.
                self.words[name] = UNKNOWN
        self.lexicon = Lexicon(self.words)
        self.compound = _by_first(lists["compound_surnames"])
        self.in_given = self.given | dict.fromkeys("".join(lists["never"]), -math.inf)
        self.titles, self.after = _starting(lists["titles"]), _starting(lists["after"])
        self.things = _starting(lists["things"])
        owned = _starting([*lists["own"], *lists["owned"]])
        self.own = re.compile(f"的(?:{owned.pattern})|{_starting(lists['own']).pattern}")
        self.behind = _starting([*lists["titles"], *"的了是在要想说和与或及把被将给让向对有又也都就请问"])
        self.other_names = _starting(lists["other_names"])
        heads = [lists[name] for name in ("titles", "other_names", "own", "after")]
        self.behind_first = frozenset(word[0] for words in heads for word in words) | {"的"}
        self.title_first = frozenset(word[0] for word in lists["titles"])
        self.led = _starting(lists["labels"] + lists["callings"] + lists["before"])
        self.labels, self.callings, self.before = (Endings(lists[name]) for name in ("labels", "callings", "before"))


@cache
def word_lists() -> WordLists:
    """Read once."""
    return WordLists()


def _by_first(names: list[str]) -> dict[str, list[str]]:
    """First character -> the names, the shortest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=len):
        found.setdefault(name[0], []).append(name)
    return found


def _starting(words: list[str]) -> re.Pattern[str]:
    """Matches where one of them stands, the longest first. Most places fail at the first character."""
    first = "".join(sorted({word[0] for word in words}))
    return re.compile(f"(?=[{first}])(?:{'|'.join(sorted(set(words), key=len, reverse=True))})")


class Endings:
    """Words by which a text may end."""

    def __init__(self, words: list[str]) -> None:
        lengths = sorted({len(word) for word in words})
        self._words = [(length, frozenset(word for word in words if len(word) == length)) for length in lengths]
        self._last = frozenset(word[-1] for word in words)

    def ends(self, text: str) -> bool:
        """`text` ends with one of them."""
        if text[-1:] not in self._last:
            return False
        return any(text[-length:] in words for length, words in self._words)
