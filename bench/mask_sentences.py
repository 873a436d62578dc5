"""Generated bank talk with invented personal data, and hard neighbours without any: the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘蒋蔡余杜叶程苏魏吕丁"
    "沈姚卢姜崔谭陆汪范廖贾夏韦付邹熊孟秦邱江尹薛闫段雷侯龙陶黎贺顾毛郝龚邵覃武戴莫孔向汤"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "皇甫", "令狐", "慕容", "尉迟")
_GIVEN = """
伟 芳 娜 敏 静 丽 强 磊 洋 勇 艳 杰 娟 涛 超 霞 平 刚
辉 玲 桂英 建国 志强 秀兰 海燕 晓东 雨桐 子涵 浩然 梓轩 欣怡 思远 佳琪 俊杰 文博 明哲
天宇 雅静 嘉怡 振华 国栋 玉梅 春生 长林 瑞雪 一鸣 若曦 景行 书瑶 沐辰 奕泽 启航 立新 守义
怀瑾 知行 凤英 红梅 德胜 永康 晨曦 高峰 黎明 晓光 乐天 向阳 安然 方圆 成功 胜利 光明
"""
GIVEN = _GIVEN.split()
MINORITY = ("阿依古丽·买买提", "迪力木拉提·艾山", "巴特尔·其木格", "卓玛·次仁", "帕提古丽·吐尔逊", "扎西·顿珠")
ENGLISH = (
    "John Smith",
    "Mary Johnson",
    "David Miller",
    "Emily Clark",
    "Robert Brown",
    "Susan Taylor",
    "Michael Wilson",
    "Laura Martinez",
    "Peter O'Brien",
    "Anna Kowalski",
    "Zhang Wei",
    "Li Xiaoming",
    "Wang Fang",
    "Chen Jie",
    "Liu Yang",
    "Thomas H. Green",
    "Sarah Connor",
)
BRANCHES = ("城东支行", "城西支行", "示例分行", "高新支行", "总行")
FIRMS = ("华星科技有限公司", "远山贸易有限公司", "晨光实业集团", "东海机械股份有限公司")

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
    own: dict[str, Callable[[random.Random], str]] = {
        "who": lambda rng: (
            (rng.choice(COMPOUND) if rng.random() < 1 / 12 else rng.choice(SURNAMES)) + rng.choice(given)
        ),
        "minority": lambda rng: rng.choice(minority),
        "latin": lambda rng: rng.choice(latin),
        "year": lambda rng: str(rng.randint(2015, 2026)),
        **_HARDER,
    }
    return [filled(rng.choice(positive if number % 10 < 6 else negative), rng, own) for number in range(count)]


def filled(
    template: str, rng: random.Random, own: Mapping[str, Callable[[random.Random], str]] | None = None
) -> Sentence:
    """A template with invented values."""
    text, spans, done = "", [], 0
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        value = {**_VALUES, **(own or {})}[slot[1]](rng)
        if (type := _TYPES.get(slot[1], slot[1])).isupper():
            spans.append((type, len(text), len(text) + len(value)))
        text += value
        done = slot.end()
    return Sentence(text + template[done:], tuple(spans))


def person(rng: random.Random) -> str:
    """A Chinese name; one in fifteen with a compound surname."""
    surname = rng.choice(COMPOUND) if rng.random() < 1 / 15 else rng.choice(SURNAMES)
    return surname + rng.choice(GIVEN)


def id_card(rng: random.Random) -> str:
    """A valid identity number of an invented person."""
    region = rng.choice(
        ["110101", "310115", "440305", "330106", "510107", "320106", "420102", "650102", "530103", "210202"]
    )
    born = f"{rng.randint(1950, 2007)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body = f"{region}{born}{rng.randint(1, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(one) * weight for one, weight in zip(body, weights, strict=True)) % 11]
    return rng.choice([body + check, _wide(body + check), f"{body[:6]} {body[6:14]} {body[14:]}{check}", body + check])


def card(rng: random.Random) -> str:
    """A card number with the right check digit, written in one of the usual ways."""
    prefix, length = rng.choice([("622202", 19), ("621700", 19), ("622848", 19), ("4", 16), ("53", 16), ("6225", 16)])
    body = prefix + _digits(rng, length - len(prefix) - 1)
    total = 0
    for place, one in enumerate(reversed(body)):
        value = int(one)
        if place % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    number = body + str(-total % 10)
    fours = [number[place : place + 4] for place in range(0, len(number), 4)]
    return rng.choice([number, number, " ".join(fours), "-".join(fours), _wide(number)])


def phone(rng: random.Random) -> str:
    """A mobile number of an invented person."""
    number = rng.choice(
        ["130", "131", "135", "136", "138", "139", "150", "158", "159", "166", "177", "180", "186", "188", "189", "199"]
    ) + _digits(rng, 8)
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    return rng.choice(
        [number, number, spaced, spaced.replace(" ", "-"), "+86 " + number, "+86" + number, _wide(number)]
    )


def credit_code(rng: random.Random) -> str:
    """A valid unified social credit code."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91" + rng.choice(["110108", "310115", "440300"]) + "".join(rng.choice(alphabet) for _ in range(9))
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(alphabet.index(one) * weight for one, weight in zip(body, weights, strict=True))
    return body + alphabet[(31 - total % 31) % 31]


