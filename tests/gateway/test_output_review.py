"""What may not be said is not said, however the words are cut; everything else flows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.assistant import ContentError, load_assistants
from app.core.errors import Unavailable
from app.core.texts import Texts, speaking
from app.gateway.figures import Sources
from app.gateway.output_review import OutputReview
from app.gateway.stream_review import Settled, StreamReview

ROOT = Path(__file__).parents[2]
RULES = ROOT / "config" / "review_output.yaml"
TEXTS = Texts(ROOT / "app" / "gateway" / "texts")
ASSISTANTS = load_assistants(ROOT / "assistants")
PROMPT = ASSISTANTS["fx"].prompt
INSTEAD = TEXTS("replaced")
CARD = "6222021001122334455"


class Judge:
    """Takes a sentence with this word for an insult, and remembers what it was asked."""

    def __init__(self, word: str = "滚远点") -> None:
        self.word = word
        self.asked: list[str] = []

    def scores(self, text: str) -> Mapping[str, float]:
        self.asked.append(text)
        return {"offensive": 0.9 if self.word in text else 0.1}


class BrokenJudge:
    def scores(self, text: str) -> Mapping[str, float]:
        raise Unavailable("CLASSIFIER", "broken")


@dataclass(frozen=True)
class Card:
    type: str = "BANK_CARD"


def recognised(text: str) -> list[Card]:
    return [Card()] if CARD in text.replace(" ", "") else []


REVIEW = OutputReview(
    RULES,
    TEXTS,
    Judge(),
    recognised,
    secrets=[one.prompt for one in ASSISTANTS.values()],
    public=[one.brief for one in ASSISTANTS.values()],
)


class Source:
    """A model was given `text`, and `document` stands in the knowledge."""

    def __init__(self, text: str = "", document: str = "") -> None:
        self._figures = Sources(date(2026, 11, 23))
        self._figures.read(text)
        self._document = document

    def settled(self, sentence: str) -> Settled:
        return Settled(sentence, "" if self._figures.verified(sentence) else TEXTS("figure_unverified"))

    def quoted(self, sentence: str) -> bool:
        return bool(self._document) and sentence.strip() in self._document


def told(stream: StreamReview, pieces: list[str]) -> str:
    return "".join([*(stream.feed(piece) for piece in pieces), stream.close()])


def cuts(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


# --- promises and inside information ---


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("这款产品保本保收益，放心买。", "promise"),
        ("我们承诺年化收益不低于6%。", "promise"),
        ("这款产品不仅保本，而且收益高。", "promise"),
        ("虽然规定不让说，但这款产品其实保本。", "promise"),
        ("放心吧，不会亏钱。", "promise"),
        ("這款產品保證收益。", "promise"),
        ("保 本 保-收-益。", "promise"),
        ("贷款保证获批。", "promise"),
        ("This fund offers a GUARANTEED return of 8%.", "promise"),
        ("You can't lose money here.", "promise"),
        ("据内部消息，明天要涨停。", "inside_information"),
        ("我有内幕。", "inside_information"),
        ("I have inside information about the merger.", "inside_information"),
    ],
)
def test_a_promise_is_replaced(text: str, code: str) -> None:
    found = REVIEW.of(text)
    assert (found.verdict, found.reasons, found.score, found.answer) == ("refuse", (code,), 1.0, INSTEAD)


@pytest.mark.parametrize(
    "text",
    [
        "不得承诺保本或者最低收益。",
        "任何保本承诺都是违规的。",
        "第九条 交易员不得向客户预测汇率走势，不得承诺保本或者收益，不得诱导客户频繁交易。",
        "按规定，严禁向客户承诺保本，保证收益，或者夸大产品优点。",
        "本行不对任何投资产品承诺保本或保证收益。",
        "对方声称稳赚不赔，这是典型的诈骗。",
        "“保本保收益”的说法属于误导销售。",
        "这款产品能保本吗？",
        "无风险利率取一年期国债收益率。",
        "盈亏平衡点又称保本点。",
        "由华星科技提供连带责任保证担保，保证金比例为三成。",
        "为保证收支平衡，按季核对。",
        "确保本次会议按时召开，由我担保本笔贷款的本金。",
        "请确保息差稳定，确保收益分配表无误。",
        "妈妈的账户和个人渣打账户都要登记，滚动续作。",
        "承诺函不构成对收益的担保。",
        "内幕交易是违法行为。",
        "The bank never guarantees returns.",
        "There is no such thing as a risk-free investment.",
        "Staff must not promise a guaranteed return.",
        "A guarantee from the parent company covers the loan.",
    ],
)
def test_a_rule_against_promises_is_said(text: str) -> None:
    assert REVIEW.of(text).verdict == "allow"
    assert told(REVIEW.stream(source=Source()), cuts(text, 1)).replace("（数字未核实）", "") == text


@pytest.mark.parametrize(
    "text", ["绝不违规，保本。", "本产品不是不保本。", "不用担心，保证收益。", "绝对合规，不违法，保本。"]
)
def test_a_denial_of_something_else_helps_nothing(text: str) -> None:
    assert REVIEW.of(text).reasons == ("promise",)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 100])
def test_nothing_of_the_phrase_is_ever_shown(width: int) -> None:
    text = "先说一句。这款产品保证年化收益8%，放心！”历史业绩不代表未来。"
    stream = REVIEW.stream()
    assert told(stream, cuts(text, width)) == f"先说一句。这款产品{INSTEAD}历史业绩不代表未来。"
    assert stream.text == f"先说一句。{INSTEAD}历史业绩不代表未来。", "what is stored has the whole sentence replaced"
    assert stream.hits == ["promise"]


def test_a_denial_before_the_phrase_lets_it_flow() -> None:
    stream = REVIEW.stream()
    assert stream.feed("产品不得承诺保本，") == "产品不得承诺保本，"
    waiting = REVIEW.stream()
    assert waiting.feed("任何保本承诺都是") == "任何" and waiting.feed("违规的。") == "保本承诺都是违规的。"


def test_sentences_replaced_in_a_row_are_one_note() -> None:
    assert told(REVIEW.stream(), ["保本。稳赚！零风险。\n好的。"]) == f"{INSTEAD}\n好的。"


def test_the_banks_own_words_and_quotations_are_not_altered() -> None:
    rule = "产品说明写明保本浮动收益。"
    assert told(REVIEW.stream(written=False), [rule, CARD]) == rule + CARD
    assert told(REVIEW.stream(source=Source(document=f"第一条 {rule}")), [rule]) == rule
    assert told(REVIEW.stream(source=Source()), [rule]) != rule


# --- insults ---


def test_a_sentence_with_a_cue_is_judged_whole() -> None:
    judge = Judge()
    review = OutputReview(RULES, TEXTS, judge)
    stream = review.stream()
    assert stream.feed("客户是女人，应当") == "客户是" and stream.feed("礼貌接待。再见") == "女人，应当礼貌接待。再见"
    assert judge.asked == ["客户是女人，应当礼貌接待。"]
    assert review.of("你们女人滚远点。").reasons == ("offensive",)
    assert review.of("你们女人滚远点。").score == 0.9


def test_words_without_a_cue_ask_no_judge() -> None:
    judge = Judge()
    told(OutputReview(RULES, TEXTS, judge).stream(), ["授信审批权限按金额划分。"])
    assert judge.asked == []


@pytest.mark.parametrize("text", ["你这个蠢货！", "You are an idiot.", "Fuck off.", "傻-逼"])
def test_plain_insults_need_no_judge(text: str) -> None:
    assert OutputReview(RULES, TEXTS, BrokenJudge()).of(text).reasons == ("offensive",)


def test_a_judge_that_fails_blocks() -> None:
    assert OutputReview(RULES, TEXTS, BrokenJudge()).of("客户是女人。").reasons == ("offensive",)


# --- prompts ---


@pytest.mark.parametrize("width", [1, 4, 1000])
def test_a_prompt_is_kept_in(width: int) -> None:
    stream = REVIEW.stream()
    shown = told(stream, cuts(f"我的提示词是：{PROMPT}", width))
    assert stream.hits and set(stream.hits) == {"prompt"}
    kept = [line[-24:] for line in PROMPT.splitlines() if len(line) > 30]
    assert kept and not [line for line in kept if line in shown or line[-12:] in stream.text]


@pytest.mark.parametrize(
    "disguised",
    [
        " ".join(PROMPT[60:120]),
        PROMPT[60:120].replace("，", "\n"),
        "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in PROMPT[60:120]),
        PROMPT[60:120].upper(),
        "> " + "**" + PROMPT[60:120] + "**",
        PROMPT[60:120][::-1],
        base64.b64encode(PROMPT.encode()).decode(),
        base64.b64encode(PROMPT[61:120].encode()).decode(),
        PROMPT[60:120].encode().hex(" "),
        quote(PROMPT[60:120]),
        json.dumps(PROMPT[60:120]),
    ],
)
def test_no_disguise_of_its_own_words_hides_a_prompt(disguised: str) -> None:
    assert REVIEW.of(disguised).reasons == ("prompt",)


def test_what_everybody_may_read_is_no_leak() -> None:
    for assistant in ASSISTANTS.values():
        assert REVIEW.of(f"我能做的：{assistant.brief}。").verdict == "allow"


def test_a_skills_words_may_not_leak_a_prompt_either() -> None:
    assert PROMPT[60:120] not in told(REVIEW.stream(written=False), [PROMPT])


# --- personal data, placeholders ---


@pytest.mark.parametrize("card", [CARD, " ".join(cuts(CARD, 4))])
def test_a_true_number_in_a_models_words_is_replaced(card: str) -> None:
    stream = REVIEW.stream()
    shown = told(stream, cuts(f"卡号是{card}。好。", 3))
    assert stream.hits == ["personal_data"] and "62220" not in shown.replace(" ", "")
    assert stream.text == TEXTS("replaced_personal_data") + "好。"


@pytest.mark.parametrize(
    "text", ["合同编号 20261123000177，金额 500000000 元，日期 2026-11-23。", "订单 6222021001122334456。"]
)
def test_other_long_numbers_stay(text: str) -> None:
    assert REVIEW.of(text).verdict == "allow"


@pytest.mark.parametrize("token", ["<BANK_CARD_9>", "<person 1>", "[PERSON_1]", "&lt;PHONE_2&gt;", "CN_ID_CARD_3"])
def test_a_placeholder_that_nobody_would_restore_is_a_leak(token: str) -> None:
    assert REVIEW.of(f"他的号码是{token}。").reasons == ("placeholder",)


# --- figures ---


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("年假5天。下一句", "年假5天。下一句"),
        ("年假6天。下一句", "年假6天。（数字未核实）下一句"),
        ("年假6天。[1]”下一句", "年假6天。[1]”（数字未核实）下一句"),
        ("年假6天\n下一句", "年假6天（数字未核实）\n下一句"),
        ("年假6天", "年假6天（数字未核实）"),
        ("共500万美元！", "共500万美元！"),
        ("共5,000,000！", "共5,000,000！"),
        ("共五百万。", "共五百万。"),
        ("合计10,000,000元。", "合计10,000,000元。（数字未核实）"),
        ("It is 9 days. Next", "It is 9 days.（数字未核实） Next"),
    ],
)
@pytest.mark.parametrize("width", [1, 3, 100])
def test_a_figure_without_a_source_is_marked_behind_its_sentence(text: str, shown: str, width: int) -> None:
    stream = REVIEW.stream(source=Source("年假5天，客户买500万美元"))
    pieces = cuts(text, width) if "[" not in text else [text]
    assert told(stream, pieces) == stream.text == shown
    assert stream.hits == []


# --- what always holds ---

_BITS = [
    "保", "本", "保本", "收益", "不得", "承诺", "，", "。", "！", "\n", ". ", "女人", "滚远点", CARD, "6222 0210 ", "8",
    "傻", "无风险", "利率", "违规", "risk", "-free", "guaranteed ", "return", "@", "逼", "”",
    PROMPT[70:84], PROMPT[84:100],
]  # fmt: skip


@given(st.lists(st.sampled_from(_BITS), max_size=14), st.data())
def test_what_is_said_does_not_depend_on_the_cuts(bits: list[str], data: st.DataObject) -> None:
    text = "".join(bits)
    whole = REVIEW.stream(source=Source("8"))
    expected = told(whole, [text])
    stream, pieces, at = REVIEW.stream(source=Source("8")), [], 0
    while at < len(text):
        size = data.draw(st.integers(1, 6))
        pieces.append(text[at : at + size])
        at += size
    assert told(stream, pieces) == expected
    assert (stream.text, stream.hits) == (whole.text, whole.hits)


@given(st.text(alphabet="开会议室预订制度出差申请的，。；、：1 .\n", max_size=120))
def test_words_of_no_phrase_flow_at_once(text: str) -> None:
    text = re.sub(r"[1 ]{5,}", "1", text)
    stream, shown = REVIEW.stream(), ""
    for at, letter in enumerate(text, start=1):
        shown += stream.feed(letter)
        assert shown == text[:at]
    assert stream.close() == "" and stream.hits == []


_TAIL = 40
"""No beginning of a phrase, of a pair of words or of a prompt's run is longer."""


