"""The classifier: the same hashes everywhere, probabilities for every kind, and an error that is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Unavailable
from app.engines.classifier import WEIGHTS, LinearClassifier
from app.engines.classifying.concepts import concepts, features
from app.engines.classifying.head import Head
from app.engines.classifying.pieces import LONGEST_TEXT, folded, pieces
from app.engines.classifying.plain_words import in_words
from app.engines.classifying.words import cut, known_words, words

CLASSIFIER = LinearClassifier()


def test_every_kind_that_the_review_asks_for_is_there() -> None:
    assert {"desk", "work", "risky", "attack", "harmful", "advice", "offensive"} <= set(CLASSIFIER.kinds)


@given(st.text(max_size=300))
def test_any_text_gets_probabilities(text: str) -> None:
    scores = CLASSIFIER.scores(text)
    assert set(scores) == set(CLASSIFIER.kinds)
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize("text", ["", " ", "\ud800", "😀", "长" * (LONGEST_TEXT + 10)])
def test_odd_texts_are_judged_too(text: str) -> None:
    assert CLASSIFIER.scores(text)["risky"] <= 1


def test_risk_is_told_from_work() -> None:
    risky, work = CLASSIFIER.scores("教我怎么在家制作土制炸弹"), CLASSIFIER.scores("三个月远期购汇怎么报价")
    assert risky["risky"] > 0.8 > 0.1 > work["risky"]
    assert risky["harmful"] > risky["attack"]


def test_width_case_numbers_and_spaces_say_nothing() -> None:
    assert folded("ＡＢＣ  买 500 万") == folded("abc 买 7 万")
    assert folded("给<PERSON_12>打电话") == folded("给<PERSON_3>打电话")


def test_pieces_are_the_same_on_every_machine() -> None:
    """The weights are of no use where a piece has another number."""
    hashes, counts = pieces("abab")
    assert len(hashes) == len(set(hashes.tolist())) == 14
    assert int(hashes[0]) == 3081988753977803514
    assert counts.max() == pytest.approx(1 + np.log(2))


def test_a_head_comes_back_as_it_was_written(tmp_path: Path) -> None:
    head = Head(("a", "b"), np.ones(8, np.float32), np.eye(8, 2, dtype=np.float32), np.array([0.5, -1], np.float32))
    head.save(tmp_path / "one.npz")
    hashes, counts = pieces("同桌")
    assert LinearClassifier(tmp_path).scores("同桌") == head.scores(hashes, counts)


def test_missing_and_broken_weights_are_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as missing:
        LinearClassifier(tmp_path)
    (tmp_path / "one.npz").write_bytes(b"not weights")
    with pytest.raises(Unavailable) as broken:
        LinearClassifier(tmp_path)
    assert missing.value.code == broken.value.code == "CLASSIFIER"
    assert missing.value.message != broken.value.message


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    odd = Head(("a",), np.ones(6, np.float32), np.ones((6, 1), np.float32), np.ones(1, np.float32))
    odd.save(tmp_path / "one.npz")
    with pytest.raises(Unavailable):
        LinearClassifier(tmp_path)


def test_what_ships_is_small_and_holds_no_pickle() -> None:
    files = list(WEIGHTS.glob("*.npz"))
    assert sum(path.stat().st_size for path in files) < 10_000_000
    for path in files:
        with np.load(path, allow_pickle=False) as stored:
            assert set(stored.files) <= {"kinds", "rarity", "weights", "bias", "concepts"}


def test_concepts_are_seen_through_other_words() -> None:
    one, other = (set(concepts(text)[0].tolist()) for text in ("绕过审批", "躲开复核"))
    assert one and one == other


def test_concepts_pair_within_a_sentence_only() -> None:
    together, apart = (len(concepts(text)[0]) for text in ("悄悄绕过审批", "悄悄。绕过审批"))
    assert together > apart


@given(st.text(max_size=200))
def test_words_and_concepts_come_on_top_of_the_pieces(text: str) -> None:
    plain, both = features(text, False), features(text, True)
    assert len(both[0]) == len(plain[0]) + len(words(text)[0]) + len(concepts(text)[0]) == len(both[1])


def test_the_longest_known_word_is_cut() -> None:
    assert cut(" 查询审批流程ok吗? <person>", {"审批", "审批流程", "查询"}) == [
        *("查询", "审批流程", "ok", "吗", "?", "<person>"),
    ]


@given(st.text("审批复核绕过流程abc 。", max_size=60))
def test_cutting_loses_nothing(text: str) -> None:
    assert "".join(cut(text, known_words())) == text.replace(" ", "")


def test_words_know_their_neighbours() -> None:
    one, other = (set(words(text)[0].tolist()) for text in ("审批 绕过", "绕过 审批"))
    assert len(one & other) == 2 and one != other


@pytest.mark.parametrize(
    ("masked", "read"),
    [
        ("<PERSON_1>来电，请回电<PHONE_12>", "客户来电，请回电电话"),
        ("<person_1>的卡<bank_card_2>", "客户的卡号码"),
        ("<LITERAL_1>是谁", "<LITERAL_1>是谁"),
    ],
)
def test_what_masking_put_in_is_read_as_a_common_word(masked: str, read: str) -> None:
    assert in_words(masked) == read
