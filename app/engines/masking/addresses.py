"""Postal addresses: Chinese ones from province to room number, English ones with a number and a street.

A Chinese address is found by its anchor — a street, village or estate with a number behind it — and then followed to
the right through buildings and rooms, and to the left up to the province or to the word that introduces it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engines.masking.finding import Finding, View

_FIGURE = r"(?:[0-9]{1,5}(?:-[0-9]{1,4}){0,3}[A-Za-z]?|[A-Za-z][0-9]{0,4}|[一二三四五六七八九十百零〇]{1,6}|[甲乙丙丁])"
_STREET = (
    "(?:大街|大道|公路|环路|胡同|路|街|巷|弄|(?<![渠频通轨知地])道|(?<![这那哪公海年月日])里)"
    "(?:[东南西北中]段|[一二三四五六七八九十]段)?"
)
_ESTATE = "(?:小区|花园|公寓|大厦|广场|家园|新村|花苑|苑|宿舍|写字楼|家属院|大院|名邸|名都|国际城|新城|嘉园|庄园|华府)"
_ROOM = f"[东南西北]?[区门]?{_FIGURE}(?:号楼|号院|栋|幢|座|单元|楼|层|室|号|房|户|组|队|社|弄|期)"
_ANCHOR = re.compile(
    "(?=[大公环胡路街巷弄道里小花广家新苑宿写院名国城嘉庄华乡镇])"
    f"(?:(?P<street>{_STREET}){_FIGURE}(?:号|弄)|(?P<estate>{_ESTATE}){_ROOM}|(?P<village>[乡镇][㐀-鿿]{{1,6}}村)(?:{_FIGURE}(?:组|队|号|社)))"
)
_INSIDE = re.compile(
    rf"(?:[ ,，]?(?:(?:院|楼)?{_ROOM}|附{_FIGURE}号|"
    rf"[㐀-鿿A-Za-z0-9]{{1,10}}?{_ESTATE}(?={_ROOM}|[ ,，。；]|$)|(?<=[栋幢座元楼层])[0-9]{{2,5}}))+"
)
_MEETING = re.compile("会议|办公|柜台|窗口")
_LEFT = 40
_NOT_PART = re.compile(r"[^㐀-鿿A-Za-z0-9·\- ]")
_INTRODUCED = re.compile(
    "地址[是为在]?|住址[是为在]?|住所[地是为]?|籍贯[是为]?|户籍(?:地|所在地)?[是为]?|居住[在于]|位于|坐落[在于]?|住在|家在|家住|住|在|到|至|往|寄|送|是|为|从|去|我|的|变更为|改为|址"
)
_PROVINCE = re.compile(
    "(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省?"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|北京|上海|天津|重庆"
)
_REGION = re.compile("[㐀-鿿]{2,4}?(?:省|市|自治州|区|县|旗)")

_KIND = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Parkway|Pkwy|"
    "Highway|Hwy|Close|Crescent|Trail|Row|Alley|Circle|Cir|Gardens|Mews|Quay|Walk"
)
_WORD = r"(?:[A-ZÀ-ÞΑ-Ω][\w'’.\-]*|[0-9]{1,3}(?:st|nd|rd|th))"
_GAP = r"[\s,>?]{1,6}"  # lines of a letter or of a quoted mail
_CODE = r"(?:[A-Z]{1,2}[0-9]{1,2}[A-Z]?\s[0-9][A-Z]{2}|[0-9]{4,6}(?:-[0-9]{4})?)"
_TOWN = r"[A-ZÀ-ÞΑ-Ω][^\W\d_]*(?:['’.\-][^\W\d_]+)*"
_CITY = rf"(?:{_GAP}{_TOWN}(?:\s{_TOWN}){{0,2}}(?![\w])){{0,3}}(?:{_GAP}{_CODE})?"
_FLAT = rf"(?:{_GAP}(?:Apt|Apartment|Suite|Ste|Unit|Room|Rm|Flat|Floor|#)\.?\s?[0-9A-Z][0-9A-Z\-]{{0,6}})"
_FREE = r"(?<![\w.,/$€£\-])"
_ENGLISH = re.compile(
    rf"{_FREE}(?:(?:Flat|Unit|Room|Suite|Apt)\.?\s[0-9A-Z]{{1,6}},?\s)?(?:[0-9]{{1,5}}\s)?[0-9]{{1,5}}[A-Za-z]?,?\s"
    rf"(?:{_WORD}\s){{1,4}}(?:{_KIND})\b\.?{_FLAT}?{_CITY}"
)
_STREET_AND_NUMBER = r"(?:[0-9]{1,5}\s){1,2}(?:[^\W\d_][\w'’.\-]*\s){1,5}[0-9]{1,5}[A-Za-z]?"
_WITH_FLAT = re.compile(rf"{_FREE}{_STREET_AND_NUMBER}{_FLAT}{_CITY}")
_INTRODUCED_ENGLISH = re.compile(
    r"(?:address(?:es)?(?: is| to| with)?|lives? at|living at|delivered to|sent to|send it to)"
    rf"[:\s]{{1,3}}({_STREET_AND_NUMBER}{_CITY})"
)
_BOX = re.compile(rf"(?:Unit\s[0-9]{{2,5}}\s)?(?:P\.?\s?O\.?\s)?Box\s[0-9]{{2,6}}{_FLAT}?{_CITY}")

# Of ships and bases: Unit 2050 Box 4190, APO AP 96278 (as the military postal service asks).
_FORCES = re.compile(
    r"(?:(?:USS|USNS|USNV|USCGC|HMS|HMCS)\s[^\W\d_]+|(?:PSC|CMR|Unit)\s[0-9]{1,5},?\s(?:Box\s[0-9]{1,5})?)"
    r"[\s,]{1,3}(?:APO|FPO|DPO),?\s(?:AA|AE|AP)\s[0-9]{5}(?:-[0-9]{4})?",
    re.IGNORECASE,
)
_NUMBER_AND_WORD = re.compile(r"[0-9][A-Za-z]?,?\s")
_NEEDED = (
    *((pattern, _NUMBER_AND_WORD) for pattern in (_ENGLISH, _WITH_FLAT, _INTRODUCED_ENGLISH)),
    (_BOX, re.compile("Box")),
    (_FORCES, re.compile("[AFDafd][Pp][Oo]")),
)
"""The English forms, each with what must stand somewhere in the text for it."""


class Addresses:
    """Recognises postal addresses."""

    types = ("ADDRESS",)

    def find(self, view: View) -> list[Finding]:
        """Addresses with at least a street, village or estate and a number; place names alone are none."""
        plain = view.plain
        english = [
            Finding("ADDRESS", *match.span(pattern.groups), 0.75)
            for pattern, needed in _NEEDED
            if needed.search(plain)
            for match in pattern.finditer(plain)
        ]
        return [*_chinese(plain), *english]


def _chinese(plain: str) -> Iterator[Finding]:
    free = 0
    for anchor in _ANCHOR.finditer(plain):
        if anchor.start() < free:
            continue
        start = _start(plain, max(free, anchor.start() - _LEFT), anchor.start())
        inside = _INSIDE.match(plain, anchor.end())
        end = inside.end() if inside else anchor.end()
        if start >= anchor.start() or _MEETING.match(plain, end):
            continue
        placed = _REGION.search(plain, start, anchor.start()) or _PROVINCE.match(plain, start)
        score = 0.9 if placed else 0.7 if anchor["street"] or anchor["village"] or inside else 0.55
        free = end
        yield Finding("ADDRESS", start, end, score)


def _start(plain: str, earliest: int, anchor: int) -> int:
    """Where the address begins that has its anchor there: at its province, else behind what introduces it."""
    for mark in _NOT_PART.finditer(plain, earliest, anchor):
        earliest = mark.end()
    if province := _PROVINCE.search(plain, earliest, anchor):
        return province.start()
    for word in _INTRODUCED.finditer(plain, earliest, anchor):
        earliest = word.end()
    while earliest < anchor and plain[earliest] in " -·":
        earliest += 1
    return earliest
