"""Passages that rank nearly alike: what a closer look at them sees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.texts import Texts
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.comparing.close_calls import MOST, NEAR, WEIGHTS, CloseLook, contested, settled
from app.engines.library.comparing.compared import Compared, compared
from app.engines.library.comparing.relevance import Scale, question_of
from app.engines.library.index.lexical import LexicalIndex
from app.engines.library.wording.synonyms import NONE
from app.engines.library.wording.word_vectors import quantized, word_vectors
from app.engines.library.wording.words import normal, terms_of


def scale_of(query: str) -> Scale:
    question = question_of(query, NONE)
    return question.scale(dict.fromkeys(question.terms, 10), 1000)


def part_of(text: str, title: str = "") -> Compared:
    plain = normal(text)
    return compared(plain, title, " ".join(terms_of(normal(title))), " ".join(terms_of(plain)))


def figures(query: str, text: str, title: str = "") -> dict[str, float]:
    return CloseLook(scale_of(query)).figures(part_of(text, title))


@pytest.mark.parametrize(
    ("name", "query", "more", "less"),
    [
        ("meant", "他信奉什么宗教", "他是佛教徒。", "他是工程师。"),
        ("meant in a sentence", "婴儿怎样表达情绪", "婴儿用哭来传达感受。", "婴儿多睡。幼儿园用歌声传达快乐的感受。"),
        ("sentence of like meaning", "贷款的利息怎么算", "按借款余额计收罚金。", "会议室在三楼东侧。"),
        ("related words", "贷款的抵押", "担保与按揭。", "早餐与午饭。"),
        ("in order", "客户经理何时回访客户", "客户经理三日内回访客户。", "客户三日内可回访经理客户。"),
        ("in a row", "客户经理何时回访", "由客户经理办理。", "由经理为客户办理。"),
        ("asked about", "差旅费由哪个部门审批", "费用由部门审批。", "差旅费如下。"),
    ],
)
def test_a_figure_tells_the_nearer_passage(name: str, query: str, more: str, less: str) -> None:
    assert figures(query, more)[name] > figures(query, less)[name]


def test_titles_belong_to_every_line_below_them() -> None:
    query, text = "住宿费的标准是多少", "| 城市 | 金额 |\n| 上海 | 600元 |"
    with_title, without = figures(query, text, "住宿费标准"), figures(query, text, "市内交通")
    assert all(with_title[name] > without[name] for name in ("meant in a sentence", "in order", "in a row"))


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_texts_have_figures_and_all_of_them_weights(query: str, text: str) -> None:
    question = question_of(query, NONE)
    if not question.about:
        return
    found = CloseLook(question.scale(dict.fromkeys(question.terms, 1), 10)).figures(part_of(text))
    assert found.keys() == json.loads(WEIGHTS.read_text(encoding="utf-8")).keys()
    assert np.isfinite(list(found.values())).all()
    assert 0.0 <= found["in order"] <= 1.0 and found["sentence of like meaning"] <= 1.001


def test_only_what_is_near_the_best_is_looked_at() -> None:
    assert contested([9.0, 9.0 - NEAR / 2, 9.0 - 2 * NEAR]) == 2
    assert contested([9.0, 1.0]) == 1
    assert contested([9.0] * 50) == MOST


def test_of_equals_the_one_in_other_words_comes_first() -> None:
    parts = [part_of("婴儿喜欢玩具。"), part_of("婴儿用哭来传达感受。")]
    assert settled(scale_of("婴儿怎样表达情绪"), [5.0, 5.0], parts) == [1, 0]


async def test_a_chinese_search_settles_its_close_calls_and_keeps_its_ranks_falling(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "notes"
    folder.mkdir(parents=True)
    for number, text in enumerate(("婴儿喜欢玩具。", "婴儿用哭来传达感受。", "Infants cry.", "Infants play.")):
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    await ChromaKnowledge(tmp_path, tmp_path / "home").open()
    seen: list[int] = []

    def turned(scale: Scale, ranks: Sequence[float], parts: Sequence[Compared]) -> Sequence[int]:
        seen.append(len(parts))
        return [*range(len(ranks))][::-1]

    say = Texts(Path("app/engines/library/texts").resolve())
    plain = LexicalIndex(tmp_path / "home" / "knowledge.db", say, NONE, lambda scale, ranks, parts: range(len(ranks)))
    other = LexicalIndex(tmp_path / "home" / "knowledge.db", say, NONE, turned)
    before, after = (index.search(["notes"], "婴儿怎样表达情绪") for index in (plain, other))
    assert seen == [2] and [one.source for one in after] == [one.source for one in before][::-1]
    assert [one.rank for one in after] == sorted((one.rank for one in after), reverse=True)
    other.search(["notes"], "how do infants cry")
    assert seen == [2], "an English question is ranked by its words alone"


def test_words_used_alike_are_near_and_survive_their_file(tmp_path: Path) -> None:
    vectors = word_vectors()
    loan, credit, lunch = vectors.of(["贷款", "借款", "午餐"])
    assert loan @ credit > 0.6 > loan @ lunch
    assert vectors.known(["贷款", "不是词的词", "贷款"]) == ["贷款"]
    few = quantized(["甲", "乙"], np.array([[0.6, 0.8], [-1.0, 0.01]], dtype=np.float32))
    few.save(tmp_path / "few.npz")
    again = word_vectors(tmp_path / "few.npz")
    assert list(again.rows) == ["甲", "乙"] and np.allclose(again.of(["甲"]), [[0.6, 0.8]], atol=0.01)
    assert again.of([]).shape == (0, 2)


def test_a_broken_file_of_vectors_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", words=np.frombuffer("甲".encode(), dtype=np.uint8), stored=np.zeros((2, 2), np.int8))
    with pytest.raises(ValueError, match=r"bad\.npz"):
        word_vectors(tmp_path / "bad.npz")
