"""Whether what was found answers: words that are missing, kinds that are asked for, the curve over both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Refused
from app.core.ports import LIKELY
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.answering import LOOKED_AT, WEIGHTS
from app.engines.library.asked_for import KINDS, counted_in, named_otherwise, rivals
from app.engines.library.evidence import Inquiry, inquiry, words_of
from app.engines.library.wording.synonyms import NONE, Synonyms
from tests.skills.context import CONTENT

TABLE = "| 地区 | 行领导 | 其他员工 |\n|---|---|---|\n| 一类地区 | 900 | 500 |\n| 二类地区 | 700 | 400 |"


def asked(query: str, *known: str, synonyms: Synonyms = NONE) -> Inquiry:
    """A question where ten of a hundred passages have each of the words known."""

    def counts(words: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        return 100, {word: 10 if word in known else 0 for word in words}

    return inquiry(query, synonyms, counts)


@pytest.fixture
async def knowledge(tmp_path: Path) -> AsyncIterator[ChromaKnowledge]:
    with ChromaKnowledge(CONTENT, tmp_path / "home") as one:
        await one.open()
        yield one


def test_a_word_that_stands_nowhere_is_unknown_and_one_that_stands_elsewhere_is_missing() -> None:
    evidence = asked("印章的雕刻标准", "印章").evidence("印章管理办法", "第一条 印章由专人保管。")
    assert (evidence["unknown_p"], evidence["missing_p"]) == (1, 0)
    evidence = asked("印章的雕刻标准", "印章", "雕刻").evidence("印章管理办法", "第一条 印章由专人保管。")
    assert (evidence["unknown_p"], evidence["missing_p"]) == (0, 1)
    evidence = asked("印章由谁保管", "印章", "保管").evidence("", "印章由专人保管。")
    assert evidence["unknown_p"] == evidence["missing_p"] == evidence["gap_known_word"] == 0


def test_words_of_the_same_meaning_and_of_the_titles_count() -> None:
    synonyms = Synonyms({"公章": ("印章",)})
    evidence = asked("公章的保管", synonyms=synonyms).evidence("办法", "印章的保管")
    assert evidence["worst_s"] < 0.1
    titled = asked("印章 保管").evidence("印章管理办法", "由专人保管。")
    assert evidence["worst_s"] < titled["worst_s"] < asked("印章 保管").evidence("办法", "由专人保管。")["worst_s"]


def test_the_best_sentence_is_told_from_the_whole_and_a_row_stands_with_its_head() -> None:
    evidence = asked("二类地区其他员工", "地区").evidence("住宿费", f"标准如下：\n\n{TABLE}")
    assert evidence["row"] == 1 and evidence["worst_s"] == evidence["worst_p"]
    apart = asked("印章 车辆").evidence("", "印章由专人保管。车辆由后勤保管。")
    assert apart["worst_s"] > apart["worst_p"]


def test_what_is_asked_for_must_stand_there() -> None:
    evidence = asked("补考可以考几次").evidence("", "每年考核两次，不合格的补考。")
    assert (evidence["counts_s"], evidence["counts_not"]) == (1, 0)
    assert asked("补考可以考几次").evidence("", "不合格的补考。")["counts_not"] == 1
    assert asked("印章由谁保管").evidence("", "印章由办公室主任保管。")["has_who"] == 1
    assert asked("印章由谁保管").evidence("", "印章应当妥善保管。")["has_who"] == 0


@pytest.mark.parametrize(
    ("question", "text", "count"),
    [
        ("英镑的点差", "美元 60 个基点，欧元 90 个基点", 1),
        ("英镑的点差", "英镑 110 个基点", 0),
        ("点差是多少", "美元 60 个基点", 0),
        ("2027年的增速", "2026年增速 4.9%", 1),
        ("302会议室有几个座位", "301会议室 6 个座位", 1),
    ],
)
def test_what_is_named_must_stand_there(question: str, text: str, count: int) -> None:
    assert named_otherwise(question, text) == count


def test_another_step_of_the_same_scale_is_a_rival() -> None:
    assert rivals("分行的权限", "支行 200 万元以下") == 1
    assert rivals("分行的权限", "分行 1,000 万元以下") == rivals("权限是多少", "支行 200 万元以下") == 0


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [("要几票同意", "三票", "三人"), ("多少天内报告", "30日内", "30元"), ("能贷几成", "70%", "70元")],
)
def test_a_number_of_something_is_counted_in_it(question: str, answer: str, other: str) -> None:
    pattern = counted_in(question)
    assert pattern and pattern.search(answer) and not pattern.search(other)
    assert counted_in("由谁保管") is None


def test_words_that_only_ask_are_left_out() -> None:
    assert words_of("刻一枚印章要几天?", NONE) == ["刻", "一枚", "印章"]
    assert words_of("how long is the client's margin valid?", NONE) == ["client", "margin", "valid"]
    assert words_of("怎么", NONE) == ["怎么"]


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=20))
def test_evidence_has_the_same_figures_for_every_text(question: str, text: str, titles: str) -> None:
    usual = asked("印章由谁保管").evidence("办法", "印章由专人保管。")
    found = asked(question).evidence(titles, text)
    assert found.keys() == usual.keys()
    assert all(0 <= found[name] <= 1.0001 for name in ("worst_s", "worst_p", "least_s", "head_p"))


async def test_the_curve_knows_every_figure(knowledge: ChromaKnowledge) -> None:
    (evidence, *_) = knowledge._answering.evidence("印章由谁保管", await knowledge.search("印章由谁保管"))
    assert set(json.loads(WEIGHTS.read_text(encoding="utf-8"))) - {"bias"} <= evidence.keys()
    assert len({kind for kind, _, _ in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("差旅费报销要在返回后多少个工作日内提交", True),
        ("应收账款质押的账期最长多少天", True),
        ("即期报价有效时间是多少秒", True),
        ("食堂的早餐几点开始供应", False),
        ("工会每年组织几次体检", False),
        ("理财经理的佣金比例", False),
    ],
)
async def test_on_the_shipped_rules(knowledge: ChromaKnowledge, question: str, answered: bool) -> None:
    likely = await knowledge.answering(question, await knowledge.search(question))
    assert (max(likely) >= LIKELY) is answered


async def test_each_hit_has_its_likelihood_and_only_the_first_are_looked_at(knowledge: ChromaKnowledge) -> None:
    hits = await knowledge.search("差旅费报销的期限", limit=LOOKED_AT + 3)
    likely = await knowledge.answering("差旅费报销的期限", hits)
    assert len(likely) == len(hits) > LOOKED_AT and all(0 <= one <= 1 for one in likely)
    assert list(likely[LOOKED_AT:]) == [0.0] * (len(hits) - LOOKED_AT)
    assert await knowledge.answering("差旅费", []) == []
    earlier = await knowledge.search("差旅费报销的期限", on=date(2026, 6, 1))
    assert len(await knowledge.answering("差旅费报销的期限", earlier)) == len(earlier)


async def test_a_view_counts_words_in_its_own_sets_only(knowledge: ChromaKnowledge) -> None:
    hits = await knowledge.search("印章由谁保管", sets=["office"])
    with pytest.raises(Refused):
        await knowledge.narrowed(["credit"]).answering("印章由谁保管", hits)
    assert list(await knowledge.narrowed(["office"]).answering("印章由谁保管", hits)) == list(
        await knowledge.answering("印章由谁保管", hits)
    )