@given(st.text(alphabet="保证金本率承诺函收费有关确认内部无风险利女性员工agcnrsu -，。", max_size=120))
def test_at_most_a_tail_waits_until_a_phrase_is_there(text: str) -> None:
    stream, shown = REVIEW.stream(), ""
    for at, letter in enumerate(text, start=1):
        shown += stream.feed(letter)
        if REVIEW.of(text[:at]).verdict == "allow" and "性" not in text and "女" not in text:
            assert text.startswith(shown) and at - len(shown) <= _TAIL


def test_a_broken_rules_file_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "review_output.yaml"
    path.write_text(RULES.read_text(encoding="utf-8").replace("threshold:", "treshold:"), encoding="utf-8")
    with pytest.raises(ContentError):
        OutputReview(path, TEXTS, Judge())


def test_english_catalogue_has_the_same_notes() -> None:
    with speaking("en"):
        assert REVIEW.of("Zero risk!").answer == TEXTS("replaced") != INSTEAD


@pytest.mark.parametrize(
    "code",
    [
        base64.b64encode(base64.b64encode("春眠不觉晓处处闻啼鸟夜来风雨声花落知多少".encode())).decode(),
        "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少".encode().hex(),
    ],
)
def test_what_nobody_can_read_is_left_out(code: str) -> None:
    for width in (1, 7, len(code)):
        stream = REVIEW.stream()
        pieces = [f"如下：{code}。"[at : at + width] for at in range(0, len(code) + 4, width)]
        shown = "".join(map(stream.feed, pieces)) + stream.close()
        assert stream.hits == ["ciphered"]
        assert code[24:] not in shown and code not in stream.text


@pytest.mark.parametrize(
    "text",
    [
        "合同编号HT-2026-HQ-FX-000012345678，请核对。",
        "IBAN是DE89370400440532013000，请核对。",
        "见https://bank.example/rules/2026/Office-Handbook-Chapter-3。",
        "internationalisation-of-settlement-procedures is a long word.",
    ],
)
def test_long_words_and_numbers_are_no_code(text: str) -> None:
    assert "ciphered" not in REVIEW.of(text).reasons
