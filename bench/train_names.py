"""Fits the weights of `app/engines/masking/trained_names.py`. The same data give the same weights.

    python -m bench.train_names ../shared/data     writes app/engines/masking/names.npz

The folder holds `ner_weibo`, `pii_en_presidio` and `intent_clinc150`, each with its README and licence. What is used of
them, and what else the weights rest on, is printed and stands in `names.md` beside the weights.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engines.masking.english_persons import word_lists as english_lists
from app.engines.masking.finding import View
from app.engines.masking.person_words import word_lists
from app.engines.masking.tokens import COMMON, EDGE, NEAR, SIZE, Text, list_of
from app.engines.masking.trained_names import FORMAT, TAGS, WEIGHTS, Rules, Weights, vocabulary
from bench.crf import Example, fitted
from bench.mask_sentences import Sentence
from bench.name_talk import Talk, own_texts

VARIANCE = 1.0
STEPS = 70
SEED = 20261121
OWN_CHINESE, OWN_ENGLISH = 10000, 6000
PLAIN_ENGLISH, PLAIN_CHINESE = 3000, 5000
HURDLE = 2.5
FOLDS, FEWER, FEWER_STEPS = 5, 2000, 45
FOLD_TALK, FOLD_HURDLE = 500, 3.0
"""Beside the 760 messages of a fold. More of our own talk makes them count for too little; with 700 and with 1000 texts
recall stays above 0.70, too, and precision at 0.55."""
DOUBT = -2.0
SOURCES = (
    ("ner_weibo", "CC BY-SA 3.0", "messages with their `.NAM` persons"),
    ("pii_en_presidio", "MIT, identities CC BY-SA 3.0", "sentences with persons and addresses; identities in our own"),
    ("qa_cmrc2018", "CC BY-SA 4.0", "sentences in which no rule suspects a name"),
    ("meeting_vcsum_zh", "MIT", "the same"),
    ("intent_clinc150", "CC BY 3.0", f"{PLAIN_ENGLISH} requests without any name; which words are ordinary ones"),
)
_USED = 3  # times from which on a word is an ordinary one
_TITLES = frozenset(["mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "dr", "dr."])
_PLACES = ("GPE", "LOCATION", "ZIP_CODE")
_ADDRESSES = ("ADDRESS", "STREET_ADDRESS")


def weibo(data: Path) -> list[Sentence]:
    """Messages with the names of persons; descriptions (`.NOM`) are nobody's name."""
    return [
        Sentence(
            one["text"],
            tuple(("PERSON", span["start"], span["end"]) for span in one["entities"] if span["type"] == "PER.NAM"),
        )
        for one in _read(data / "ner_weibo" / "dev")
    ]


def presidio(data: Path) -> list[tuple[str, Sentence]]:
    """Template and sentence, with persons and addresses. The parts of one address, listed apart there, are one."""
    return [(one["masked"], joined(one)) for one in _read(data / "pii_en_presidio" / "dev")]


def joined(line: dict[str, Any]) -> Sentence:
    """One of their sentences. The parts of one address, listed apart there, are one."""
    spans: list[tuple[str, int, int]] = []
    for span in sorted(line["spans"], key=lambda span: int(span["start_position"])):
        start, end, type = span["start_position"], span["end_position"], span["entity_type"]
        type = "ADDRESS" if type in _ADDRESSES else "PLACE" if type in _PLACES else type
        if type not in ("ADDRESS", "PLACE", "PERSON") or line["full_text"][start:end].lower() in _TITLES:
            continue
        if spans and type != "PERSON" and spans[-1][0] != "PERSON" and start - spans[-1][2] <= 6:
            type = "ADDRESS" if "ADDRESS" in (type, spans[-1][0]) else "PLACE"
            start = spans.pop()[1]
        spans.append((type, start, end))
    return Sentence(line["full_text"], tuple(span for span in spans if span[0] != "PLACE"))


