"""Each check says yes, maybe or no, with the figures that it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from skills.fx.checks import Situation, checked
from skills.fx.checks.price import deviation_bp
from skills.fx.checks.situation import Listed
from skills.fx.clients import clients_named, read_clients
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.deal import Check, Deal, ElementName, Offered, Said
from tests.skills.context import CONTENT, person

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CLIENTS = {client.number: client for client in read_clients(CONTENT)}
RULES = read_dealing_rules(CONTENT)
ELEMENTS: dict[ElementName, str] = {
    "customer": "华星科技有限公司",
    "side": "buy",
    "base": "USD",
    "quote": "CNY",
    "amount": "5000000",
    "amount_ccy": "USD",
    "product": "spot",
    "value_date": "2026-11-25",
    "documents": "进口合同",
}


def deal(**changes: str) -> Deal:
    values = {name: value for name, value in {**ELEMENTS, **changes}.items() if value}
    elements = {name: Said(value, "E1002", "t1", NOW) for name, value in values.items()}
    return Deal("FX20261123-0001", "r1", "complete", 2, "E1002", "城东支行", NOW, NOW, elements)  # type: ignore[arg-type]


def situation(made: Deal | None = None, **changes: object) -> Situation:
    usual = Situation(made or deal(), CLIENTS["C0001"], RULES, NOW, person("E3001"), Decimal("6.8320"), NOW)
    return replace(usual, **changes)  # type: ignore[arg-type]


def offered(price: str) -> Offered:
    return Offered(Decimal(price), 1, Decimal("6.8320"), "E3001", NOW, NOW + timedelta(seconds=60), NOW, "示例")


def of(name: str, given: Situation) -> Check:
    return next(check for check in checked(given) if check.name == name)


def test_an_ordinary_deal_passes_everything_with_reasons() -> None:
    checks = checked(situation())
    assert {check.outcome for check in checks} == {"passed"}
    assert len({check.name for check in checks}) == 10 and all(check.reason for check in checks)


@pytest.mark.parametrize(
    ("name", "outcome", "given", "said"),
    [
        ("customer", "hard", situation(client=None), "没有"),
        ("customer", "hard", situation(client=CLIENTS["C0006"]), "2026-09-30"),
        ("customer", "passed", situation(client=CLIENTS["C0004"], now=NOW + timedelta(days=20)), "不足一个月"),
        ("suitability", "hard", situation(deal(product="swap"), client=CLIENTS["C0002"]), "即期"),
        ("screening", "soft", situation(listed=(Listed("自有", "Blackreef", 0.91, "拼写"),)), "0.91"),
        ("screening", "hard", situation(listed=(Listed("自有", "黑石礁贸易有限公司", 1.0, "同名"),)), "命中"),
        ("value_date", "hard", situation(deal(value_date="2026-11-22")), "过去"),
        ("value_date", "hard", situation(deal(value_date="2026-11-26")), "假日"),
        ("cut_off", "hard", situation(deal(value_date="2026-11-23"), now=NOW.replace(hour=16, minute=31)), "16:30"),
        ("cut_off", "hard", situation(deal(base="JPY", value_date="2026-11-23"), now=NOW.replace(minute=1)), "10:00"),
        ("cut_off", "hard", situation(now=NOW.replace(hour=17, minute=31)), "17:30"),
        ("cut_off", "passed", situation(now=NOW.replace(hour=17, minute=29)), "17:30"),
        ("price", "hard", situation(mid=None), "没有"),
        ("price", "hard", situation(market_at=NOW - timedelta(minutes=16)), "时限"),
        ("price", "hard", situation(market_at=NOW + timedelta(minutes=1)), "时限"),
        ("price", "soft", situation(replace(deal(), offered=offered("6.8620"))), "+43.9"),
        ("price", "hard", situation(replace(deal(), offered=offered("68.320"))), "+90000.0"),
        ("price", "passed", situation(replace(deal(), offered=offered("6.8360"))), "+5.9"),
        ("client_limit", "hard", situation(used={"client": Decimal(100_000_000)}), "额度不足"),
        ("settlement_limit", "hard", situation(used={"settlement": Decimal(50_000_000)}), "额度不足"),
        ("dealer_limit", "soft", situation(deal(amount="60000000"), client=CLIENTS["C0009"]), "主管"),
        ("dealer_limit", "hard", situation(dealer=person("E6001")), "不是交易员"),
        ("client_limit", "hard", situation(deal(base="ZAR", amount_ccy="ZAR")), "ZAR"),
        ("documents", "soft", situation(deal(documents="")), "合同"),
        ("documents", "passed", situation(deal(base="EUR", quote="USD", documents="")), "不涉及"),
    ],
)
def test_what_stops_a_deal_says_why(name: str, outcome: str, given: Situation, said: str) -> None:
    check = of(name, given)
    assert (check.outcome, said in check.reason) == (outcome, True), check


def test_a_limit_is_used_up_to_its_last_yuan() -> None:
    exactly = CLIENTS["C0001"].limit - Decimal(5_000_000) * RULES.worth["USD"]
    assert of("client_limit", situation(used={"client": exactly})).outcome == "passed"
    assert of("client_limit", situation(used={"client": exactly + Decimal("0.01")})).outcome == "hard"


def test_deviation_is_in_basis_points_of_the_mid() -> None:
    assert deviation_bp(Decimal("1.0010"), Decimal(1)) == 10
    assert deviation_bp(Decimal("0.9990"), Decimal(1)) == -10


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("华星科技", ["C0001"]),
        ("华星", ["C0001", "C0002"]),
        ("华星科技园", ["C0002"]),
        ("HUAXING technology", ["C0001"]),
        ("盛达纺织股份有限公司", ["C0004"]),
        ("Pacific Crown Electronics", ["C0009"]),
        ("C0003", ["C0003"]),
        ("不认识的公司", []),
        ("", []),
        ("有限公司", []),
    ],
)
def test_a_name_means_whoever_bears_it_else_whoever_begins_so(said: str, meant: list[str]) -> None:
    assert [client.number for client in clients_named(said, tuple(CLIENTS.values()))] == meant
