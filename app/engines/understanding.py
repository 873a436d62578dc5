"""Whom a text is for: a small classifier fitted at start from what the folders declare.

Character n-grams of Han, words and word pieces of Latin script, weighted by rarity, go into a kernel ridge
regression with one column per assistant, one per skill and one for nobody. Its leave-one-out predictions come in closed
form (Rifkin & Lippert 2007, "Notes on Regularized Least Squares"), and a logistic curve fitted on them makes
scores into confidences: how often a score like this was right for a sentence not seen before.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from app.core.assistant import Assistant
from app.core.ports import Fit
from app.core.texts import YAML_LOADER
from app.engines.language.forms import lexicon, spans
from app.engines.language.ngrams import features, is_han
from app.engines.language.templates import Template, template

Floats = NDArray[np.float64]
Label = tuple[str, str | None]
"""Assistant and skill; the skill None is knowledge."""

NOBODY = ""
KINDS = ("money", "currency", "tenor", "percent", "date", "time", "person", "organisation", "file")
"""Values whose presence tells what a text is about."""
LONGEST = 400
"""Characters that are searched for values."""
ASKING = 0.5
"""What is left of a word that only asks (`多少`, `what`): anybody is asked with it."""
SHARES = {"c:": 0.4, "p:": 0.8, "0": 0.4, "k:": 1.5}
"""How much a feature counts by its kind, a word being 1: pieces less, values more."""
RIDGE = 0.2
REMEMBERED = 512
"""Texts whose scores are kept."""
SHRINKAGE = 0.02
"""Of the curves' coefficients: a folder with few examples is not believed without end."""
ALIKE, THE_SAME = 0.16, 0.5
"""Cosines from which a background subject (on average) resembles an assistant's examples, and a sentence is one."""
SHORT, BLANK = 1.0, 6.0
"""Unknown words that are added to every text, and to a template for each slot: a text of two letters says little about
anything, and so does `who is {who}`."""
WEIGHTS = {"example": 1.0, "title": 0.6, "topic": 0.7, "heading": 0.35, "background": 1.0}
"""How much one sentence of each origin counts."""

_HEADING = re.compile(r"^(?:title:\s*[\"']?|#+\s+)(.+?)[\"']?\s*$", re.MULTILINE)
_NUMBERING = re.compile(r"^(?:第[一二三四五六七八九十百]+[编章节条]|[\d.]+)[\s、.]*")


@dataclass(frozen=True)
class _Sample:
    """One thing somebody says, and whose it is."""

    counts: Counter[str]
    label: Label
    origin: str
    subject: str = ""
    """Of the background only."""
    blanks: int = 0
    """Slots of a template: what stands there is not known."""


