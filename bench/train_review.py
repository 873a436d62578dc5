"""Trains the weights that ship with the review's classifier, and says from what.

    python -m bench.train_review              every head
    python -m bench.train_review offensive    one head

Seeds are fixed: the same data gives the same weights.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from app.engines.classifier import WEIGHTS
from app.engines.classifying.head import Head
from app.gateway.unwrapping import plain
from bench import review_data as data
from bench import review_sentences as own
from bench.review_training import Samples, fitted

Labelled = tuple[str, str, frozenset[str]]
"""Where it comes from, the text, its kinds; none for ordinary talk."""


def offensive_samples() -> Iterable[Labelled]:
    """Comments on people's race, sex and region, and ordinary talk of every sort."""
    for row in data.rows("safety_cold_zh", "cold.jsonl"):
        yield "safety_cold_zh", row["text"], frozenset({"offensive"} if row["label"] else ())
    yield from (("own texts", text, frozenset()) for text in data.house_texts())
    ordinary = [(folder, text) for folder, text in data.public_benign() if folder != "intent_clinc150"]
    yield from (
        (folder, text, frozenset()) for folder, text in random.Random(7).sample(ordinary, min(9000, len(ordinary)))
    )


def input_samples() -> Iterable[Labelled]:
    """Attacks, requests that do harm, requests for licensed advice; and ordinary talk, as `unwrapping.plain` reads it."""
    return ((source, plain(text), kinds) for source, text, kinds in _input_texts())


def _input_texts() -> Iterator[Labelled]:
    attack, harmful = frozenset({"attack"}), frozenset({"harmful"})
    for row in data.rows("safety_injection_en", "attacks.jsonl"):
        kinds = frozenset[str]() if not row["label"] else harmful if row["kind"] == "harmful_request" else attack
        yield "safety_injection_en", row["text"], kinds
    requests = [text for _, text in own.harmful()]
    yield from (("own attacks", text, attack) for text in own.attacks())
    yield from (("own risk requests", text, harmful) for text in requests)
    yield from (("own risk requests, wrapped", text, harmful) for text in own.wrapped(requests, 6000))
    yield from (("own advice requests", text, frozenset({"advice"})) for text in own.advice())
    yield from (("own ordinary talk", text, frozenset()) for text in own.benign())
    yield from (("own banking deeds", text, frozenset()) for text in own.banking())
    yield from (("own questions on words", text, frozenset()) for text in own.about_words(data.house_texts()))
    neighbours = [row["text"] for row in data.own("review_neighbours.jsonl") if row["half"] == "dev"]
    neighbours += [row["text"] for row in data.own("knowledge_questions.jsonl") if row["half"] == "dev"]
    yield from (("own neighbours", text, frozenset()) for text in neighbours)
    yield from (("own exam questions", text, frozenset()) for text in own.exam())
    yield from (("own everyday wishes", text, frozenset()) for text in own.everyday())
    yield from (("own honest neighbours", text, frozenset()) for text in own.honest())
    yield from (("own questions on words", text, frozenset()) for text in own.about_words(data.house_texts()))
    neighbours = [row["text"] for row in data.own("review_neighbours.jsonl") if row["half"] == "dev"]
    neighbours += [row["text"] for row in data.own("knowledge_questions.jsonl") if row["half"] == "dev"]
    yield from (("own neighbours", text, frozenset()) for text in neighbours)
    yield from (("own examples", row["text"], frozenset()) for row in data.own("fx_sentences_dev.jsonl"))
    routed = data.own("route_dev.jsonl")
    yield from (("own questions on words", text, frozenset()) for text in own.about_words(data.house_texts()))
    neighbours = [row["text"] for row in data.own("review_neighbours.jsonl") if row["half"] == "dev"]
    neighbours += [row["text"] for row in data.own("knowledge_questions.jsonl") if row["half"] == "dev"]
    yield from (("own neighbours", text, frozenset()) for text in neighbours)
    yield from (("own examples", row["text"], frozenset()) for row in routed if row["assistants"])
    yield from (("own texts", text, frozenset()) for text in data.house_texts())
    yield from ((folder, text, frozenset()) for folder, text in data.public_benign())


WEIGHTS_OF = {
    "own neighbours": 4.0,
    "own examples": 2.0,
    "qa_cmrc2018": 0.1,
    "qa_drcd_trad": 0.1,
    "meeting_vcsum_zh": 0.1,
    "intent_homeassistant_zh": 0.1,
    "own everyday wishes": 0.1,
    "intent_clinc150": 0.3,
}
"""How much a text counts, where not 1: less what nobody would say at work, more what somebody did."""

HEADS: dict[str, tuple[tuple[str, ...], Callable[[], Iterable[Labelled]], int, float]] = {
    "input": (("risky", "attack", "harmful", "advice"), input_samples, 1 << 19, 2.0),
    "offensive": (("offensive",), offensive_samples, 1 << 18, 20.0),
}


def train(name: str) -> Head:
    """One head, from all its data."""
    kinds, samples_of, buckets, strength = HEADS[name]
    labelled = list(dict.fromkeys(samples_of()))
    for folder, count in sorted(Counter(source for source, _, _ in labelled).items()):
        print(f"{name}: {count:6} texts of {folder} ({data.LICENCES.get(folder, 'own')})")
    samples = Samples([text for _, text, _ in labelled])
    labels = np.array(
        [[bool(found) if kind == "risky" else kind in found for kind in kinds] for _, _, found in labelled]
    )
    weights = np.array(
        [WEIGHTS_OF.get(source, 1.0) if name == "input" else 1.0 for source, _, _ in labelled], np.float32
    )
    return fitted(samples, np.arange(len(labelled)), labels, kinds, weights=weights, buckets=buckets, strength=strength)


def main() -> int:
    """Train what is named, or everything. Needs the public data."""
    if not data.rows("safety_cold_zh", "cold.jsonl"):
        print(f"The public data is not in {data.DATA}: set DESKMATE_BENCH_DATA.")
        return 1
    for name in sys.argv[1:] or list(HEADS):
        path = WEIGHTS / f"{name}.npz"
        train(name).save(path)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
