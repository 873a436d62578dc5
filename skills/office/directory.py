"""Finding colleagues: by number, telephone, name, pinyin, place and post, the surest way first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Literal

from rapidfuzz import fuzz

from app.core.turn import Person

How = Literal["exact", "part", "sound", "similar"]

# Words of the question, not of the person sought.
_FILLERS = re.compile(
    r"请问|请|麻烦|帮我|帮忙|帮|给我|我想|我要|想要|知道|告诉我|查一?下|查询|查找|查查|查|找一?下|找找|找|搜一?下|搜索|搜|看看|看一下|联系一?下|联系方式|联系"
    r"|电话号码|电话|手机号码?|手机|分机号?|座机|号码|邮箱|邮件|电子邮箱|工号|员工号|员工|岗位|职务|部门|信息|资料|通讯录|名片|同事|负责"
    r"|都有谁|有哪些人|有哪些|哪些人|有谁|哪位|哪个人|哪个|是谁|谁是|谁的|谁|是不是|是什么|什么|是多少|多少|在哪里|在哪儿|在哪|叫|姓|名字|名叫"
    r"|尾号|的人|人员|一下|呢|吗|吧|啊|呀|了|的|是|在|有|里|一个|个|人"
    r"|谢谢|多谢|\b(?:thanks|thank|please|find|look|up|search|show|me|who|whose|who's|what|what's|where|which|is|are|the|a|an|in|at|of|for|s|number|phone"
    r"|telephone|mobile|extension|ext|email|e|mail|address|staff|id|colleagues?|persons?|people|contact|details?|call|works?|i|need|can|you|does"
    r"|have|has|named|called|with|my|to|s)\b",
    re.IGNORECASE,
)
_TITLES = ("经理", "总", "行长", "主管", "主任", "处长", "科长", "老师", "工", "哥", "姐")
_TITLED = re.compile(rf"^[小老阿]?(?P<name>[㐀-鿿]{{1,3}}?)(?P<post>{'|'.join(_TITLES)})?$")
_SPLIT = re.compile(r"[\s，,。.；;、？?！!：:“”\"'‘’()（）/和与]+")
_LEAST = 78
"""Similarity (0–100, Indel) from which a pinyin counts as a typing error of another."""


@dataclass(frozen=True, slots=True)
class Found:
    """The colleagues that a question means, and how sure that is."""

    people: tuple[Person, ...]
    how: How
    asked: str
    """The words that were looked for."""


def find_people(text: str, people: Sequence[Person]) -> Found:
    """The best hits for one line of talk. `asked` is empty when the line asks for nobody."""
    plain = unicodedata.normalize("NFKC", text)
    for way in (_by_number, _by_name):
        if found := way(plain, people):
            return Found(found, "exact", plain.strip())
    place, rest, posted = _by_place(plain, people)
    words = [word for word in _SPLIT.split(_FILLERS.sub(" ", rest)) if word]
    asked = " ".join(words)
    if not words:
        return Found(place or (), "part", plain.strip() if place else "")
    within = place or tuple(people)
    ways: tuple[tuple[How, Callable[[str, Sequence[Person]], tuple[Person, ...]]], ...] = (
        ("part", _by_part),
        ("sound", _by_sound),
        ("similar", _by_similarity),
    )
    for how, by in ways:
        hits = [by(word, within) for word in _readings(words)]
        if found := tuple(one for one in within if any(one in hit for hit in hits)):
            return Found(found, how, asked)
    return Found(place if posted else (), "similar", asked)


def _by_number(text: str, people: Sequence[Person]) -> tuple[Person, ...]:
    """Staff number, extension, telephone or its last digits, e-mail address."""
    numbers = [number.upper() for number in re.findall(r"[A-Za-z]?\d[\d\- ]{2,}\d|[A-Za-z]?\d{4,}", text)]
    numbers = [re.sub(r"[\- ]", "", number) for number in numbers]
    mails = [mail.casefold() for mail in re.findall(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+", text)]
    exact = tuple(one for one in people if one.id.upper() in numbers or one.email.casefold() in mails)
    if exact:
        return exact
    digits = [number for number in numbers if number.isdigit()]
    extension = tuple(one for one in people if one.extension in digits or one.phone in digits)
    return extension or tuple(
        one for one in people if any(one.phone.endswith(number) or one.id.endswith(number) for number in digits)
    )


def _by_name(text: str, people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(one for one in people if one.name in text)


def _by_place(text: str, people: Sequence[Person]) -> tuple[tuple[Person, ...], str, bool]:
    """Those of a place and post that `text` names, `text` without these words, and whether a post was named."""
    places = {one.place for one in people}
    posts = {one.post for one in people} | {one.role.replace("_", " ") for one in people}
    place, post = _longest_named(text, places), _longest_named(text, posts)
    if len(place) >= len(post):
        post = _longest_named(text.replace(place, " "), posts) if place else post
    else:
        place = _longest_named(re.sub(re.escape(post), " ", text, flags=re.IGNORECASE), places)
    rest = text.replace(place, " ") if place else text
    without = re.sub(re.escape(post), " ", rest, flags=re.IGNORECASE) if post else rest
    if post in _TITLES and _SPLIT.sub("", _FILLERS.sub("", without)):
        post, without = "", rest  # 「张经理」 is a surname with a title
    if not place and not post:
        return (), text, False
    named = tuple(
        one
        for one in people
        if place in one.place
        and (post.casefold() in one.post.casefold() or post.casefold() in one.role.replace("_", " "))
    )
    return named, without, bool(post)


def _longest_named(text: str, names: set[str]) -> str:
    """The longest part (two characters or more) of any name that stands in `text`: 金融市场部 of 总行金融市场部."""
    lower = text.casefold()
    parts = {
        name[i:j]
        for name in names
        for i in range(len(name))
        for j in range(i + (2 if not name.isascii() else 5), len(name) + 1)
    }
    found = [part for part in parts if part.casefold() in lower and not _FILLERS.fullmatch(part)]
    return max(sorted(found), key=len, default="")


def _readings(words: Sequence[str]) -> list[str]:
    """The words one by one; Latin ones also joined: "Zhang Wei" is one name."""
    latin = [word for word in words if word.isascii() and word.isalpha()]
    return ["".join(latin)] if len(latin) > 1 else list(words)


def _by_part(word: str, people: Sequence[Person]) -> tuple[Person, ...]:
    """Part of a name; a surname with a title, of which the post then decides among several."""
    titled = _TITLED.match(word)
    if not titled:
        return ()
    named = tuple(one for one in people if titled["name"] in one.name)
    posted = tuple(one for one in named if titled["post"] and titled["post"] in one.post)
    return posted or named


def _by_sound(word: str, people: Sequence[Person]) -> tuple[Person, ...]:
    """Pinyin in full, in either order, as initials; or other characters with the same sound."""
    heard = {word.casefold()} if word.isascii() else set(spellings(word)[:1])
    initials = tuple(one for one in people if _initials(one.name) & heard)
    return tuple(one for one in people if heard & set(spellings(one.name))) or initials


def _by_similarity(word: str, people: Sequence[Person]) -> tuple[Person, ...]:
    """The nearest pinyin, for typing errors."""
    heard = word.casefold() if word.isascii() else spellings(word)[0]
    if len(heard) < 4 or not heard.isalpha():
        return ()
    scores = {one: max(fuzz.ratio(heard, spelling) for spelling in spellings(one.name)) for one in people}
    best = max(scores.values(), default=0)
    return tuple(one for one, score in scores.items() if score == best >= _LEAST)


def _syllables(name: str) -> list[list[str]]:
    from pypinyin import Style, pinyin  # its dictionary takes a quarter of a second: not at every start

    return list(pinyin(name, style=Style.NORMAL, heteronym=True))


@lru_cache(maxsize=20_000)
def spellings(name: str) -> tuple[str, ...]:
    """Pinyin without tones: surname first, then surname last; characters with several readings give several."""
    syllables = _syllables(name)
    ways = list(islice(product(*syllables), 16))
    first = ["".join(way).casefold() for way in ways]
    last = ["".join((*way[1:], way[0])).casefold() for way in ways]
    return tuple(dict.fromkeys(first + last))


@lru_cache(maxsize=20_000)
def _initials(name: str) -> frozenset[str]:
    """First letters; zh, ch and sh also whole: 赵敏 is `zm` and `zhm`."""
    syllables = _syllables(name)
    heads = [
        {head for one in syllable for head in (one[:1], re.sub(r"^([zcs]h?).*|^(.).*", r"\1\2", one))}
        for syllable in syllables
    ]
    return frozenset("".join(way).casefold() for way in islice(product(*map(sorted, heads)), 32))
