"""The shortest words that answer, verbatim."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engines.language.quoting import Passage, passages_of, quotes

LOANS = "第八条 借期为三十天。到期可以续借一次，续借期为十五天。词典和善本不外借。"
FINES = "第十二条 图书逾期不还的，每册每天收取逾期费0.1元；遗失图书的，按定价的三倍赔偿。"
HOURS = "第三条 图书馆工作日开放，开放时间为8:30至18:00。"
ALL = [
    Passage(1, LOANS, "借阅规定", "第八条"),
    Passage(2, FINES, "借阅规定", "第十二条"),
    Passage(3, HOURS, "开放办法", "第三条"),
]
TABLE = "各类图书的借期如下：\n\n| 类别 | 借期 |\n|---|---|\n| 小说 | 30天 |\n| 期刊 | 7天 |\n\n以上自2026年起执行。"


def test_the_sentence_that_answers_is_enough() -> None:
    [best, *_] = quotes("图书馆的开放时间", ALL)
    assert (best.passage.n, best.text) == (3, HOURS)
    [fine, *_] = quotes("逾期不还每天收多少钱", ALL)
    assert fine.passage.n == 2


def test_a_neighbour_joins_when_it_says_more() -> None:
    best = quotes("借期三十天以后续借几次", ALL)[0]
    assert best.passage.n == 1
    assert "借期为三十天" in best.text
    assert "词典" not in best.text


def test_a_table_stays_whole() -> None:
    best = quotes("期刊的借期多久", [Passage(1, TABLE, "借期表", "¶2")])[0]
    assert best.text.startswith("| 类别") or "| 类别" in best.text
    assert "| 期刊 | 7天 |" in best.text


def test_a_long_sentence_is_quoted_by_the_clause() -> None:
    clauses = "".join(f"第{at}类读者凭证件办理登记手续并且缴纳押金{at}00元；" for at in range(1, 9))
    best = quotes("第5类读者押金多少", [Passage(1, clauses + "以上手续当日办结。", "押金", "¶1")])[0]
    assert "500元" in best.text
    assert len(best.text) < 80


def test_what_does_not_answer_is_not_quoted() -> None:
    assert quotes("今天天气怎么样", ALL) == []
    assert quotes("", ALL) == []
    assert quotes("借期", []) == []


def test_data_of_another_form_has_no_passages() -> None:
    assert passages_of({}) == []
    assert passages_of({"passages": [{"n": "1", "text": "x"}, "y", {"n": 2, "text": ""}]}) == []
    assert passages_of({"passages": [{"n": 1, "text": "x", "title": "t", "locator": "¶1"}]}) == [
        Passage(1, "x", "t", "¶1")
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=120), max_size=4))
def test_a_quotation_is_a_part_of_its_passage(question: str, texts: list[str]) -> None:
    for quote in quotes(question, [Passage(n, text, "题", "¶1") for n, text in enumerate(texts, 1)]):
        assert quote.text in quote.passage.text
        assert quote.text
