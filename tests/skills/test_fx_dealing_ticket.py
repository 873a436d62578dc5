"""The ticket beside a room: what it shows of a deal in each of its states."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from app.core.texts import speaking
from skills.fx.dealing_ticket import STEPS, say, ticket_view
from skills.fx.deals.deal import (
    Agreement,
    Check,
    Confirmation,
    Deal,
    DealState,
    ElementName,
    Offered,
    Said,
)
from tests.skills.context import PEOPLE

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def deal(state: DealState = "enquiry", **values: str) -> Deal:
    said: dict[ElementName, Said] = {name: Said(one, "E1002", "t1", NOW) for name, one in values.items()}  # type: ignore[misc]
    return Deal("FX20261123-0001", "r1", state, 3, "E1002", "城东支行", NOW, NOW, said)


FULL = deal(
    "quoted",
    customer="华星科技有限公司",
    side="buy",
    base="USD",
    quote="CNY",
    amount="2000000",
    amount_ccy="USD",
    product="spot",
    tenor="SPOT",
    value_date="2026-11-25",
)
PRICED = replace(
    FULL,
    checks=(Check("customer", "passed", "有效"), Check("documents", "soft", "没有说到背景资料")),
    offered=Offered(Decimal("6.8356"), 1, Decimal("6.8320"), "fx", NOW, NOW + timedelta(seconds=60), NOW, "示例数据"),
)


def element(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in view["elements"] if one["name"] == name)


def now_at(view: dict[str, Any]) -> int | None:
    return next((at for at, one in enumerate(view["steps"]) if one["status"] == "now"), None)


def test_what_is_missing_is_marked_and_what_was_said_names_who_said_it() -> None:
    view = ticket_view(deal(customer="华星科技有限公司", side="buy", base="USD"), PEOPLE)
    assert element(view, "amount")["missing"] and element(view, "amount")["value"] == ""
    assert element(view, "pair")["missing"], "the other currency was not said"
    customer = element(view, "customer")
    assert (customer["value"], customer["by"], customer["turn"]) == ("华星科技有限公司", "李娜", "t1")
    assert element(view, "side")["value"] == "客户买入美元"
    assert now_at(view) == 0


def test_a_change_in_place_is_a_sentence_with_the_value_as_people_type_it() -> None:
    amount = element(ticket_view(FULL, PEOPLE), "amount")
    assert amount["sentence"].replace("{value}", amount["typed"]) == "金额改为 2,000,000 美元"
    side = element(ticket_view(FULL, PEOPLE), "side")
    assert side["typed"] in side["options"]


def test_price_and_checks() -> None:
    view = ticket_view(PRICED, PEOPLE)
    assert view["quote"]["price"] == "6.8356"
    assert view["quote"]["until"] == "2026-11-23T10:01:00+08:00"
    assert view["quote"]["holds"]
    assert view["quote"]["mid"] == "中间价 6.8320"
    assert [(one["label"], one["outcome"]) for one in view["checks"]] == [("客户资料", "passed"), ("真实背景", "soft")]
    assert not ticket_view(replace(PRICED, state="agreed"), PEOPLE)["quote"]["holds"]


def test_confirmations_given_and_waited_for() -> None:
    agreed = replace(
        PRICED,
        state="confirmed_branch",
        agreement=Agreement(Decimal("6.8356"), "E1002", "fx", "t2", NOW),
        needs=("branch", "head_office", "supervisor"),
        confirmations=(Confirmation("branch", "E1002", NOW),),
    )
    view = ticket_view(agreed, PEOPLE)
    assert [(one["seat"], one["by"]) for one in view["confirmations"]] == [
        ("支行", "李娜"),
        ("总行", ""),
        ("交易主管", ""),
    ]
    booked = ticket_view(replace(agreed, state="booked"), PEOPLE)
    assert [one["by"] for one in booked["confirmations"]] == ["李娜"]
    assert not booked["editable"]
    assert {one["status"] for one in booked["steps"]} == {"done"}


@pytest.mark.parametrize("state", ["withdrawn", "rejected", "expired"])
def test_a_deal_that_ended_shows_how_far_it_had_come(state: DealState) -> None:
    view = ticket_view(replace(PRICED, state=state, reason="E2001"), PEOPLE)
    assert view["over"] and view["reason"] == "王芳"
    done = [STEPS[at] for at, one in enumerate(view["steps"]) if one["status"] == "done"]
    assert done[-1] == "quoted" and now_at(view) is None
    assert not view["editable"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", get_args(DealState))
def test_every_state_is_said_in_both_languages(state: DealState, language: Any) -> None:
    with speaking(language):
        json.dumps(ticket_view(replace(PRICED, state=state), PEOPLE))
    assert say.keys("zh") == say.keys("en")


def test_a_swap_shows_both_days_and_both_prices() -> None:
    elements = {
        **FULL.elements,
        "product": Said("swap", "E1002", "t1", NOW),
        "near_date": Said("2026-11-25", "E1002", "t1", NOW),
    }
    offered = replace(PRICED.offered, near_price=Decimal("6.83")) if PRICED.offered else None
    view = ticket_view(replace(FULL, elements=elements, offered=offered), PEOPLE)
    assert element(view, "near_date")["value"].startswith("2026-11-25")
    assert "6.83" in view["quote"]["price"] and "6.8356" in view["quote"]["price"]


def test_a_price_for_a_hundred_units_says_so() -> None:
    yen = {**FULL.elements, "base": Said("JPY", "E1002", "t1", NOW)}
    offered = replace(PRICED.offered, per=100) if PRICED.offered else None
    assert ticket_view(replace(FULL, elements=yen, offered=offered), PEOPLE)["quote"]["mid"].startswith("每 100 日元")
