"""Trains the weights that ship with the review's classifier, and says from what.

    python -m bench.train_review              every head
    python -m bench.train_review offensive    one head

Seeds are fixed: the same data gives the same weights.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

import jieba
import numpy as np

from app.engines.classifier import WEIGHTS
from app.engines.classifying.head import Head
from app.engines.classifying.pieces import folded
from app.engines.classifying.plain_words import in_words
from app.engines.classifying.words import LONGEST_WORD, WORDS, known_words
from app.gateway.unwrapping import plain
from bench import review_data as data
from bench import review_sentences as own
from bench.mask_sentences import sentences
from bench.review_training import Samples, Truths, calibration, fitted

Labelled = tuple[str, str, frozenset[str], str]
"""Source, the text as the classifier sees it, its kinds (none for ordinary talk), the text as it was said."""


def offensive_samples() -> Iterator[Labelled]:
    """Comments on people's race, sex and region, and ordinary talk of every sort."""
    for row in data.rows("safety_cold_zh", "cold.jsonl"):
        yield "safety_cold_zh", row["text"], frozenset({"offensive"} if row["label"] else ()), row["text"]
    ordinary = [(folder, text) for folder, text in data.public_benign() if folder != "intent_clinc150"]
    chosen = random.Random(7).sample(ordinary, min(9000, len(ordinary)))
    for source, text in [*(("own texts", text) for text in data.house_texts()), *chosen]:
        yield source, text, frozenset(), text


def input_samples() -> Iterator[Labelled]:
    """Attacks, requests that do harm or want licensed advice, and ordinary talk, as `unwrapping.plain` reads them."""
    for source, text, kinds in (*_risky(), *((source, text, frozenset[str]()) for source, text in _ordinary())):
        yield source, plain(text), kinds, text


def desk_samples() -> Iterator[Labelled]:
    """Attacks on an assistant at a bank and honest work there, freely worded and from lists.

    `work` is what either is, but not a request that does harm: such a one comes from anywhere. Of questions on the
    trade and of requests that do harm comes one in five, of everything else one in twenty.
    """
    attack, work = _ATTACK, _WORK
    chance = random.Random(7)
    for source, text, kinds, raw in dict.fromkeys(input_samples()):
        at_work = source in _AT_WORK or source in _ABOUT_WORK
        if source in ("own talk", "own talk of advice"):
            continue
        if source in _WHOLE or chance.random() < (0.2 if at_work or source == "own risk requests" else 0.05):
            yield source, text, (attack if kinds else frozenset[str]()) | (work if at_work else frozenset()), raw
    for text in _work_with_data():
        yield "own talk of data", plain(in_words(text)), work, text
    for text, code in talk_as_read():
        yield "own talk", plain(text), _AT_DESK.get(code, attack | work), text


def _work_with_data(count: int = 4000) -> Iterator[str]:
    """Honest bank talk with personal data, as it is once masked: a placeholder alone is no attack."""
    chance = random.Random(7)
    said = [chance.choice(_ASKED_WITH_DATA) + one.text for one in sentences(count, seed=7)]
    yield from dict.fromkeys(data.masked(said))