def _read(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from (json.loads(line) for line in path.read_text("utf-8").splitlines() if line)


def plain_chinese(data: Path, rules: Rules) -> list[Sentence]:
    """Sentences of an encyclopedia and of meetings in which no rule sees anything like a name."""
    passages = [one["context"] for one in _read(data / "qa_cmrc2018" / "dev")]
    passages += [
        "".join(map("".join, one["context"])) for one in _read(data / "meeting_vcsum_zh" / "dev") if "context" in one
    ]
    texts = [text for passage in passages for text in re.findall("[^。！？\n]{6,120}[。！？]?", passage)]
    random.Random(SEED).shuffle(texts)
    chosen: list[Sentence] = []
    for text in texts:
        if len(chosen) == PLAIN_CHINESE:
            break
        if "·" not in text and not rules.suspects(View(text), DOUBT):
            chosen.append(Sentence(text, ()))
    return chosen


def plain_english(data: Path) -> list[Sentence]:
    """Requests of users in which nobody is named."""
    texts = [one["text"] for one in _read(data / "intent_clinc150" / "dev")]
    return [Sentence(text, ()) for text in random.Random(SEED).sample(texts, PLAIN_ENGLISH)]


def documents() -> list[Sentence]:
    """All that stands in the project's own documents and catalogues: nobody is named there."""
    return [Sentence(text, ()) for text in own_texts()]


def own(english: Sequence[Sentence]) -> list[Sentence]:
    """Sentences of our own, with the names and addresses of `english` mixed in."""
    return list(Talk(SEED, *_identities(english)).sentences(OWN_CHINESE, OWN_ENGLISH))


def _identities(english: Sequence[Sentence]) -> tuple[list[str], list[str]]:
    """Names and addresses."""
    names, addresses = (
        sorted({one.text[start:end] for one in english for type, start, end in one.spans if type == wanted})
        for wanted in ("PERSON", "ADDRESS")
    )
    return [name for name in names if name.istitle() and name.split()[0].lower() not in _TITLES], addresses


class Trainer:
    """Encodes sentences once, and fits weights on any selection of them."""

    def __init__(self, data: Path) -> None:
        self.rules = Rules()
        self._classes, self._names = _classes(), list_of([*_names(), *_common_words(data)])
        self.known = vocabulary(self._classes, self._names, np.zeros((SIZE, len(TAGS)), np.float32))
        self._seen = cache(self.known.seen)
        moves = np.ones((len(TAGS), len(TAGS)), bool)
        for before, first in enumerate(TAGS):
            for after, second in enumerate(TAGS):
                moves[before, after] = not second.startswith("I") or first[2:] == second[2:]
        self._allowed = moves
        self._begins = np.array([tag == "B-PERSON" for tag in TAGS])

    def example(self, sentence: Sentence, weight: float = 1.0, hurdle: float = 0.0) -> Example:
        """What the tagger sees of a sentence, and what it should say."""
        text, _ = self.rules.read(View(sentence.text), self.known)
        if not text.tokens:
            return Example([], np.zeros(0, np.intp))
        tokens = [EDGE] * NEAR[-1] + text.tokens + [EDGE] * NEAR[-1]
        features = []
        for number, slots in enumerate(text.slots().T):
            near = [place for step in range(len(NEAR)) for place in self._seen(tokens[number + step])[step]]
            features.append(np.concatenate([slots.astype(np.int32), np.array(near, np.int32)]))
        return Example(features, _tags(text, sentence), weight, hurdle)

    def lower(self, sentence: Sentence, weight: float) -> Example | None:
        """The same in small letters, where that changes no offset."""
        small = sentence.text.lower()
        return self.example(Sentence(small, sentence.spans), weight) if len(small) == len(sentence.text) else None

    def weights(self, examples: list[Example], steps: int = STEPS) -> Weights:
        """Weights fitted on `examples`."""
        table, moves = fitted(examples, SIZE, self._begins, self._allowed, VARIANCE, steps)
        return Weights(table, moves, self._classes, self._names)

    def save(self, weights: Weights, path: Path) -> None:
        """Write them as `read_weights` reads them: half precision, small weights dropped."""
        table = np.where(np.abs(weights.table) < 0.004, 0, weights.table).astype(np.float16)
        about = json.dumps({"format": FORMAT, "classes": dict(sorted(weights.classes.items()))}, ensure_ascii=False)
        np.savez_compressed(
            path,
            table=table,
            moves=weights.moves,
            names=weights.names,
            about=np.frombuffer(about.encode("utf-8"), np.uint8),
        )


def _tags(text: Text, sentence: Sentence) -> NDArray[np.intp]:
    tags = np.zeros(len(text.tokens), np.intp)
    for type, start, end in sentence.spans:
        if f"B-{type}" not in TAGS:
            continue
        inside = [place for place in range(len(tags)) if text.starts[place] < end and text.end(place) > start]
        tags[inside] = TAGS.index(f"I-{type}")
        tags[inside[:1]] = TAGS.index(f"B-{type}")
    return tags


@cache
def _jieba() -> list[tuple[str, int, str]]:
    found = find_spec("jieba")
    assert found is not None and found.origin is not None
    lines = (Path(found.origin).parent / "dict.txt").read_text("utf-8").splitlines()
    return [(word, int(count), kind) for word, count, kind in (line.split(" ") for line in lines)]


def _classes() -> dict[str, str]:
    """Character -> how often it is a surname, stands in given names and in foreign names: `s2g3f0`."""
    surnames = word_lists().surnames
    given, foreign, other = Counter[str](), Counter[str](), Counter[str]()
    for word, count, kind in _jieba():
        if kind == "nrt" and len(word) > 1:
            foreign.update(word)
        elif kind.startswith("nr") and len(word) == 3 and word[0] in surnames:
            given.update(word[1:])
        else:
            other.update(dict.fromkeys(word, math.log1p(count)))

    def share(counter: Counter[str], character: str, cuts: tuple[float, ...]) -> int:
        part = counter[character] / (other[character] + 20)
        return sum(part >= cut for cut in cuts)

    def common(character: str) -> int:
        weight = surnames.get(character)
        return 0 if weight is None else 1 + sum(weight >= cut for cut in (-9, -7, -5))

    return {
        one: f"s{common(one)}g{share(given, one, (0.03, 0.08, 0.2, 0.5))}f{share(foreign, one, (0.01, 0.03, 0.1))}"
        for one in sorted({*given, *foreign, *(name for name in surnames if len(name) == 1)})
    }


def _names() -> list[list[str]]:
    """The names of people in jieba's word list (MIT): Chinese ones by their surname, and foreign ones."""
    surnames = word_lists().surnames
    return [
        list(word)
        for word, _, kind in _jieba()
        if kind.startswith("nr")
        and 2 <= len(word) <= 5
        and (
            kind == "nrt"
            or len(word) == 2
            or (word[0] in surnames and len(word) == 3)
            or (word[:2] in surnames and len(word) <= 4)
        )
    ]


def _common_words(data: Path) -> list[list[str]]:
    """Words that requests in English are made of, and that are nobody's name."""
    texts = (one["text"].lower() for one in _read(data / "intent_clinc150" / "dev"))
    counted = Counter(word for text in texts for word in re.findall("[a-z]+", text))
    given = english_lists().given
    return [[COMMON, word] for word, count in sorted(counted.items()) if count >= _USED and word not in given]


def all_examples(trainer: Trainer, data: Path) -> list[Example]:
    """Everything that the shipped weights are fitted on."""
    english = [sentence for _, sentence in presidio(data)]
    return [
        *(trainer.example(sentence, hurdle=HURDLE) for sentence in weibo(data)),
        *_english_examples(trainer, english),
        *(trainer.example(sentence, 0.3) for sentence in plain_english(data)),
        *(trainer.example(sentence, 0.5) for sentence in plain_chinese(data, trainer.rules)),
        *(trainer.example(sentence) for sentence in documents()),
        *(trainer.example(sentence) for sentence in own(english)),
    ]


def _english_examples(trainer: Trainer, english: Sequence[Sentence]) -> list[Example]:
    small = [trainer.lower(sentence, 0.3) for sentence in english]
    return [*(trainer.example(sentence) for sentence in english), *(one for one in small if one is not None)]


def weibo_by_folds(trainer: Trainer, data: Path) -> Iterator[tuple[Sentence, Weights]]:
    """Every message with weights that were fitted without it, and without any other copy of it."""
    messages = weibo(data)
    examples = [trainer.example(sentence, hurdle=FOLD_HURDLE) for sentence in messages]
    besides = [trainer.example(sentence, 0.5) for sentence in plain_chinese(data, trainer.rules)[:FEWER]]
    besides += [trainer.example(sentence) for sentence in Talk(SEED).sentences(FOLD_TALK, 0)]
    folds = _folds([sentence.text for sentence in messages])
    for fold in range(FOLDS):
        kept = [one for one, other in zip(examples, folds, strict=True) if other != fold]
        weights = trainer.weights([*kept, *besides], FEWER_STEPS)
        yield from ((sentence, weights) for sentence, other in zip(messages, folds, strict=True) if other == fold)


def presidio_by_templates(trainer: Trainer, data: Path) -> Iterator[tuple[Sentence, Weights]]:
    """Every sentence of presidio-research with weights that were fitted without its template."""
    pairs = presidio(data)
    besides = [trainer.example(sentence, 0.3) for sentence in plain_english(data)[:FEWER]]
    folds = _folds([template for template, _ in pairs])
    for fold in range(FOLDS):
        kept = [sentence for (_, sentence), other in zip(pairs, folds, strict=True) if other != fold]
        talk = Talk(SEED, *_identities(kept)).sentences(0, OWN_ENGLISH)
        more = [trainer.example(sentence) for sentence in talk]
        weights = trainer.weights([*_english_examples(trainer, kept), *besides, *more], FEWER_STEPS)
        yield from ((sentence, weights) for (_, sentence), other in zip(pairs, folds, strict=True) if other == fold)


def _folds(keys: list[str]) -> list[int]:
    """A fold for each key, the same for the same key."""
    different = sorted(set(keys))
    random.Random(SEED).shuffle(different)
    fold = {key: number % FOLDS for number, key in enumerate(different)}
    return [fold[key] for key in keys]


def main() -> int:
    """Fit and write."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    data = Path(sys.argv[1])
    if missing := [name for name, _, _ in SOURCES if not (data / name / "dev").is_dir()]:
        print(f"not here: {', '.join(str(data / name) for name in missing)}; nothing was fitted")
        return 1
    for name, licence, use in SOURCES:
        print(f"{name} ({licence}): {use}")
    print(f"our own talk, {OWN_CHINESE} Chinese and {OWN_ENGLISH} English texts; jieba's word list (MIT)")
    trainer = Trainer(data)
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else WEIGHTS
    trainer.save(trainer.weights(all_examples(trainer, data)), path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
