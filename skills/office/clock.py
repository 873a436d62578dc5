"""Times of day in a text: 「下午三点半」, `15:30`, "3pm", and the stretch from one to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from skills.office.numerals import CHINESE, number_of

Half = Literal["morning", "noon", "afternoon", "evening"]

_HALVES: tuple[tuple[Half, str], ...] = (
    ("morning", r"凌晨|清晨|早上|早晨|上午|早|\bmorning\b"),
    ("noon", r"中午|正午"),
    ("afternoon", r"下午|午后|\bafternoon\b"),
    ("evening", r"傍晚|晚上|夜里|晚|\bevening\b|\btonight\b"),
)
_HALF = "凌晨|清晨|早上|早晨|上午|中午|正午|下午|午后|傍晚|晚上|夜里|早|晚"
_UNITS = r"(?!\s*(?:[个人位名楼号月日天层座]|小时|分钟|hours?|h\b|min|people|persons|pax))"
_HOUR = rf"(?<![\d.:{CHINESE[1:-1]}])(?:\d{{1,2}}|{CHINESE}{{1,3}})"
_MINUTE = (
    rf"(?P<word>半|整)|(?P<quarter>[一三])刻|"
    rf"(?P<minute>[0-5]?\d分|[0-5]\d|零?{CHINESE}分|零{CHINESE}|[二三四五]?十[一二三四五六七八九]?分?)"
    rf"(?![\d{CHINESE[1:-1]}]|\s*[个人位名])"
)
_MARKED = (
    rf"(?<!\w)noon\b|\bmidday\b|{_HOUR}\s*点|(?<![\d.:])\d{{1,2}}:\d\d|(?<![\d.:])\d{{1,2}}\s*(?:[ap]\.?m\b|o'clock)"
)
_JOIN = r"\s*(?:到|至|~|-|–|—|\bto\b|\buntil\b|\btill\b|\band\b)\s*"
# 「大一点」, 「早一点」 are wishes, not one o'clock.
_CLOCK = re.compile(
    rf"(?:(?P<half>{_HALF})的?\s*)?(?:"
    rf"(?!(?<=[大小早晚快慢多少好远近高低长短有])一点)(?P<hour>{_HOUR})\s*点钟?(?:{_MINUTE})?"
    rf"|(?<![\d.:])(?P<hour24>\d{{1,2}}):(?P<minute24>\d\d)(?!\d)\s*(?P<apm>[ap]\.?m\b)?"
    rf"|(?<![\d.:])(?P<hour12>\d{{1,2}})\s*(?:(?P<ap>[ap])\.?m\b\.?|o'clock)"
    rf"|(?P<noon>\bnoon\b|\bmidday\b)"
    rf"|\bat\s+(?P<at>\d{{1,2}})(?![\d:.]){_UNITS}"
    rf"|(?P<bare>{_HOUR})(?={_JOIN}(?:(?:{_HALF})的?\s*)?(?:{_MARKED}))"
    rf"|(?<=[午上早晚])(?P<after>{_HOUR})(?=\s*(?:到|至|~|-)){_UNITS})"
)
_OPEN_END = re.compile(
    rf"{_JOIN}(?:(?P<half>{_HALF})的?\s*)?(?P<bare>{_HOUR})(?![\d:.点{CHINESE[1:-1]}]|\s*[ap]\.?m){_UNITS}"
)
_LEADING_JOIN = re.compile(r"(?:(?<![改换调])到|至|\buntil|\btill)\s*$")
_ENDING = re.compile(r"\s*(?:结束|散会)")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said: `hour` 0 to 24, and the half of the day where it was said."""

    hour: int
    minute: int
    half: Half | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The stretch that a text names."""

    start: Clock | None
    end: Clock | None
    half: Half | None
    """The half of the day that the text names apart from them."""


def half_of(text: str) -> Half | None:
    """The half of the day that `text` names last."""
    found = [(match.start(), half) for half, pattern in _HALVES for match in re.finditer(pattern, text)]
    # 「晚一点」 and 「早点」 speak of moving, not of the evening or the morning.
    firm = [(at, half) for at, half in found if not re.match(r"[早晚]\s*(?:一?点|些|[\d半一二两三四五])", text[at:])]
    return max(firm)[1] if firm else None


def minutes_of(clock: Clock, context: Half | None) -> int:
    """Minutes after midnight, `context` being the half of the day that is spoken of."""
    hour, half = clock.hour, clock.half or context
    if half is None:
        hour += 12 if 1 <= hour <= 6 else 0
    elif half == "noon":
        hour += 12 if 1 <= hour <= 3 else 0
    elif half == "afternoon":
        hour += 12 if 1 <= hour < 12 else 0
    elif half == "evening":
        hour += 12 if 5 <= hour <= 12 else 0
    return min(hour * 60 + clock.minute, 24 * 60)


def read_clocks(text: str) -> Clocks:
    """Start and end in a normalised, lower-case text. Of several starts the last one counts: it corrects the others."""
    start: Clock | None = None
    end: Clock | None = None
    rest = text
    position = after = 0
    while match := _CLOCK.search(text, position):
        clock = _clock(match)
        position = match.end()
        if clock is None:
            continue
        joined = start is not None and re.fullmatch(_JOIN, text[after : match.start()])
        if joined or _LEADING_JOIN.search(text[: match.start()]) or _ENDING.match(text, match.end()):
            end = clock
        else:
            start, end = clock, None
        after = match.end()
        if end is None and (tail := _OPEN_END.match(text, after)):
            end = _made(tail["bare"], 0, _half(tail["half"]))
            position = after = tail.end()
        rest = rest[: match.start()] + " " * (position - match.start()) + rest[position:]
    return Clocks(start, end, half_of(rest))


def _clock(match: re.Match[str]) -> Clock | None:
    found = match.groupdict()
    half = _half(found["half"])
    if found["noon"]:
        return Clock(12, 0, "noon")
    if found["hour24"]:
        letter = (found["apm"] or "")[:1]
        return _made(found["hour24"], int(found["minute24"]), _of_letter(letter) or half, letter)
    if found["hour12"]:
        letter = found["ap"] or ""
        return _made(found["hour12"], 0, _of_letter(letter) or half, letter)
    minute = 30 if found["word"] == "半" else 0
    if found["quarter"]:
        minute = 15 if found["quarter"] == "一" else 45
    if found["minute"]:
        minute = int(number_of(found["minute"].rstrip("分")) or 0)
    return _made(found["hour"] or found["at"] or found["bare"] or found["after"], minute, half)


def _made(hour: str, minute: int, half: Half | None, letter: str = "") -> Clock | None:
    number = int(number_of(hour) or 0)
    if letter and number == 12:
        number = 0 if letter == "a" else 12
    return Clock(number, minute, half) if number <= 24 and minute < 60 else None


def _of_letter(letter: str) -> Half | None:
    return {"a": "morning", "p": "afternoon"}.get(letter)  # type: ignore[return-value]


def _half(word: str | None) -> Half | None:
    if word is None:
        return None
    return next(half for half, pattern in _HALVES if re.fullmatch(pattern, word))