class Understanding:
    """Implements `ports.Understanding`."""

    def __init__(self, assistants: Mapping[str, Assistant]) -> None:
        self._assistants = dict(assistants)
        self._templates: list[tuple[Template, Label]] = [
            (template(example.text), (assistant.name, example.skill))
            for assistant in assistants.values()
            for example in assistant.examples
        ]
        self._weighed: dict[str, Floats] = {}
        samples = [sample for assistant in assistants.values() for sample in _declared(assistant)]
        self._fit([*samples, *_background()])

    def fits(self, text: str) -> Sequence[Fit]:
        """Every assistant's fit, best first."""
        scores = self._scores(text)
        confidences = self._confidences(scores[: len(self._names)][None, :])[0]
        skills = {name: self.skills(name, text, scores) for name in self._assistants}
        fits = [
            Fit(name, round(float(confidences[at]), 4), skills[name][0][0] if skills[name] else None)
            for at, name in enumerate(self._names)
            if name != NOBODY
        ]
        return sorted(fits, key=lambda fit: -fit.confidence)

    def skills(self, assistant: str, text: str, scores: Floats | None = None) -> Sequence[tuple[str | None, float]]:
        """The skills of one assistant and how well `text` fits each (0 to 1), best first; None is its knowledge."""
        columns = self._columns_of(assistant)
        if not columns:
            return []
        known = self._scores(text) if scores is None else scores
        evidence = _evidence(known[None, list(columns.values())], among_all=True)
        confidences = _sigmoid(evidence[0] @ self._skill_curve)
        return sorted(zip(columns, map(float, confidences), strict=True), key=lambda pair: -pair[1])

    def _columns_of(self, assistant: str) -> dict[str | None, int]:
        return {skill: at for (name, skill), at in self._columns.items() if name == assistant}

    # --- fitting ------------------------------------------------------------------------------------

    def _fit(self, given: Sequence[_Sample]) -> None:
        self._names = [*self._assistants, NOBODY]
        labels = dict.fromkeys(sample.label for sample in given if sample.origin == "example")
        self._columns = {label: len(self._names) + at for at, label in enumerate(labels)}
        frequency = Counter(feature for sample in given for feature in sample.counts)
        self._rarity = {feature: math.log((1 + len(given)) / (0.5 + count)) for feature, count in frequency.items()}
        self._unseen = math.log(2 * (1 + len(given)))
        vectors = [self._vector(sample.counts, sample.blanks) for sample in given]
        gram = _gram(vectors)
        claimed = _claimed(given, gram)
        kept = [row for row in range(len(given)) if row not in claimed]
        samples = [given[row] for row in kept]
        wanted = self._wanted(samples)
        ridge = np.diag([RIDGE / WEIGHTS[sample.origin] for sample in samples])
        inverse = np.linalg.inv((gram[np.ix_(kept, kept)] + ridge).astype(np.float32)).astype(np.float64)
        dual = inverse @ wanted
        self._index = {feature: at for at, feature in enumerate(frequency)}
        self._weights = np.zeros((len(self._index), wanted.shape[1]))
        for row, share in zip(kept, dual, strict=True):
            at = [self._index[feature] for feature in vectors[row]]
            self._weights[at] += np.outer(list(vectors[row].values()), share)
        held_out = wanted - dual / np.diag(inverse)[:, None]
        judged = [row for row, sample in enumerate(samples) if sample.origin in ("example", "background")]
        self._calibrate(held_out[judged], wanted[judged])

    def _calibrate(self, held_out: Floats, wanted: Floats) -> None:
        """Curves from scores to confidences, fitted on what each sample scores when it is left out."""
        named = slice(len(self._names))
        self._curve = _logistic(_evidence(held_out[:, named]), wanted[:, named][:, :-1])
        evidence, truth = [], []
        for name in self._assistants:
            columns = list(self._columns_of(name).values())
            if columns:
                evidence.append(_evidence(held_out[:, columns], among_all=True).reshape(-1, 3))
                truth.append(wanted[:, columns].reshape(-1))
        self._skill_curve = _logistic(np.concatenate(evidence), np.concatenate(truth)) if evidence else np.zeros(3)

    def _wanted(self, samples: Sequence[_Sample]) -> Floats:
        """One row per sample: 1 in the column of its assistant (or nobody), and of its skill where it is an example."""
        wanted = np.zeros((len(samples), len(self._names) + len(self._columns)))
        for row, sample in enumerate(samples):
            wanted[row, self._names.index(sample.label[0])] = 1
            if sample.origin == "example":
                wanted[row, self._columns[sample.label]] = 1
        return wanted

    def _vector(self, counts: Mapping[str, int], blanks: int = 0) -> dict[str, float]:
        """Unit vector of the known features; unknown ones count in its length: strange words lower every score."""
        raw = {feature: self._rarity[feature] * _share(feature) for feature in counts if feature in self._rarity}
        strange = sum((self._unseen * _share(feature)) ** 2 for feature in counts if feature not in self._rarity)
        strange += (SHORT + BLANK * blanks) * self._unseen**2
        length = math.sqrt(sum(value * value for value in raw.values()) + strange)
        return {feature: value / length for feature, value in raw.items()}

    def _scores(self, text: str) -> Floats:
        """The router and then the chosen assistants ask for the same text: it is weighed once."""
        if text not in self._weighed:
            if len(self._weighed) >= REMEMBERED:
                self._weighed.clear()
            self._weighed[text] = self._weigh(text)
        return self._weighed[text]

    def _weigh(self, text: str) -> Floats:
        vector = self._vector(_heard(text))
        scores: Floats = np.array(list(vector.values())) @ self._weights[[self._index[one] for one in vector]]
        for one, label in self._templates:
            match = one.match(text)
            if match:
                bonus = 0.5 * match.literal / max(1, len(text.strip()))
                scores[self._names.index(label[0])] += bonus
                scores[self._columns[label]] += bonus
        return scores

    def _confidences(self, scores: Floats) -> Floats:
        return _sigmoid(np.tensordot(_evidence(scores), self._curve, axes=1))


def _heard(*texts: str) -> Counter[str]:
    """The features of a text, or of a template's sentences together: n-grams, and the kinds of values it gives.

    Who is asked about `瑞郎` may be learnt from `美元`: both are a currency.
    """
    found: Counter[str] = Counter()
    for text in texts:
        found |= features(text)
    whole = "\n".join(texts)[:LONGEST]
    found.update(f"k:{kind}" for kind in KINDS if spans(kind, whole))
    return found


def _share(feature: str) -> float:
    """How much a feature counts: single characters little, pieces less than words, words that only ask half."""
    if is_han(feature[0]):
        return (0.6, 1.0, 0.8)[len(feature) - 1] * (ASKING if feature in _asking() else 1)
    words = feature[2:].split(" ") if feature[:2] in ("w:", "p:") else [feature]
    asks = all(word in _asking() for word in words)
    return SHARES.get(feature[:2], 1.0) * (ASKING ** len(words) if asks else 1)


@cache
def _asking() -> frozenset[str]:
    return frozenset(lexicon()["asking"])


