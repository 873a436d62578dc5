"""What a passage holds of what a question asks, in figures: evidence that it answers, or only speaks of the like."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.engines.library.asked_for import KINDS, counted_in, named_otherwise, rivals
from app.engines.library.wording.synonyms import Synonyms
from app.engines.library.wording.words import bare, cut, frequency, normal

LIGHT = 0.3
"""What a word weighs that says little of what a question is about: 目前, 手续, find."""
UNKNOWN, FREQUENT = 0.5, 2.0
"""A word that no document has is mostly a colloquial one: by how much less it weighs for each power of ten of how
often the language uses it, from which power on."""
VERB = 0.7
"""What a single character weighs: mostly a verb of everyday."""
IN_TITLE, SYNONYM, PIECES, CHARACTERS = 0.85, 0.95, 0.8, 0.3
"""What a word counts that stands in the titles, under another name, in pairs of its characters, in characters."""
MISSING = 0.5
"""A word that counts for less is not there."""

_FOLDER = Path(__file__).parent
_UNSAID = frozenset((_FOLDER / "wording" / "question_words.txt").read_text(encoding="utf-8").split())
_LIGHT_WORDS = frozenset((_FOLDER / "light_words.txt").read_text(encoding="utf-8").split())
_FUNCTION = frozenset(
    "的了着吗呢啊吧呀么嘛就都也还请我你您他它这那个把被给让问想去到是为有在和与及或于由对从以之其所而中里上下时得将来"
    "后等约至则且并此该叫指能要会可没不再才又很最太更些点么咋啥哪谁几多少做办用些块次一两些天年月日号写"
)
_ASKING = re.compile(
    r"哪(?:一|几)?(?:[个种些里儿边位家项类所座部次件条份级档年月天日]|方面|地方)?|什么(?:样的?|时候|时间|地方)?"
    r"|多少(?:个|人|钱)?|何[时处年地种人]|谁|多[大高重长久]|第?几[个次天年月点成倍号档楼份级户位]?|怎么样?|怎样|如何|咋|啥"
    r"|为什么|为何|是不是|有没有|能不能|可不可以|要不要|算不算|行不行|能否|可否|请问|一下"
)
_COUNT = re.compile(r"[\d零一二两三四五六七八九十百千万亿几多]+[个天年月日点成次号级家户倍]?半?")
_QUOTES = re.compile(r"['’](?:s|t|re|ve)\b|[“”\"‘’']")
_SENTENCE = re.compile(r"(?<=[。；！？;!?])")
_RULER = re.compile(r":?-*:?")
_WORD = re.compile(r"[㐀-鿿a-z]")


@dataclass(frozen=True)
class Inquiry:
    """A question as it is held against passages."""

    plain: str
    weights: Mapping[str, float]
    """Its words in their order, each with what it weighs."""
    known: frozenset[str]
    """Those that the documents know, by themselves or under another name."""
    synonyms: Synonyms

    def evidence(self, titles: str, text: str) -> dict[str, float]:
        """Figures by name; those of the best sentence or row end in `_s`, those of the whole passage in `_p`."""
        titles, whole = normal(titles), normal(text)
        in_titles = {word: IN_TITLE * self._there(word, titles) for word in self.weights}
        best, there = "", in_titles
        for sentence in _sentences(text):
            here = {word: max(self._there(word, sentence), in_titles[word]) for word in self.weights}
            if not best or self._share(here) > self._share(there):
                best, there = sentence, here
        everywhere = {word: max(self._there(word, whole), in_titles[word]) for word in self.weights}
        found = {
            "length_s": math.log(len(best) + 1),
            "length_p": math.log(len(whole) + 1),
            "row": "|" in best,
            "rivals": rivals(self.plain, f"{whole} {titles}"),
            "named_otherwise": named_otherwise(self.plain, f"{whole} {titles}"),
            **self._of_words("s", there),
            **self._of_words("p", everywhere),
            **self._of_gaps(everywhere),
            **self._of_kinds(best, whole),
        }
        return {name: float(value) for name, value in found.items()}

    def about(self) -> dict[str, float]:
        """Figures of the question itself."""
        return {
            "words": len(self.weights),
            "weight": sum(self.weights.values()),
            **{f"asks_{kind}": float(asks.search(self.plain) is not None) for kind, asks, _ in KINDS},
        }

    def _of_words(self, where: str, there: Mapping[str, float]) -> dict[str, float]:
        worst = max(weight * (1 - there[word]) for word, weight in self.weights.items())
        heavy = [word for word in self.weights if word not in _LIGHT_WORDS]
        missing = [word for word in heavy if there[word] < MISSING]
        unknown = sum(word not in self.known for word in missing)
        long = [there[word] for word in self.weights if len(word) > 1]
        found = {
            "worst": worst / sum(self.weights.values()),
            "least": min(long, default=1.0),
            "head": there[heavy[0]] if heavy else 1.0,
            "tail": there[heavy[-1]] if heavy else 1.0,
            "last": list(there.values())[-1],
            "missing": len(missing) - unknown,
            "unknown": unknown,
            "any_missing": len(missing) > unknown,
            "any_unknown": unknown > 0,
            "two_unknown": unknown > 1,
        }
        return {f"{name}_{where}": float(value) for name, value in found.items()}

    def _of_gaps(self, there: Mapping[str, float]) -> dict[str, float]:
        """Weight of what is missing: words and single characters, known to the documents and not."""
        found = {f"gap_{state}_{kind}": 0.0 for state in ("known", "unknown") for kind in ("word", "character")}
        for word, weight in self.weights.items():
            state, kind = "known" if word in self.known else "unknown", "word" if len(word) > 1 else "character"
            found[f"gap_{state}_{kind}"] += weight * (1 - there[word])
        return found

    def _of_kinds(self, best: str, whole: str) -> dict[str, float]:
        found = {}
        for kind, asks, answers in KINDS:
            found[f"has_{kind}"] = float(asks.search(self.plain) is not None and answers.search(best) is not None)
        counted = counted_in(self.plain)
        found["counts_s"] = float(counted is not None and counted.search(best) is not None)
        found["counts_p"] = float(counted is not None and counted.search(whole) is not None)
        found["counts_not"] = float(counted is not None and not found["counts_p"])
        return found

    def _share(self, there: Mapping[str, float]) -> float:
        return sum(weight * there[word] for word, weight in self.weights.items()) / sum(self.weights.values())

    def _there(self, word: str, text: str) -> float:
        return _stands(word, text, self.synonyms.of(word))


Counting = Callable[[Sequence[str]], tuple[int, Mapping[str, int]]]
"""How many passages there are, and how many of them have each of some words."""


def inquiry(query: str, synonyms: Synonyms, counts: Counting) -> Inquiry:
    """The question in `query`, its words weighed by how rare they are."""
    plain = normal(query)
    words = words_of(plain, synonyms)
    called = {word: (word, *synonyms.of(word)) for word in words}
    total, having = counts(list(dict.fromkeys(name for names in called.values() for name in names)))
    known = {word: max(having[name] for name in names) for word, names in called.items()}
    weights = {word: _weight(word, total, known[word]) for word in words}
    return Inquiry(plain, weights, frozenset(word for word in words if known[word]), synonyms)


def words_of(plain: str, synonyms: Synonyms) -> list[str]:
    """The words of a question that say what it is about, once each; the question itself where there is none."""
    plain = _QUOTES.sub(" " if plain.isascii() else "", plain)
    found: list[str] = []
    at = 0
    for one in _cuts(synonyms).finditer(plain):
        found += [word for word in cut(plain[at : one.start()]) if _WORD.search(word)]
        found += [one[0]] if one[0] and not one["asking"] else []
        at = one.end()
    return list(dict.fromkeys(word for word in found if _says(word))) or [plain]


@lru_cache(maxsize=8)
def _cuts_of(whole: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<asking>{_ASKING.pattern})|{whole}|$")


def _cuts(synonyms: Synonyms) -> re.Pattern[str]:
    return _cuts_of(synonyms.whole.pattern)


def _says(word: str) -> bool:
    single = len(word) == 1 and (word in _FUNCTION or word.isascii())
    return not single and word not in _UNSAID and not _COUNT.fullmatch(word)


def _weight(word: str, total: int, count: int) -> float:
    """A rare word says more, and a long one; of what no document has, what the whole language uses often says less."""
    rarity = math.log(1 + (total - count + 0.5) / (count + 0.5))
    if not count:
        rarity = max(1.0, rarity - UNKNOWN * max(0.0, math.log10(frequency(word) + 1) - FREQUENT))
    length = 1.4 if word.isascii() else math.sqrt(min(len(word), 4))
    return rarity * length * (VERB if len(word) == 1 else 1.0) * (LIGHT if word in _LIGHT_WORDS else 1.0)


@lru_cache(maxsize=65536)
def _stands(word: str, text: str, others: tuple[str, ...]) -> float:
    """1 where a word stands in a text, less where something like it does, 0 where nothing does."""
    if _is_in(word, text):
        return 1.0
    if any(_is_in(other, text) for other in others):
        return SYNONYM
    if word.isascii() or len(word) < 2:
        return 0.0
    pairs = [word[at : at + 2] for at in range(len(word) - 1)] if len(word) > 2 else []
    return max(PIECES * _part(pair in text for pair in pairs), CHARACTERS * _part(letter in text for letter in word))


def _is_in(word: str, text: str) -> bool:
    """A Latin word counts where one begins like it, whatever its ending."""
    if not word.isascii():
        return word in text
    plain = bare(word)
    return plain in text and re.search(rf"(?<![a-z0-9]){re.escape(plain)}", text) is not None


def _part(said: Iterable[bool]) -> float:
    marks = list(said)
    return sum(marks) / max(1, len(marks))


@lru_cache(maxsize=2048)
def _sentences(text: str) -> tuple[str, ...]:
    """The sentences of a passage; a row of a table with the table's head."""
    found: list[str] = []
    head = ""
    for line in text.split("\n"):
        if not line.lstrip().startswith("|"):
            head = "" if line.strip() else head
            found += [sentence for sentence in _SENTENCE.split(line) if sentence.strip()]
        elif not head:
            head = line
        elif not all(_RULER.fullmatch(cell.strip()) for cell in line.strip().strip("|").split("|")):
            found.append(f"{head} {line}")
    return tuple(map(normal, found)) or (normal(text),)
