"""What each message of a dealing talk changes: elements by whom, prices for which side, yes, no, and doubts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.fx.clients import Client
from skills.fx.dealing.agreement import asks_for_yes, find_yes
from skills.fx.dealing.heard import Note
from skills.fx.dealing.negotiation import hear
from skills.fx.dealing.prices import Scale, find_prices
from skills.fx.dealing.side_talk import is_side_talk
from skills.fx.dealing.talk import Around, Message, Talk
from skills.fx.dealing.ticket_values import doubts_of, missing_of
from skills.fx.dealing.vagueness import is_vague
from skills.fx.dealing.withdrawal import is_withdrawal

TODAY = date(2026, 11, 23)
WHO = {"L": "E1002", "W": "E2001", "C": "E3001", "Z": "E1001"}
ENQUIRY = "L 客户联创半导体买100万美元，即期"


def talked(*lines: str, clients: tuple[Client, ...] = (), mid: Decimal | None = None) -> tuple[Talk, list[Note]]:
    """Lines `L …` (branch), `W …` (region), `C …` (head office), `Z …` (relationship manager), heard in order."""
    talk, notes = Talk(), []
    around = Around(TODAY, clients, ("李娜", "王芳", "陈杰", "张伟"), mid=lambda base, quote: mid)
    for number, line in enumerate(lines):
        at = datetime(2026, 11, 23, 10, number)
        party = "bank" if line[0] == "C" else "branch"
        heard = hear(talk, Message(WHO[line[0]], party, line[0] != "Z", line[2:], f"t{number}", at), around)
        talk = heard.talk
        notes += heard.notes
    return talk, notes


def client(number: str, name: str, *aliases: str) -> Client:
    return Client(
        number=number,
        name=name,
        aliases=aliases,
        tier="B",
        place="城东支行",
        documents_until=date(2027, 12, 31),
        products=("spot",),
        limit=Decimal(10**9),
        settlement_limit=Decimal(10**9),
    )


def values(talk: Talk) -> dict[str, str]:
    return {name: said.value for name, said in talk.said.items()}


def test_elements_come_in_any_order_from_several_people_and_each_keeps_who_said_it() -> None:
    talk, notes = talked("Z 客户盛达纺织有一笔远期结汇", "L 金额？", "Z 300万美元", "C 多久", "W 两个月")
    assert values(talk) == {
        "customer": "盛达纺织",
        "side": "sell",
        "base": "USD",
        "quote": "CNY",
        "amount": "3000000",
        "amount_ccy": "USD",
        "product": "forward",
        "tenor": "2M",
        "value_date": "2027-01-25",
    }
    assert (talk.said["amount"].by, talk.said["amount"].turn) == ("E1001", "t2")
    assert (talk.said["value_date"].by, talk.said["value_date"].turn) == ("E2001", "t4")
    assert notes.count("complete") == 1


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("L 不对，是欧元", "base", "EUR"),
        ("L sorry EUR", "base", "EUR"),
        ("L 改成300万", "amount", "3000000"),
        ("W 更正，300万", "amount", "3000000"),
        ("L 金额改为 3,000,000 美元", "amount", "3000000"),
        ("L make it 2,500,000 please", "amount", "2500000"),
        ("W change the amount to 3,000,000 USD", "amount", "3000000"),
        ("W change the client to 嘉信钢铁", "customer", "嘉信钢铁"),
        ("W change the client to Pacific Crown Ltd", "customer", "Pacific Crown Ltd"),
        ("W change the side: client sells", "side", "sell"),
        ("W change the currency to EUR/USD", "base", "EUR"),
        ("W change the tenor to 6M", "tenor", "6M"),
        ("W change the value date to 2026-12-18", "value_date", "2026-12-18"),
        ("W 方向改为 客户卖出", "side", "sell"),
        ("W 客户改为 嘉信钢铁", "customer", "嘉信钢铁"),
        ("W 客户名称改为嘉信钢铁有限公司", "customer", "嘉信钢铁有限公司"),
        ("W 起息日改为 2026-12-18", "value_date", "2026-12-18"),
        ("W 方向改为卖出", "side", "sell"),
        ("W 币种改为欧元", "base", "EUR"),
        ("W 期限改为 6M", "tenor", "6M"),
        ("L 要的是卖出", "side", "sell"),
        ("L 方向反了，是卖", "side", "sell"),
        ("L 哦不，是三个月远期", "tenor", "3M"),
        ("L 说错了，客户是嘉信钢铁", "customer", "嘉信钢铁"),
    ],
)
def test_a_correction_changes_the_ticket_and_voids_the_price(line: str, name: str, value: str) -> None:
    talk, _ = talked(ENQUIRY, "C 7.0520", line)
    assert values(talk)[name] == value
    assert talk.said[name].turn == "t2"  # type: ignore[index]
    assert talk.offer is None


def test_prices_of_another_pair_are_read_by_themselves() -> None:
    talk, _ = talked(ENQUIRY, "C 7.0520", "L 改成EUR/USD", "C 1.1650", "L 成交")
    assert talk.agreed and talk.agreed.price == Decimal("1.1650")


def test_a_limit_is_kept_beside_the_prices() -> None:
    talk, _ = talked(ENQUIRY + "，7.05以下", "C 7.0520", "L 限价 7.0530")
    assert (values(talk)["limit_price"], talk.counter) == ("7.0530", None)


def test_another_persons_word_without_a_correction_is_held_until_somebody_says_yes() -> None:
    talk, notes = talked(ENQUIRY, "W 200万", "C 7.0520", "L 成交")
    assert values(talk)["amount"] == "1000000" and talk.agreed is None
    assert "differs" in notes and "differs_amount" in doubts_of(talk, TODAY)
    talk, _ = talked(ENQUIRY, "W 200万", "L 对，200万")
    assert values(talk)["amount"] == "2000000" and not doubts_of(talk, TODAY)
    talk, _ = talked(ENQUIRY, "C 是1000万吗？", "L 不是", "C 7.0520", "L 成交")
    assert values(talk)["amount"] == "1000000" and talk.agreed is not None


def test_the_bank_does_not_change_what_the_branch_said() -> None:
    talk, notes = talked(ENQUIRY, "C 改成200万", "C 7.0520", "L 成交")
    assert values(talk)["amount"] == "1000000" and talk.agreed is None and "differs" in notes


@pytest.mark.parametrize(
    "line",
    [
        "W 昨天那笔300万的资料补了吗",
        "W 另一个客户盛达那边上次卖了200万欧元",
        "Z 晚上7点聚餐，50元一位",
        "C 中午12点食堂见",
        "C 市场现在7.0640",
        "W 即期还是远期",
        "C spot or forward?",
        "L 客户在开车，等会回",
        "W 收到，谢谢",
        "L 合计人民币705万对吧",
    ],
)
def test_side_talk_changes_nothing(line: str) -> None:
    before, _ = talked(ENQUIRY, "C 7.0520")
    after, notes = talked(ENQUIRY, "C 7.0520", line)
    assert (after.said, after.offer, doubts_of(after, TODAY)) == (before.said, before.offer, ())
    assert not {"doubt", "differs", "counter", "offer"} & set(notes[notes.index("offer") + 1 :])


@pytest.mark.parametrize(
    ("lines", "price", "branch", "bank"),
    [
        (("C 7.0530", "L 成交"), "7.0530", "E1002", "E3001"),
        (("C 7.0530", "L 7.0520能做吗", "C 可以", "W 敲定"), "7.0520", "E2001", "E3001"),
        (("C 7.0530", "L 7.0520能做吗", "C 成交"), "7.0520", "E1002", "E3001"),
        (("C 7.0530", "W 20?", "C 25", "W done at 25"), "7.0525", "E2001", "E3001"),
        (("C 7.0548/52", "L mine"), "7.0552", "E1002", "E3001"),
        (("C 48/52", "L 52 mine"), "7.0552", "E1002", "E3001"),
        (("C 7.0530", "L 能便宜5个点吗", "C 行", "L 就这个价"), "7.0525", "E1002", "E3001"),
        (("C 7.0530", "C 报错了，7.0540", "L 成交"), "7.0540", "E1002", "E3001"),
        (("C 7.0530成交？", "L 对"), "7.0530", "E1002", "E3001"),
        (("C 7.0530", "L 可以", "L 是的"), "7.0530", "E1002", "E3001"),
        (("C 7.05 fig", "L 一言为定"), "7.0500", "E1002", "E3001"),
        (("C 7.0530", "L 7.0520成交", "C 7.0520做不了，7.0530", "L 行吧，7.0530成交"), "7.0530", "E1002", "E3001"),
    ],
)
def test_agreed_is_the_one_price_that_both_sides_mean(
    lines: tuple[str, ...], price: str, branch: str, bank: str
) -> None:
    talk, notes = talked(ENQUIRY, *lines, mid=Decimal("7.0550"))
    assert talk.agreed is not None and notes.count("agreed") == 1
    assert (talk.agreed.price, talk.agreed.branch, talk.agreed.bank) == (Decimal(price), branch, bank)


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (("C 7.0520", "L 7.0515成交"), "two_prices"),
        (("C 7.0520", "L 7.0515能做吗", "L 成交"), "two_prices"),
        (("L 成交",), "no_price"),
        (("C 7.0520", "C 价格变了，稍等", "L 成交"), "no_price"),
        (("C 100万以下7.0580，100万以上7.0570", "L 成交"), "several_prices"),
        (("C 7.0520", "L yours"), "side_against"),
        (("C 7.0520", "L 可以"), "say_yes"),
        (("C 7.0520", "L 客户嘴里嘟囔了51", "L 成交"), "say_yes"),
        (("C 7.0520", "Z 客户说成交"), "not_a_dealer"),
        (("C 7.0520", "L 改成200万左右", "L 成交"), "incomplete"),
        (("C 7.0520", "L 500万呢，能便宜点吗", "C 那7.0510", "L 成交"), "open_question"),
    ],
)
def test_what_is_no_agreement_is_asked_back(lines: tuple[str, ...], note: Note) -> None:
    talk, notes = talked(ENQUIRY, *lines)
    assert talk.agreed is None and note in notes


def test_a_yes_to_a_two_way_price_needs_a_side() -> None:
    lines = ("L 客户联创半导体 100万美元 即期", "C 7.0480/7.0580", "L 成交")
    talk, notes = talked(*lines)
    assert talk.agreed is None and "side_missing" in notes
    talk, _ = talked(*lines[:2], "L yours")
    assert talk.agreed and talk.agreed.price == Decimal("7.0480") and values(talk)["side"] == "sell"


def test_a_swap_is_agreed_in_points() -> None:
    talk, _ = talked(
        "L 客户远洋物流做一笔美元掉期，买/卖，2000万，6M", "C -325", "L 客户想要-315", "C -320", "L ok deal"
    )
    assert talk.agreed and talk.agreed.price == Decimal("-0.0320")
    assert (values(talk)["near_date"], values(talk)["value_date"]) == ("2026-11-25", "2027-05-25")


def test_who_deals_the_second_currency_of_the_market_order_deals_at_its_other_side() -> None:
    talk, _ = talked("L 客户联创半导体 buy JPY 100 mio against USD", "C 150.80/150.90", "L 成交")
    assert (values(talk)["base"], values(talk)["side"]) == ("JPY", "buy")
    assert talk.agreed and talk.agreed.price == Decimal("150.80")


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("L 客户南方食品购汇五百万美元左右", "amount_vague"),
        ("L 客户南方食品购汇三四百万美元", "amount_vague"),
        ("L 客户南方食品购汇0美元", "amount_not_positive"),
        ("L 客户南方食品结汇-50万美元", "amount_not_positive"),
        ("L 客户南方食品买1,000,000,000,000,000美元", "amount_too_large"),
        ("L 客户南方食品买200万 XYZ", "currency_unknown"),
        ("L 客户南方食品购汇100万美元，2026-11-02交割", "date_past"),
        ("L 客户南方食品购汇100万美元，2027-01-01交割", "date_holiday"),
        ("L 客户南方食品购汇100万美元，2月30日交割", "date_impossible"),
    ],
)
def test_what_cannot_be_taken_is_doubted_and_never_agreed(line: str, doubt: str) -> None:
    talk, notes = talked(line)
    assert doubt in doubts_of(talk, TODAY) and "doubt" in notes and "complete" not in notes
    talk, notes = talked(line, "C 7.0520", "L 成交")
    assert talk.agreed is None and "incomplete" in notes


def test_a_name_that_begins_anothers_is_asked_back_and_the_full_one_is_not() -> None:
    clients = (client("C0001", "华星科技有限公司"), client("C0002", "华星科技发展有限公司"))
    talk, _ = talked("L 客户华星科技买150万美元即期", clients=clients)
    assert doubts_of(talk, TODAY) == ("customer_ambiguous",)
    assert talk.several == ("华星科技有限公司", "华星科技发展有限公司")
    talk, _ = talked("L 客户华星科技买150万美元即期", "C 哪个？", "L 华星科技发展", clients=clients)
    assert values(talk)["customer"] == "华星科技发展有限公司" and not doubts_of(talk, TODAY)
    talk, _ = talked("L 华星科技有限公司买150万美元即期", clients=clients)
    assert values(talk)["customer"] == "华星科技有限公司" and not doubts_of(talk, TODAY)
    known = (client("C0001", "华星科技有限公司", "华星科技"), clients[1])
    talk, _ = talked("L 客户华星科技买150万美元即期", clients=known)
    assert values(talk)["customer"] == "华星科技有限公司" and not doubts_of(talk, TODAY)


def test_after_the_agreement_only_a_correction_of_the_branch_changes_it() -> None:
    agreed = (ENQUIRY, "C 7.0520", "L 成交")
    for line in ("W 300万", "C 改成300万", "C 7.0540", "L 再来一笔200万欧元", "L 500万呢？"):
        talk, _ = talked(*agreed, line)
        assert talk.agreed is not None and values(talk)["amount"] == "1000000", line
    talk, _ = talked(*agreed, "L 等一下，改成300万")
    assert talk.agreed is None and values(talk)["amount"] == "3000000"


def test_withdrawn_is_withdrawn_and_the_next_enquiry_is_another_one() -> None:
    for line in ("L nothing done", "L 撤", "W 客户不做了", "Z 客户刚来电话取消了", "L we're off, thanks"):
        talk, notes = talked(ENQUIRY, "C 7.0520", line)
        assert talk.withdrawn and notes[-1] == "withdrawn", line
    for line in ("L 先别撤", "L 算了，改成300万", "L 不买了，改卖", "C 刚才的报价撤了"):
        assert not talked(ENQUIRY, "C 7.0520", line)[0].withdrawn, line
    talk, _ = talked(ENQUIRY, "L 撤", "L 客户嘉信钢铁卖200万欧元")
    assert (values(talk)["customer"], values(talk)["amount"], talk.withdrawn) == ("嘉信钢铁", "2000000", False)


@pytest.mark.parametrize(
    "text", ["成交", "敲定！", "done", "OK就按这个价", "7.05 done", "mine", "yours", "就这么定了", "做吧"]
)
def test_words_of_agreement(text: str) -> None:
    found = find_yes(text)
    assert found is not None and found.strength == "strong"


@pytest.mark.parametrize(
    "text",
    [
        "成交吗",
        "还没成交",
        "成交量不大",
        "今天的成交",
        "nothing done",
        "well done",
        "如果客户同意就成交",
        "能成交吗",
        "if he agrees, done",
    ],
)
def test_words_that_only_look_like_it(text: str) -> None:
    found = find_yes(text)
    assert found is None or found.strength == "mild"


def test_a_yes_that_is_asked_for() -> None:
    assert asks_for_yes("7.0625，成交吗？") and asks_for_yes("done?")
    assert not asks_for_yes("成交") and not asks_for_yes("能成交吗？")


@pytest.mark.parametrize(
    ("text", "bid", "offer"),
    [
        ("7.0540/7.0552", "7.0540", "7.0552"),
        ("7.0540/52", "7.0540", "7.0552"),
        ("98/03", "7.0498", "7.0503"),
        ("买入价7.0480 卖出价7.0520", "7.0480", "7.0520"),
        ("最多让到48", "7.0548", "7.0548"),
        ("从7.0530让到7.0520", "7.0520", "7.0520"),
        ("市场7.0600，给你7.0610", "7.0610", "7.0610"),
    ],
)
def test_prices_are_completed_from_the_last_one(text: str, bid: str, offer: str) -> None:
    scale = Scale(Decimal("7.0510"), "CNY", talked=True)
    named = find_prices(text, scale, both_sides=True).named
    assert named is not None and (named.bid, named.offer) == (Decimal(bid), Decimal(offer))


@pytest.mark.parametrize("text", ["300万", "12点见", "50元一位", "12.18交割", "3M", "7.0520太高了", "7.05左右"])
def test_figures_that_are_no_price(text: str) -> None:
    assert find_prices(text, Scale(Decimal("7.0510"), "CNY", talked=True), both_sides=False).named is None


@given(st.integers(0, 99), st.integers(60_000, 80_000))
def test_a_short_figure_is_completed_to_the_nearest_price_that_ends_so(short: int, pips: int) -> None:
    reference = Decimal(pips) / 10_000
    price = Scale(reference, "CNY", talked=True).completed(f"{short:02}")
    assert price is not None and f"{price}".endswith(f"{short:02}")
    assert abs(price - reference) <= Decimal("0.005")


def test_small_words() -> None:
    assert is_vague("大概150万") and is_vague("几百万美元") and not is_vague("150万美元")
    assert is_withdrawal("撤单") and not is_withdrawal("取消限价")
    assert is_side_talk("上次那笔") and not is_side_talk("改成300万")


_WORDS = st.sampled_from(
    [
        "客户联创半导体",
        "买",
        "卖",
        "100万",
        "300万",
        "美元",
        "欧元",
        "即期",
        "三个月",
        "3M",
        "2月30日",
        "XYZ",
        "0",
        "-5",
        "7.0520",
        "7.0530",
        "20",
        "48/52",
        "报价",
        "成交",
        "可以",
        "done",
        "mine",
        "yours",
        "撤",
        "对",
        "不是",
        "等等",
        "不对，是",
        "改成",
        "吗？",
        "左右",
        "，",
        "。",
        " ",
    ]
)
_LINES = st.lists(st.tuples(st.sampled_from("LWCZ"), st.lists(_WORDS, min_size=1, max_size=6)), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(_LINES)
def test_whatever_is_said_an_agreement_is_of_two_sides_complete_and_without_doubt(
    said: list[tuple[str, list[str]]],
) -> None:
    talk, _ = talked(*(f"{who} {''.join(words)}" for who, words in said))
    if talk.agreed:
        assert not missing_of(talk) and not doubts_of(talk, TODAY)
        assert talk.agreed.branch in ("E1002", "E2001") and talk.agreed.bank == "E3001"
        assert talk.held is None or not talk.held.differs


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    talked(ENQUIRY, "C 7.0520", f"L {text}", f"C {text}")


def test_a_known_name_is_found_wherever_it_stands_and_a_longer_company_is_another() -> None:
    clients = (client("C0001", "远东机械进出口有限公司", "远东机械"),)
    for line in (
        "L 帮远东机械问个价，买100万美元",
        "L 远东机械那边急，购汇100万美元",
        "L 刚才远东机械来电，买美元100万",
    ):
        assert values(talked(line, clients=clients)[0])["customer"] == "远东机械进出口有限公司", line
    talk, _ = talked("L 客户远东机械配件公司买100万美元", clients=clients)
    assert values(talk)["customer"] == "远东机械配件公司"
