"""Currencies: what dealers call them, and in which order the market quotes two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

CNY = "CNY"

# Code -> what people say, Chinese and English. The order is the market's quoting order: of two currencies, the
# earlier one is the base (EUR/USD, USD/JPY, USD/CNY). Source: ACI Model Code / Reuters conventions as commonly
# published: EUR, GBP, AUD, NZD, USD first; CNY last, because the customers' market quotes foreign currency in yuan.
NAMES: dict[str, tuple[str, ...]] = {
    "EUR": ("欧元", "欧", "euros", "euro"),
    "GBP": ("英镑", "镑", "sterling", "pounds", "pound", "quid"),
    "AUD": ("澳大利亚元", "澳元", "澳币", "australian dollars", "australian dollar", "aussie dollars"),
    "NZD": ("新西兰元", "新西兰币", "纽元", "纽币", "new zealand dollars", "new zealand dollar"),
    "USD": (
        "美元",
        "美金",
        "美刀",
        "美币",
        "刀",
        "us dollars",
        "us dollar",
        "u.s. dollars",
        "dollars",
        "dollar",
        "bucks",
    ),
    "CAD": ("加拿大元", "加元", "加币", "canadian dollars", "canadian dollar"),
    "CHF": ("瑞士法郎", "瑞郎", "swiss francs", "swiss franc", "francs"),
    "SGD": ("新加坡元", "新加坡币", "新元", "新币", "坡币", "singapore dollars", "singapore dollar"),
    "HKD": ("港币", "港元", "港纸", "港幣", "hong kong dollars", "hong kong dollar"),
    "SEK": ("瑞典克朗", "swedish krona", "swedish kronor"),
    "NOK": ("挪威克朗", "norwegian krone", "norwegian kroner"),
    "DKK": ("丹麦克朗", "danish krone", "danish kroner"),
    "PLN": ("波兰兹罗提", "兹罗提", "zloty"),
    "HUF": ("匈牙利福林", "福林", "forint"),
    "CZK": ("捷克克朗", "czech koruna"),
    "ZAR": ("南非兰特", "兰特", "rand"),
    "TRY": ("土耳其里拉", "里拉", "turkish lira"),
    "MXN": ("墨西哥比索", "mexican pesos", "mexican peso"),
    "BRL": ("巴西雷亚尔", "雷亚尔", "brazilian real"),
    "SAR": ("沙特里亚尔", "里亚尔", "saudi riyals", "saudi riyal"),
    "RUB": ("俄罗斯卢布", "卢布", "roubles", "rubles"),
    "THB": ("泰铢", "泰币", "thai baht", "baht"),
    "MYR": ("马来西亚林吉特", "林吉特", "令吉", "马币", "ringgit"),
    "INR": ("印度卢比", "indian rupees", "rupees"),
    "PHP": ("菲律宾比索", "philippine pesos", "philippine peso"),
    "TWD": ("新台币", "台币", "taiwan dollars"),
    "IDR": ("印尼卢比", "印尼盾", "rupiah"),
    "JPY": ("日元", "日圆", "日币", "日円", "japanese yen", "yen"),
    "KRW": ("韩元", "韩币", "韩圆", "korean won"),
    "CNH": ("离岸人民币", "offshore yuan", "offshore renminbi"),
    "CNY": ("人民币", "rmb", "yuan", "renminbi"),
}
ORDER = {code: place for place, code in enumerate(NAMES)}

# One word for a whole pair. Said beside another currency, it means the pair's own currency: "aussie against yen".
NICKNAMES: dict[str, tuple[str, str, str]] = {
    "cable": ("GBP", "USD", "GBP"),
    "fiber": ("EUR", "USD", "EUR"),
    "aussie": ("AUD", "USD", "AUD"),
    "kiwi": ("NZD", "USD", "NZD"),
    "loonie": ("USD", "CAD", "CAD"),
    "swissy": ("USD", "CHF", "CHF"),
    "swissie": ("USD", "CHF", "CHF"),
    "欧美": ("EUR", "USD", "EUR"),
    "镑美": ("GBP", "USD", "GBP"),
    "磅美": ("GBP", "USD", "GBP"),
    "澳美": ("AUD", "USD", "AUD"),
    "纽美": ("NZD", "USD", "NZD"),
    "美日": ("USD", "JPY", "JPY"),
    "美加": ("USD", "CAD", "CAD"),
    "美瑞": ("USD", "CHF", "CHF"),
    "欧日": ("EUR", "JPY", "EUR"),
    "镑日": ("GBP", "JPY", "GBP"),
}
_SYMBOLS = {
    "us$": "USD",
    "hk$": "HKD",
    "a$": "AUD",
    "c$": "CAD",
    "s$": "SGD",
    "nz$": "NZD",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "￥": "CNY",
}
_WORDS: dict[str, str] = {name: code for code, names in NAMES.items() for name in names} | _SYMBOLS

_codes = "|".join(code for code in NAMES if code != "TRY")
_words = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_han_words = "|".join(
    word for word in sorted(_WORDS, key=len, reverse=True) if not word.isascii() and word not in _SYMBOLS
)
_latin_words = "|".join(
    re.escape(word)
    for word in sorted(_WORDS, key=len, reverse=True)
    if word.isascii() and word.islower() and "$" not in word
)
_symbols = "|".join(re.escape(symbol) for symbol in _SYMBOLS)
_nicks = "|".join(NICKNAMES)
# A Latin word must not be cut out of a longer one; two codes may stand together (EURUSD). TRY: capitals only.
CURRENCY = (
    rf"(?:(?<![A-Za-z])(?:{_codes}|(?-i:TRY)|{_nicks})(?![a-z])"
    rf"|(?<=(?-i:[A-Z]{{3}}))(?:{_codes})(?![A-Za-z])"
    rf"|(?<![A-Za-z.])(?:{_latin_words})(?![a-z])|{_han_words}|{_symbols})"
)
_ONE = rf"(?<![A-Za-z])(?:{_codes}|(?-i:TRY))"
_AGAINST = r"\s*(?:against|versus|vs\.?)\s*(?:the\s+)?"
PAIR = (
    rf"(?:{_ONE}[ /-]?(?:{_codes}|TRY)(?![A-Za-z])"
    rf"|{CURRENCY}\s*(?:/|-|兑换|兑|对)\s*{CURRENCY}"
    rf"|{CURRENCY}{_AGAINST}{CURRENCY}"
    # 美元日元 is a pair; of three in a row each stands alone.
    rf"|(?<![元镑币郎铢金])(?>{_han_words})(?>{_han_words})(?!{_han_words}))"
)
_MENTION = re.compile(rf"{PAIR}|{CURRENCY}", re.IGNORECASE)
_FIND = re.compile(rf"{_codes}|TRY|{_nicks}|{_words}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One currency, or one pair, where it stands in a text."""

    first: str
    second: str | None
    """The other currency of a pair; None for a single currency."""
    start: int
    end: int
    against: bool = False
    """Said as "A against B": A is what is dealt."""
    nickname: str | None = None
    """The own currency of a pair's nickname."""


def code_of(word: str) -> str | None:
    """The ISO 4217 code that `word` names, or None."""
    if word.upper() in NAMES:
        return word.upper()
    return _WORDS.get(word.lower())


def in_market_order(one: str, other: str) -> tuple[str, str]:
    """Base and quote as the market quotes the two."""
    return (one, other) if ORDER[one] <= ORDER[other] else (other, one)


def find_mentions(line: str) -> list[Mention]:
    """Every currency and pair in `line`, in order."""
    return [mention(match[0], match.start()) for match in _MENTION.finditer(line)]


def mention(text: str, start: int) -> Mention:
    """`text`, which matched `PAIR` or `CURRENCY`, as a mention at `start`."""
    end = start + len(text)
    if nick := NICKNAMES.get(text.lower()):
        return Mention(nick[0], nick[1], start, end, nickname=nick[2])
    parts = [code for part in _FIND.findall(text) if (code := _code_of_part(part))]
    if len(parts) < 2:
        return Mention(parts[0], None, start, end)
    return Mention(parts[0], parts[1], start, end, against=re.search(r"against|vs|versus", text, re.I) is not None)


def _code_of_part(part: str) -> str | None:
    nick = NICKNAMES.get(part.lower())
    return nick[2] if nick else code_of(part)