def _declared(assistant: Assistant) -> list[_Sample]:
    """Everything a folder says about what belongs to its assistant."""
    name = assistant.name
    samples = [
        _Sample(_heard(*one.sentences), (name, skill), "example", blanks=len(set(one.names)))
        for one, skill in ((template(example.text), example.skill) for example in assistant.examples)
    ]
    titles = (assistant.title, assistant.title_en, assistant.brief, assistant.brief_en, *assistant.aliases)
    samples += [_Sample(_heard(text), (name, None), "title") for text in titles]
    samples += [_Sample(_heard(text), (name, None), "topic") for text in assistant.topics]
    samples += [_Sample(_heard(text), (name, None), "heading") for text in _headings(assistant)]
    return [sample for sample in samples if sample.counts]


def _headings(assistant: Assistant) -> list[str]:
    """Titles and headings of the documents an assistant may read: `knowledge/` lies beside `assistants/`.

    A heading of several documents (`总则`, `摘要`) says nothing about any of them.
    """
    folders = [assistant.folder.parent.parent / "knowledge" / name for name in assistant.knowledge]
    paths = [path for folder in folders for path in sorted(folder.glob("*.md"))]
    found = Counter(heading for path in paths for heading in _headings_in(path.read_text("utf-8", errors="replace")))
    return [heading for heading, count in found.items() if count == 1]


def _headings_in(document: str) -> set[str]:
    return {_NUMBERING.sub("", heading) for heading in _HEADING.findall(document)} - {""}


def _background() -> list[_Sample]:
    path = Path(__file__).parent / "language" / "background.yaml"
    subjects: dict[str, list[str]] = yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)  # noqa: S506 - it is a safe one
    return [
        _Sample(_heard(text), (NOBODY, None), "background", subject)
        for subject, texts in subjects.items()
        for text in texts
    ]


def _claimed(samples: Sequence[_Sample], gram: Floats) -> set[int]:
    """Background samples that the folders make their own.

    A subject of the background is claimed when its sentences, on average, resemble the examples of one assistant
    (somebody here does the weather now), a sentence also by itself when it is nearly an example.
    """
    lengths = np.sqrt(np.diag(gram))
    examples: dict[str, list[int]] = {}
    subjects: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        if sample.origin == "example":
            examples.setdefault(sample.label[0], []).append(row)
        elif sample.origin == "background":
            subjects.setdefault(sample.subject, []).append(row)
    claimed: set[int] = set()
    for rows in subjects.values():
        for own in examples.values():
            cosines = gram[np.ix_(rows, own)] / np.outer(lengths[rows], lengths[own])
            nearest = cosines.max(axis=1)
            if nearest.mean() >= ALIKE:
                claimed.update(rows)
            claimed.update(row for row, cosine in zip(rows, nearest, strict=True) if cosine >= THE_SAME)
    return claimed


def _gram(vectors: Sequence[Mapping[str, float]]) -> Floats:
    """Every vector's product with every other, by way of the few that share a feature."""
    holders: dict[str, tuple[list[int], list[float]]] = {}
    for row, vector in enumerate(vectors):
        for feature, value in vector.items():
            rows, values = holders.setdefault(feature, ([], []))
            rows.append(row)
            values.append(value)
    gram = np.zeros((len(vectors), len(vectors)))
    for rows, values in holders.values():
        if len(rows) == 1:
            gram[rows[0], rows[0]] += values[0] ** 2
        else:
            gram[np.ix_(rows, rows)] += np.outer(values, values)
    return gram


def _evidence(scores: Floats, *, among_all: bool = False) -> Floats:
    """Per row and column: one, its score, and its lead over the best other column.

    The last column, nobody's, is only compared with; `among_all` means that there is none such.
    """
    rows, columns = scores.shape
    judged = columns if among_all else columns - 1
    others = np.repeat(scores[:, None, :], judged, axis=1)
    others[:, np.arange(judged), np.arange(judged)] = -np.inf
    best_other = others.max(axis=2) if columns > 1 else np.zeros((rows, judged))
    own = scores[:, :judged]
    return np.stack([np.ones((rows, judged)), own, own - best_other], axis=2)


def _sigmoid(value: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))


def _logistic(evidence: Floats, truth: Floats) -> Floats:
    """Coefficients of a logistic regression by Newton's method, with a little shrinkage.

    More evidence never means less confidence: a coefficient that came out negative is left out.
    """
    x, y = evidence.reshape(-1, evidence.shape[-1]), truth.reshape(-1)
    used = [0, 1, 2]
    while True:
        part, curve = x[:, used], np.zeros(len(used))
        for _ in range(12):
            p = _sigmoid(part @ curve)
            slope = part.T @ (p - y) + SHRINKAGE * curve
            curvature = (part * (p * (1 - p))[:, None]).T @ part + SHRINKAGE * np.eye(len(used))
            curve = curve - np.linalg.solve(curvature, slope)
        negative = [at for at, value in zip(used, curve, strict=True) if at and value < 0]
        if not negative:
            break
        used = [at for at in used if at not in negative]
    whole = np.zeros(3)
    whole[used] = curve
    return whole