def talk_as_read(writers: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The freely worded sentences (of `writers` only) as the classifier gets them, and their code.

    They come masked, and once more as they were said: a name may slip by.
    """
    rows = [row for row in data.talk() if not writers or row.writer in writers]
    for row, hidden in zip(rows, data.masked([row.text for row in rows]), strict=True):
        yield in_words(hidden), row.code
        if "LITERAL" not in hidden and hidden != row.text:
            yield row.text, row.code


def _risky() -> Iterator[tuple[str, str, frozenset[str]]]:
    attack, harmful = frozenset({"attack"}), frozenset({"harmful"})
    for row in data.rows("safety_injection_en", "attacks.jsonl"):
        kinds = frozenset[str]() if not row["label"] else harmful if row["kind"] == "harmful_request" else attack
        yield "safety_injection_en", row["text"], kinds
    requests = [text for _, text in own.harmful()]
    yield from (("own attacks", text, attack) for text in own.attacks())
    yield from (("own risk requests", text, harmful) for text in requests)
    yield from (("own risk requests, wrapped", text, harmful) for text in own.wrapped(requests, 6000))
    for text, code in talk_as_read(_HEARD_ANYWHERE):
        if code == "advice":
            yield "own talk of advice", text, frozenset({"advice"})
        elif code not in data.HONEST:
            yield "own talk", text, harmful if code == "harmful" else attack
    yield from (("own advice requests", text, frozenset({"advice"})) for text in own.advice())


def _ordinary() -> Iterator[tuple[str, str]]:
    yield from (("own ordinary talk", text) for text in own.benign())
    yield from (("own banking deeds", text) for text in own.banking())
    yield from (("own exam questions", text) for text in own.exam(data.house_texts()))
    yield from (("own everyday wishes", text) for text in own.everyday())
    yield from (("own honest neighbours", text) for text in own.honest())
    yield from (("own questions on words", text) for text in own.about_words(data.house_texts()))
    for file in ("review_neighbours.jsonl", "knowledge_questions.jsonl"):
        yield from (("own neighbours", row["text"]) for row in data.own(file) if row["half"] == "dev")
    yield from (("own examples", row["text"]) for row in data.own("fx_sentences_dev.jsonl"))
    for row in data.own("deals_dev.jsonl"):
        yield from (("own examples", message["text"]) for message in row["messages"])
    yield from (("own examples", row["text"]) for row in data.own("route_dev.jsonl") if row["assistants"])
    yield from (("own texts", text) for text in data.house_texts())
    yield from (("own talk", text) for text, code in talk_as_read(_HEARD_ANYWHERE) if code in data.HONEST)
    yield from data.public_benign()


_AT_WORK = frozenset(
    {"own attacks", "own ordinary talk", "own banking deeds", "own neighbours", "own examples", "own texts"}
)
_WHOLE = _AT_WORK | {"safety_injection_en", "intent_banking77"}
_ABOUT_WORK = frozenset({"own exam questions", "own questions on words", "own honest neighbours", "intent_banking77"})
_HEARD_ANYWHERE = (
    *("english", "english_sly", "zh_attacks_control", "zh_attacks_talk", "zh_benign"),
    *("english_third", "zh_everyday_first", "zh_harmful_crimes", "zh_harmful_persons", "zh_harmful_induced"),
    *("zh_harmful_general", "zh_harmful_more", "zh_harmful_second", "zh_harmful_third", "zh_benign_trade"),
)
"""The writers of the input's head: what else is said at the desk would drown what is said anywhere."""
_COUNTS = {
    "own talk": 6.0,
    "own talk of advice": 3.0,
    "own neighbours": 4.0,
    "own examples": 2.0,
    "safety_injection_en": 6.0,
    "intent_banking77": 3.0,
    "own exam questions": 5.0,
    "own ordinary talk": 3.0,
    "own questions on words": 1.5,
    "qa_cmrc2018": 0.1,
    "qa_drcd_trad": 0.1,
    "meeting_vcsum_zh": 0.1,
    "intent_homeassistant_zh": 0.1,
    "own everyday wishes": 0.1,
    "intent_clinc150": 0.3,
}


def list_words() -> list[str]:
    """The Chinese words of the freely worded sentences that three of them have, as jieba cuts them."""
    seen = Counter(
        word
        for text, _ in talk_as_read()
        for word in set(jieba.cut(folded(plain(text))))
        if 2 <= len(word) <= LONGEST_WORD and _CHINESE.fullmatch(word)
    )
    return sorted(word for word, count in seen.items() if count >= 3)


def weight_at_desk(source: str) -> float:
    """How much a text counts in the desk's head: what people worded counts as much as all the rest."""
    return {"own talk": 30.0, "own talk of data": 15.0, "safety_injection_en": 10.0, "own exam questions": 5.0}.get(
        source, 1.0
    )


def weight_of(source: str) -> float:
    """How much a text counts in the input's head: less what nobody would say at work, more what somebody did."""
    return _COUNTS.get(source, 1.0)


_ASKED_WITH_DATA = (
    *(
        "",
        "",
        "@办公 ",
        "@信贷 ",
        "@外汇 ",
        "@研究 ",
        "记一下：",
        "@办公 写一封信，内容：",
        "@办公 给客户写一封信，内容：",
        "@办公 帮我起草通知：",
    ),
    *(
        "帮我润色：",
        "请翻译成英文：",
        "整理成一段话：",
        "@办公 写个便条，",
        "查一下，",
        "发邮件说",
        "回复客户：",
        "@办公 起草一份函：",
        "备注：",
    ),
)
"""What stands before, where somebody asks for something to be done with it."""
_ATTACK, _WORK = frozenset({"desk"}), frozenset({"work"})
_AT_DESK = {"benign": _WORK, "everyday": frozenset[str](), "advice": frozenset[str](), "harmful": _ATTACK}
"""What the desk's head learns of talk by its code; of every other code: an attack at work."""
_CHINESE = re.compile(r"[一-鿿]+")
HEADS: dict[str, tuple[tuple[str, ...], Callable[[], Iterator[Labelled]], int, float]] = {
    "desk": (("desk", "work"), desk_samples, 1 << 19, 6.0),
    "input": (("risky", "attack", "harmful", "advice"), input_samples, 1 << 19, 0.6),
    "offensive": (("offensive",), offensive_samples, 1 << 18, 20.0),
}
"""Kinds, the first of which decides; samples; buckets; inverse strength of the regularisation."""
WORDED = frozenset({"desk", "input"})
"""Heads that look at words and concepts besides n-grams."""
WEIGHTS_OF: dict[str, Callable[[str], float]] = {"input": weight_of, "desk": weight_at_desk, "offensive": lambda _: 1.0}


def labels_of(kinds: Sequence[str], labelled: Sequence[Labelled]) -> Truths:
    """[texts, kinds]: whether each text is of each kind; any kind at all is `risky`."""
    return np.array(
        [[bool(found) if kind == "risky" else kind in found for kind in kinds] for _, _, found, _ in labelled]
    )


def train(name: str) -> Head:
    """One head, from all its data."""
    kinds, samples_of, buckets, strength = HEADS[name]
    labelled = list(dict.fromkeys(samples_of()))
    for folder, count in sorted(Counter(source for source, *_ in labelled).items()):
        print(f"{name}: {count:6} texts of {folder} ({data.LICENCES.get(folder, 'own')})")
    samples = Samples([text for _, text, _, _ in labelled], concepts=name in WORDED)
    every = np.arange(len(labelled))
    labels = labels_of(kinds, labelled)
    weights = np.array([WEIGHTS_OF[name](source) for source, *_ in labelled], dtype=np.float32)
    curve = calibration(samples, every, labels[:, 0], weights, buckets=buckets, strength=strength)
    return fitted(samples, every, labels, kinds, weights=weights, buckets=buckets, strength=strength, curve=curve)


def main() -> int:
    """Train what is named, or everything. Needs the public data."""
    if not data.rows("safety_cold_zh", "cold.jsonl"):
        print(f"The public data is not in {data.DATA}: set DESKMATE_BENCH_DATA.")
        return 1
    for name in sys.argv[1:] or list(HEADS):
        if name == "desk":
            WORDS.write_text("\n".join(list_words()) + "\n", encoding="utf-8")
            known_words.cache_clear()
        path = WEIGHTS / f"{name}.npz"
        train(name).save(path)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
