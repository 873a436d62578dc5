"""Who answers, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.ports import Fit, Hit, Knowledge, Rights
from app.core.turn import Mention, Person
from app.team.router import Router
from tests.team.house import HOUSE, FixedUnderstanding


def router(**confidences: float) -> Router:
    return Router(HOUSE, FixedUnderstanding(**confidences))


def test_a_mention_decides() -> None:
    routing = router(credit=0.99).route("@外汇 报个价")
    assert (routing.assistants, routing.reason, routing.confidence) == (("fx",), "mention", 1.0)
    assert (routing.text, routing.part_of("fx")) == ("报个价", "报个价")


def test_several_names_come_together_in_their_order() -> None:
    routing = router().route("@信贷 看报表 @外汇 报价 @信贷 还有现金流")
    assert routing.assistants == routing.mentions == ("credit", "fx")
    assert routing.part_of("credit") == "看报表\n还有现金流"
    assert routing.part_of("fx") == "报价"


def test_a_mention_alone_leaves_no_text() -> None:
    assert router().route("@外汇").text == ""


def test_without_a_mention_the_best_fit() -> None:
    routing = router(fx=0.8, office=0.3).route("买500万美元")
    assert (routing.assistants, routing.reason, routing.confidence) == (("fx",), "fit", 0.8)


def test_below_the_threshold_nobody() -> None:
    routing = router(fx=0.35).route("今天天气怎么样")
    assert (routing.assistants, routing.reason) == ((), "nobody")


def test_an_empty_text_is_nobodys() -> None:
    assert router(fx=0.9).route("  ").reason == "nobody"


def test_an_unknown_name_is_told_and_not_guessed() -> None:
    routing = router(fx=0.99).route("@外汇局 在吗")
    assert (routing.assistants, routing.unknown, routing.reason) == ((), ("外汇局",), "unknown")
    assert routing.suggestions == ("fx",)
    assert routing.text == "@外汇局 在吗"


def test_a_stranger_resembles_nobody() -> None:
    routing = router().route("@王小明 你好")
    assert (routing.unknown, routing.suggestions) == (("王小明",), ())


def test_an_unknown_name_beside_a_known_one() -> None:
    routing = router().route("@外汇 告诉@王小明 成交了")
    assert (routing.assistants, routing.unknown, routing.reason) == (("fx",), ("王小明",), "mention")


def test_who_waits_goes_on() -> None:
    routing = router(credit=0.6, fx=0.1).route("华星科技有限公司", pending=("fx",))
    assert (routing.assistants, routing.reason) == (("fx",), "pending")


def test_a_clear_change_of_subject_leaves_who_waits() -> None:
    routing = router(office=0.95, fx=0.1).route("帮我订个会议室", pending=("fx",))
    assert (routing.assistants, routing.reason) == (("office",), "fit")


def test_a_mention_leaves_who_waits() -> None:
    assert router().route("@办公 订会议室", pending=("fx",)).assistants == ("office",)


def test_an_afterthought_goes_to_who_spoke_last() -> None:
    assert router().route("改成300万", recent=("fx",)).assistants == ("fx",)
    assert router(office=0.9).route("订个会议室", recent=("fx",)).assistants == ("office",)
    assert router().route("很长的一句话，" * 6, recent=("fx",)).assistants == ()


def test_what_the_channel_knows_counts_once() -> None:
    given_mention = Mention("外汇", 0, 3, "fx")
    assert router().route("报个价", (given_mention,)).assistants == ("fx",)
    assert router().route("@外汇 报个价", (given_mention,)).mentions == ("fx",)
    assert router().route("报个价", (Mention("x", 0, 1, "stranger"),)).assistants == ()


def test_a_waiting_stranger_is_ignored() -> None:
    assert router(fx=0.9).route("报个价", pending=("dismissed",)).reason == "fit"


@settings(max_examples=150)
@given(st.text(max_size=200), st.lists(st.sampled_from(["fx", "office", "stranger"]), max_size=2))
def test_every_text_is_routed(text: str, pending: list[str]) -> None:
    routing = router(fx=0.6).route(text, pending=pending)
    assert routing.reason in {"mention", "pending", "fit", "nobody", "unknown"}
    assert set(routing.assistants) <= set(HOUSE)
    assert bool(routing.assistants) == (routing.reason in {"mention", "pending", "fit"})


class Searched:
    """Documents of the researchers that have every word."""

    async def search(self, query: str, **_: object) -> list[Hit]:
        return [Hit("research/a.md", "§1", query, 1.0, "A", "/documents/research/a.md")]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("500万", ()), ("5%", ()), ("五百万", ()), ("3天", ()), ("房价走势", ("research",)), ("cap rates", ("research",))],
)
async def test_a_figure_alone_is_no_question_to_the_documents(text: str, taken: tuple[str, ...]) -> None:
    assistants = {**HOUSE, "research": HOUSE["research"].model_copy(update={"knowledge": ("research",)})}
    built = Router(assistants, FixedUnderstanding())
    assert (await built.settled(built.route(text), cast(Knowledge, Searched()))).assistants == taken


class Offered(FixedUnderstanding):
    """The same skill is everybody's."""

    def fits(self, text: str) -> Sequence[Fit]:
        return [replace(fit, skill="knowledge.add") for fit in super().fits(text)]


class Owning:
    """Each person may add to the documents of one assistant."""

    def may(self, person: Person, assistant: str, object: str) -> bool:
        return person.role == assistant and object == "knowledge.add"


@pytest.mark.parametrize(
    ("role", "taken"), [("office", "office"), ("fx", "fx"), ("credit", "research"), ("nobody", "research")]
)
def test_of_several_with_the_same_skill_one_that_the_person_may_use(role: str, taken: str) -> None:
    offered = Offered(research=0.9, fx=0.8, office=0.7, credit=0.1)
    person = Person("E1", "", role, "")
    assert Router(HOUSE, offered, cast(Rights, Owning())).route("把这份入库", person=person).assistants == (taken,)
    assert Router(HOUSE, offered, cast(Rights, Owning())).route("把这份入库").assistants == ("research",)


def test_what_leans_on_the_question_before_stays_with_who_answered_it() -> None:
    assert router(credit=0.6).route("这个要谁批", recent=("office",)).assistants == ("office",)
    assert router(credit=0.6).route("这个要谁批").assistants == ("credit",)
    assert router(credit=0.9).route("这个要谁批", recent=("office",)).assistants == ("credit",)
