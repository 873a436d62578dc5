"""Invented personal data, and figures that are none: one maker for each slot of the generated sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Maker = Callable[[random.Random], str]

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


def _figures(count: int) -> Maker:
    """A number that begins with no zero and is no identity number by chance."""
    return lambda rng: str(rng.randint(1, 9)) + _digits(rng, count - 1)


def _wide(text: str) -> str:
    return "".join("\u3000" if one == " " else chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


VALUES: dict[str, Maker] = {
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


HARDER: dict[str, Maker] = {
    "PHONE": _harder_phone,
    "CN_ID_CARD": _harder_identity,
    "BANK_CARD": _harder_card,
    "USCC": lambda rng: _written(rng, str.lower, _wide)(credit_code(rng)),
    "IBAN": lambda rng: _written(rng, str.lower, lambda code: code.replace(" ", "-"))(iban(rng)),
    "ACCOUNT": lambda rng: _written(rng, _wide, lambda number: _apart(" ")(rng, number))(VALUES["ACCOUNT"](rng)),
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
