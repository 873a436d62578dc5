"""Generated bank talk with invented personal data, and hard neighbours without any: the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.mask_values import COMPOUND, GIVEN, HARDER, SURNAMES, VALUES, Maker

POSITIVE = """
客户{PERSON}来电，手机{PHONE}，要求回拨
请通知{PERSON}明天上午来{branch}办理购汇
查一下{PERSON}的电话
我叫{PERSON}，身份证号{CN_ID_CARD}，想开户
{PERSON}先生的银行卡{BANK_CARD}被吞了
{PERSON}女士要求把账单寄到{ADDRESS}
收款人：{PERSON}，账号{ACCOUNT}，开户行：示例银行{branch}
法定代表人{PERSON}，统一社会信用代码{USCC}
联系人{PERSON}（{PHONE}），邮箱{EMAIL}
由{PERSON}复核，{PERSON}审批
{PERSON}和{PERSON}是共同借款人
客户经理{PERSON}说这笔可以做
持卡人{PERSON}卡号{BANK_CARD}，有效期12/28
借款人{PERSON}，出生日期{DATE_OF_BIRTH}，护照号{PASSPORT}
抵押车辆车牌{PLATE}，车主{PERSON}
请把{CN_ID_CARD}的征信报告发我
登录IP地址{IP_ADDRESS}异常，客户手机号{PHONE}
汇款到IBAN {IBAN}，收款人{ENGLISH}
Please transfer to {IBAN} for Mr. {ENGLISH}
Customer {ENGLISH} called from {INTL_PHONE} about card {BANK_CARD}
My name is {ENGLISH} and my SSN is {US_SSN}
Contact {ENGLISH}, e-mail {EMAIL}, phone {PHONE}
客户{ENGLISH}的护照{PASSPORT}已过期
地址变更为{ADDRESS}，请更新
{PERSON}想买500万美元，两周后交割
@外汇 客户{PERSON}要结汇30万欧元
{PHONE}这个号码打不通，换{PHONE}试试
卡{BANK_CARD}转{BANK_CARD}
老客户{PERSON}的卡号是{BANK_CARD}吗
{PERSON}：我的信用卡{BANK_CARD}怎么还没到
身份证{CN_ID_CARD}电话{PHONE}住址{ADDRESS}
银行账号：{ACCOUNT}，户名：{PERSON}
车牌号{PLATE}的车停在门口
客户的生日是{DATE_OF_BIRTH}
His date of birth is {DATE_OF_BIRTH_EN}, passport number {PASSPORT}
{LANDLINE}是{branch}的客户{PERSON}家里的座机
出差人{PERSON}、{PERSON}，共两人
发件人 {PERSON} 抄送 {EMAIL}
同事{PERSON}请假，工作交给{PERSON}
经办人{PERSON}，授权人{PERSON}，日期2026年11月21日
{PERSON}名下有两套房
{MINORITY}的账户{ACCOUNT}已冻结
客户{MINORITY}申请个人贷款
""".strip().splitlines()

TITLES = """
请问{SURNAME}总今天在行里吗
{SURNAME}经理，麻烦看下这笔报价
刚才{SURNAME}女士来过，没带证件
{SURNAME}行长要参加下午的会
跟{SURNAME}主任确认一下会议时间
小{SURNAME}，帮我订个会议室
老{SURNAME}说利率要降
""".strip().splitlines()

NEGATIVE = """
客户华星科技要买{amount}美元
订单号{digits16}，金额{amount}元
流水号{digits20}已入账
合同编号HT{digits10}，第{small}条第{small}款
交易编号{digits16}，成交价7.{digits4}
股票600{digits3}昨天收盘{small}.{digits2}元
基金代码{digits6}的净值是1.{digits4}
美元兑人民币即期7.{digits4}，远期升水{digits3}点
2026年{month}月{day}日起息，利率3.{digits2}%
工号E{digits4}在{branch}上班
三号会议室{small}点有空吗
第{small}章第{small}节关于授信管理的规定
单笔超过{amount}元的应当登记
请把{amount}万日元折成人民币
USD/CNY {small}.{digits4} / 7.{digits4}
序列号SN{digits12}的设备坏了
发票号码{digits8}，税率13%
版本{small}.{small}.{small}已发布
文号示银发〔2026〕{digits3}号
快递单号SF{digits12}
城东支行的营业时间是几点
安全管理规定什么时候修订的
高新技术企业贷款怎么申请
任何人不得代客户签字
金额大写是什么意思
周一到周五都能办理结汇吗
万一逾期会不会影响征信
查询余额需要哪些材料
黄金积存和白银有什么区别
关于印发会议室管理办法的通知
应收账款周转率怎么算
请问远期结售汇的保证金比例是多少
利息按月支付还是到期支付
成本收入比是多少
What is the exchange rate for {amount} JPY today?
How do I order a new card for my business account?
Invoice {digits10} over USD {amount} is overdue
Section {small}.{small} of the agreement, clause {small}
The forward points are {digits3} for 3M
Can I use Apple Pay in New York?
开户行是示例银行{branch}，行号{digits12}
{firm}的授信额度是{amount}万元
远山贸易的资产负债率是{small}%
帮我起草一份关于年末结账的通知
参考号REF{digits10}，批次{digits8}
报文编号{digits16}，受理时间2026-11-21 10:30:15
客户编号{digits10}
产品代码LC{digits6}，期限{small}M
平均每户{amount}元，共{digits5}户
于是双方协商解决，和解金额{amount}元
""".strip().splitlines()

_TALK = yaml.safe_load((Path(__file__).parent / "data" / "mask_talk.yaml").read_text("utf-8"))
MEASURED_NAMES = (*GIVEN, *(name for half in _TALK.values() for name in f"{half['given']} {half['minority']}".split()))
MEASURED_LATIN = frozenset(
    word for half in _TALK.values() for name in half["latin"].lower().split(";") for word in name.split()
)
_SLOT = re.compile(r"\{([A-Za-z_0-9]+)\}")
_TYPES = {
    **{
        "who": "PERSON",
        "minority": "PERSON",
        "latin": "PERSON",
        "ENGLISH": "PERSON",
        "MINORITY": "PERSON",
        "SURNAME": "PERSON",
    },
    **{"INTL_PHONE": "PHONE", "LANDLINE": "PHONE", "DATE_OF_BIRTH_EN": "DATE_OF_BIRTH"},
}


@dataclass(frozen=True)
class Sentence:
    """A text and the personal data in it: type, start, end."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def sentences(count: int, seed: int = 20261121) -> list[Sentence]:
    """`count` sentences: five in ten with personal data, one in ten with a surname and title, four without any."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        templates = TITLES if number % 10 == 0 else NEGATIVE if number % 10 >= 6 else POSITIVE
        made.append(filled(rng.choice(templates), rng))
    return made


def harder_sentences(half: str, count: int, seed: int = 20261122) -> list[Sentence]:
    """`count` sentences of `half` (`dev` or `aside`): six in ten with personal data, written in harder ways."""
    rng = random.Random(f"{half}{seed}")
    talk = _TALK[half]
    positive, negative = talk["positive"].splitlines(), talk["negative"].splitlines()
    given, minority, latin = talk["given"].split(), talk["minority"].split(), talk["latin"].split(";")
    own: dict[str, Maker] = {
        "who": lambda rng: (
            (rng.choice(COMPOUND) if rng.random() < 1 / 12 else rng.choice(SURNAMES)) + rng.choice(given)
        ),
        "minority": lambda rng: rng.choice(minority),
        "latin": lambda rng: rng.choice(latin),
        "year": lambda rng: str(rng.randint(2015, 2026)),
        **HARDER,
    }
    return [filled(rng.choice(positive if number % 10 < 6 else negative), rng, own) for number in range(count)]


def filled(template: str, rng: random.Random, own: Mapping[str, Maker] | None = None) -> Sentence:
    """A template with invented values."""
    text, spans, done = "", [], 0
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        value = {**VALUES, **(own or {})}[slot[1]](rng)
        if (type := _TYPES.get(slot[1], slot[1])).isupper():
            spans.append((type, len(text), len(text) + len(value)))
        text += value
        done = slot.end()
    return Sentence(text + template[done:], tuple(spans))