def iban(rng: random.Random) -> str:
    """A valid IBAN, with or without blanks."""
    country, length = rng.choice([("DE", 18), ("GB", 18), ("FR", 23), ("NL", 14)])
    bank = "".join(rng.choice("ABCDEFGHKLMN") for _ in range(4)) if country in ("GB", "NL") else ""
    body = bank + _digits(rng, length - len(bank))
    number = "".join(str(int(one, 36)) for one in body + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{body}"
    return rng.choice([whole, " ".join(whole[place : place + 4] for place in range(0, len(whole), 4))])


def address(rng: random.Random) -> str:
    """An invented address."""
    city = rng.choice(
        [
            "上海市浦东新区",
            "广东省深圳市南山区",
            "浙江省杭州市西湖区",
            "北京市海淀区",
            "四川省成都市武侯区",
            "江苏省南京市鼓楼区",
        ]
    )
    street = rng.choice(
        ["世纪大道", "科技园南路", "文三路", "中关村大街", "天府大道", "中山北路", "人民东路", "建设一路"]
    )
    rest = rng.choice(
        ["", f"{rng.randint(1, 30)}栋{rng.randint(101, 2900)}室", f"{rng.randint(1, 9)}单元{rng.randint(101, 999)}"]
    )
    return f"{city}{street}{rng.randint(1, 999)}号{rest}"


def _digits(rng: random.Random, count: int) -> str:
    return "".join(str(rng.randint(0, 9)) for _ in range(count))


def _figures(count: int) -> Callable[[random.Random], str]:
    """A number that begins with no zero and is no identity number by chance."""
    return lambda rng: str(rng.randint(1, 9)) + _digits(rng, count - 1)


def _wide(text: str) -> str:
    return "".join("\u3000" if one == " " else chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


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
_VALUES: dict[str, Callable[[random.Random], str]] = {
    "PERSON": person,
    "ENGLISH": lambda rng: rng.choice(ENGLISH),
    "MINORITY": lambda rng: rng.choice(MINORITY),
    "SURNAME": lambda rng: rng.choice(SURNAMES),
    "CN_ID_CARD": id_card,
    "BANK_CARD": card,
    "PHONE": phone,
    "INTL_PHONE": lambda rng: f"+44 20 7{_digits(rng, 3)} {_digits(rng, 4)}",
    "LANDLINE": lambda rng: f"{rng.choice(['010', '021', '0755', '0571'])}-{rng.randint(2, 8)}{_digits(rng, 7)}",
    "USCC": credit_code,
    "IBAN": iban,
    "EMAIL": lambda rng: f"user{rng.randint(1, 9999)}@{rng.choice(['bank.example', 'mail.example.com', 'example.cn'])}",
    "ADDRESS": address,
    "PASSPORT": lambda rng: rng.choice("EGE") + _digits(rng, 8),
    "PLATE": lambda rng: (
        rng.choice("京沪粤浙苏川")
        + rng.choice("ABCDF")
        + rng.choice(["", "·"])
        + rng.choice("ABCDEF")
        + _digits(rng, 4)
    ),
    "ACCOUNT": lambda rng: str(rng.randint(10, 99)) + _digits(rng, rng.choice([10, 13, 16])),
    "DATE_OF_BIRTH": lambda rng: rng.choice(["{0}年{1}月{2}日", "{0}-{1:02d}-{2:02d}", "{0}/{1}/{2}"]).format(
        rng.randint(1950, 2007), rng.randint(1, 12), rng.randint(1, 28)
    ),
    "DATE_OF_BIRTH_EN": lambda rng: (
        f"{rng.randint(1, 28)} {rng.choice(['March', 'July', 'October'])} {rng.randint(1950, 2007)}"
    ),
    "US_SSN": lambda rng: f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
    "IP_ADDRESS": lambda rng: (
        f"{rng.randint(32, 223)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"
    ),
    "branch": lambda rng: rng.choice(BRANCHES),
    "firm": lambda rng: rng.choice(FIRMS),
    "amount": lambda rng: str(rng.choice([50, 100, 500, 1000, 20000, 1000000, 35000000])),
    "small": lambda rng: str(rng.randint(1, 30)),
    "month": lambda rng: str(rng.randint(1, 12)),
    "day": lambda rng: str(rng.randint(1, 28)),
    **{f"digits{count}": _figures(count) for count in (2, 3, 4, 5, 6, 8, 10, 12, 16, 20)},
}


def _apart(separators: str) -> Callable[[random.Random, str], str]:
    """Writes a number in groups of three to six figures."""

    def write(rng: random.Random, number: str) -> str:
        separator, size = rng.choice(separators), rng.randint(3, 6)
        return separator.join(number[place : place + size] for place in range(0, len(number), size))

    return write


def _bare(text: str) -> str:
    return re.sub("[^0-9A-Za-z]", "", text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}))


