"""What is personal data and what only looks like it, type by type."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engines.masking import checksums
from app.engines.privacy import MemoryVault, PresidioPrivacy
from bench.mask_values import card, credit_code, iban, id_card, phone

PRIVACY = PresidioPrivacy(MemoryVault(), Path(__file__).resolve().parents[2] / "config" / "masking.yaml")


def masked(text: str) -> list[tuple[str, str]]:
    """Type and text of what would be masked."""
    return [(one.type, text[one.start : one.end]) for one in PRIVACY.analyse(text) if one.type != "ORGANIZATION"]


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        # identity cards: valid anywhere, invalid only beside its label
        ("我是110101199003074530的本人", "CN_ID_CARD", "110101199003074530"),
        ("身份证１１０１０１１９９００３０７４５３０", "CN_ID_CARD", "１１０１０１１９９００３０７４５３０"),
        ("身份证 110101 19900307 4530", "CN_ID_CARD", "110101 19900307 4530"),
        ("身份证号：110101199003074531", "CN_ID_CARD", "110101199003074531"),
        ("ID card 11010519491231002x", "CN_ID_CARD", "11010519491231002x"),
        ("证件号码110101900307453", "CN_ID_CARD", "110101900307453"),
        # telephones
        ("打13800138000找我", "PHONE", "13800138000"),
        ("打138-0013-8000", "PHONE", "138-0013-8000"),
        ("手机1 3 8 0 0 1 3 8 0 0 0", "PHONE", "1 3 8 0 0 1 3 8 0 0 0"),
        ("电话+86 138 0013 8000", "PHONE", "+86 138 0013 8000"),
        ("tel13800138000", "PHONE", "13800138000"),
        ("幺三八零零一三八零零零", "PHONE", "幺三八零零一三八零零零"),
        ("座机010-62345678", "PHONE", "010-62345678"),
        ("电话62345678", "PHONE", "62345678"),
        ("call me at (212) 555-0123", "PHONE", "(212) 555-0123"),
        ("+44 20 7946 0958", "PHONE", "+44 20 7946 0958"),
        # cards
        ("4111111111111111", "BANK_CARD", "4111111111111111"),
        ("卡6222 0200 0000 0000 000被吞", "BANK_CARD", "6222 0200 0000 0000 000"),
        ("信用卡号4111-1111-1111-1112", "BANK_CARD", "4111-1111-1111-1112"),
        ("Amex 3782 822463 10005", "BANK_CARD", "3782 822463 10005"),
        # accounts, codes
        ("账号：12345678901", "ACCOUNT", "12345678901"),
        ("account number 0012 3456 7890", "ACCOUNT", "0012 3456 7890"),
        ("信用代码91350211M000100Y46", "USCC", "91350211M000100Y46"),
        ("91350211M000100Y46", "USCC", "91350211M000100Y46"),
        ("to DE89 3704 0044 0532 0130 00 please", "IBAN", "DE89 3704 0044 0532 0130 00"),
        ("护照E12345678", "PASSPORT", "E12345678"),
        ("车牌京A12345", "PLATE", "京A12345"),
        ("粤B·D12345停在门口", "PLATE", "粤B·D12345"),
        ("ssn 123-45-6789", "US_SSN", "123-45-6789"),
        ("登录IP 10.1.2.3", "IP_ADDRESS", "10.1.2.3"),
        ("2001:db8:85a3::8a2e:370:7334", "IP_ADDRESS", "2001:db8:85a3::8a2e:370:7334"),
        ("发到zhang.wei@bank.example。", "EMAIL", "zhang.wei@bank.example"),
        ("出生于1990年3月7日", "DATE_OF_BIRTH", "1990年3月7日"),
        ("born on 7 March 1990", "DATE_OF_BIRTH", "7 March 1990"),
        # addresses
        ("我住在上海市浦东新区世纪大道100号12室", "ADDRESS", "上海市浦东新区世纪大道100号12室"),
        ("寄到文三路138号3单元502室", "ADDRESS", "文三路138号3单元502室"),
        ("地址：新疆乌鲁木齐市天山区解放南路8号", "ADDRESS", "新疆乌鲁木齐市天山区解放南路8号"),
        ("moved to 12 Baker Street, London NW1 6XE", "ADDRESS", "12 Baker Street, London NW1 6XE"),
        # names
        ("请通知李明明天上午来", "PERSON", "李明"),
        ("欧阳志强的电话", "PERSON", "欧阳志强"),
        ("张经理在吗", "PERSON", "张"),
        ("小王，订个会议室", "PERSON", "王"),
        ("姓名：买买提", "PERSON", "买买提"),
        ("客户阿依古丽·买买提的账户", "PERSON", "阿依古丽·买买提"),
        ("于海洋的身份证", "PERSON", "于海洋"),
        ("城东支行李娜", "PERSON", "李娜"),
        ("Mr. David Miller paid", "PERSON", "David Miller"),
        ("客户John Smith要汇款", "PERSON", "John Smith"),
        ("contact Zhang Wei please", "PERSON", "Zhang Wei"),
        # given names that are words, too
        ("Will Smith called about his loan", "PERSON", "Will Smith"),
        ("Dear Will Thompson", "PERSON", "Will Thompson"),
        ("Bill Johnson has no card yet", "PERSON", "Bill Johnson"),
        ("May Anderson wants to close the account", "PERSON", "May Anderson"),
        ("Please call Grace Carter tomorrow", "PERSON", "Grace Carter"),
        ("Will J. Smith", "PERSON", "Will J. Smith"),
        # a small word behind a name is no part of it
        ("戴浩淼生日1988年3月11日", "PERSON", "戴浩淼"),
        ("怀着孙亮时，她做了一个梦", "PERSON", "孙亮"),
        # 某 behind a whole name is another word
        ("客户张伟某天来过", "PERSON", "张伟"),
    ],
)
def test_found(text: str, type: str, value: str) -> None:
    assert (type, value) in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        *("客户华星科技要买500万美元", "@外汇 客户远山贸易要结汇30万欧元，两周后交割", "USD/CNY 7.1234，买入1000000"),
        *("订单号6222020000000000000", "流水20261121123456789012", "订单编号13800138000", "合同号HT13800138000"),
        *("金额13800138000元", "USD 13800138000", "买13800138000日元", "交易编号2026112100001234"),
        *("股票600519，基金代码110022", "合同编号CN-2026-00012345", "第3.2.1.4条", "版本1.2.3.4", "利率3.85%"),
        *("2026-11-21 10:30:00", "2026年11月21日起息", "工号E1002", "E1002在3号会议室", "3号楼201会议室"),
        *("城东支行和人民路支行", "江苏分行", "高兴地说万元以上何时到期", "周一至周五办理，金额另计", "任何人不得代签"),
        *(
            "任总经理主持",
            "和主任商量",
            "也许总行会批",
            "黄金500克",
            "石油公司",
            "关于年末结账的通知",
            "平均余额",
            "谢谢您",
        ),
        *("What is the Exchange Rate today?", "Apple Pay does not work in New York", "Section 4.2 of the Agreement"),
        *("Will Friday work?", "Will Monday morning suit you?", "Will Visa cards be accepted?", "Bill Payment failed"),
        *("Will Black Friday count?", "Will Green Bonds pay?", "Mark Complete when done", "Grace Period ends Friday"),
        *("May Day is a holiday", "Hope London is fine", "Mark Tuesday in the calendar", "Sue Barclays for damages"),
        *("甲、乙、丙、丁四方签订合同", "Can I do a top-up by cheque?", "I was charged abroad by mistake"),
        *("高尔夫俱乐部会员费", "大豆每蒲式耳多少美分", "母基金和子基金的区别"),
        # made unknown already
        *("张某向银行申请贷款", "客户李某某，女", "户名：欧阳某", "王某人来电", "持卡人杨某涉嫌诈骗", "张某甲与张某乙"),
        *("3小时后到期", "小时候", "老是失败", "第一次", "项目安排在下周", "应收账款管理", "时间和方式", "成本收入比"),
    ],
)
def test_left_alone(text: str) -> None:
    assert masked(text) == []


CHINESE = st.text(alphabet="的客户要求请核对，。：资料已收到谢", max_size=12)
ENGLISH = st.text(alphabet="abcdefgh ,.", max_size=12).map(lambda words: f"{words} ")
FOLLOWING = ENGLISH.map(lambda words: f" {words}")


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    before=st.one_of(CHINESE, ENGLISH),
    after=st.one_of(CHINESE, ENGLISH.map(lambda x: " " + x)),
)
@pytest.mark.parametrize(
    ("type", "make"),
    [("CN_ID_CARD", id_card), ("BANK_CARD", card), ("PHONE", phone), ("USCC", credit_code), ("IBAN", iban)],
)
def test_valid_numbers_are_found_in_any_company(type: str, make, seed: int, before: str, after: str) -> None:  # type: ignore[no-untyped-def]
    value = make(random.Random(seed))
    text = before + value + after
    found = [one for one in PRIVACY.analyse(text) if one.start <= len(before) and one.end >= len(before) + len(value)]
    assert found, text


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**6), place=st.integers(0, 17), other=st.integers(1, 9))
def test_one_wrong_figure_breaks_the_check(seed: int, place: int, other: int) -> None:
    number = credit_code(random.Random(seed))
    assert checksums.social_credit_code(number)
    if number[place].isdigit():
        changed = number[:place] + str((int(number[place]) + other) % 10) + number[place + 1 :]
        assert not checksums.social_credit_code(changed)


def test_neighbours_are_told_apart() -> None:
    text = "手机13800138000 13900139000、卡号6222020000000000000 13700137000"
    assert [value for _, value in masked(text)] == [
        *("13800138000", "13900139000", "6222020000000000000", "13700137000"),
    ]


def test_a_long_row_of_numbers_is_read_to_its_end() -> None:
    numbers = [f"1380013{number:04d}" for number in range(150)]
    assert [value for _, value in masked(" ".join(numbers))] == numbers


def test_the_label_decides_between_readings() -> None:
    assert masked("账号6225000000000000")[0][0] == "ACCOUNT"
    assert masked("卡号6225000000000000")[0][0] == "BANK_CARD"


def test_names_in_firms_stand_with_the_firm() -> None:
    assert masked("张伟明律师事务所") == []