def _written(rng: random.Random, *ways: Callable[[str], str]) -> Callable[[str], str]:
    """As it is, or in one of these ways."""
    either: list[Callable[[str], str]] = [str, *ways]
    return rng.choice(either)


def _harder_phone(rng: random.Random) -> str:
    number = _bare(phone(rng))[-11:]
    split = f"{number[:3]}{{0}}{number[3:7]}{{0}}{number[7:]}".format(rng.choice([" ", "-", "–", "\u3000"]))
    return rng.choice([number, split, "86" + number, "0086" + number, "+86-" + split, " ".join(number), _wide(split)])


def _harder_identity(rng: random.Random) -> str:
    number = _bare(id_card(rng))
    return rng.choice(
        [number, number.lower(), _wide(number), _apart(" -")(rng, number), f"{number[:6]}-{number[6:14]}-{number[14:]}"]
    )


def _harder_card(rng: random.Random) -> str:
    number = _bare(card(rng))
    fours = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    return rng.choice(
        [number, fours, fours.replace(" ", "-"), _wide(fours), f"{number[:6]} {number[6:]}", " ".join(number)]
    )


_HARDER: dict[str, Callable[[random.Random], str]] = {
    "PHONE": _harder_phone,
    "CN_ID_CARD": _harder_identity,
    "BANK_CARD": _harder_card,
    "USCC": lambda rng: _written(rng, str.lower, _wide)(credit_code(rng)),
    "IBAN": lambda rng: _written(rng, str.lower, lambda code: code.replace(" ", "-"))(iban(rng)),
    "ACCOUNT": lambda rng: _written(rng, _wide, lambda number: _apart(" ")(rng, number))(_VALUES["ACCOUNT"](rng)),
    "PASSPORT": lambda rng: rng.choice([f"EA{_digits(rng, 7)}", f"E{_digits(rng, 8)}", f"g{_digits(rng, 8)}"]),
    "PLATE": lambda rng: (
        rng.choice(["粤A", "京N", "川B", "鄂A"]) + rng.choice(["D", "F"]) + f"{rng.randint(10000, 99999)}"
    ),
    "ADDRESS": lambda rng: (
        rng.choice(["福建省厦门市思明区", "内蒙古自治区包头市昆都仑区", "重庆市渝中区", "辽宁大连", "陕西省西安市"])
        + rng.choice(["解放路", "友好大街", "滨河东路", "建国胡同", "长乐巷"])
        + f"{rng.randint(1, 400)}号"
        + rng.choice(["", "院", "附1号", f"{rng.randint(1, 20)}幢", "阳光花园"])
        + rng.choice(["", f"{rng.randint(1, 4)}单元{rng.randint(101, 2602)}室", f"{rng.randint(2, 30)}层"])
    ),
    "IP_ADDRESS": lambda rng: rng.choice(
        [
            f"10.{rng.randint(0, 255)}.{rng.randint(32, 255)}.{rng.randint(1, 254)}",
            f"2001:db8::{rng.randint(1, 9999):x}:1f",
        ]
    ),
}
