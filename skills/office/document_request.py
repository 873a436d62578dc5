"""What a person wants drafted, read from the talk line by line.

The talk is replayed: a line that names its element (「主送：各支行」, 「标题改成…」) sets it; any other line answers
the question that was open at that point. Nothing is added that nobody said.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Literal, cast, get_args

from skills.office.when import read_when

Kind = Literal["notice", "official_letter", "request", "letter"]
Element = Literal["kind", "subject", "recipient", "points"]

KIND_WORDS: dict[Kind, tuple[str, ...]] = {
    "notice": ("通知", "notice"),
    "official_letter": ("公函", "商洽函", "official letter"),
    "request": ("请示", "request for approval"),
    "letter": ("感谢信", "邀请信", "邀请函", "慰问信", "书信", "信件", "信函"),
}
"""What people say for a kind, for the slot of the skill: words that mean nothing else."""
_SPOKEN: dict[str, Kind] = {word: kind for kind, words in KIND_WORDS.items() for word in words}
_SPOKEN |= {"函": "official_letter", "request": "request", "信": "letter", "letter": "letter"}
_KIND = "|".join(sorted(map(re.escape, _SPOKEN), key=len, reverse=True))

_VERB = r"(?:起草|草拟|拟写|拟|撰写|写|制作|生成|准备|做|弄|搞|发|出|来|要)"
_COUNT = r"(?:一?[个份封篇张])?"
_C = r"[^，,。；;：:\n]"
"""Any character within a clause."""
_ABOUT = re.compile(rf"关于(?P<subject>{_C}{{1,80}}?)的?(?P<kind>{_KIND})(?![息用贷])")
_COMMAND = re.compile(rf"{_VERB}\s*{_COUNT}\s*(?P<subject>{_C}{{0,60}}?)的?(?P<kind>{_KIND})(?![息用贷])")
_TO = re.compile(
    rf"(?:发给|写给|报给|呈报|报送|给|向|致)(?!我|出)(?P<to>{_C}{{2,30}}?)"
    rf"(?=(?:写|起草|草拟|拟|申请|请示|报告|关于|发{_COUNT}|出[一个份]|的(?:{_KIND})|一[封份])|[，,。；;：:\n]|$)"
)
_ENGLISH = re.compile(
    r"\b(?:draft|write|prepare|make)\b.{0,20}?\b(?P<kind>official letter|notice|request|letter)\b", re.IGNORECASE
)
_ENGLISH_TO = re.compile(
    r"\bto\s+(?P<to>[^,.;:\n]{2,60}?)(?=\s+(?:about|on|regarding|saying)\b|[,.;:\n]|$)", re.IGNORECASE
)
_ENGLISH_ABOUT = re.compile(
    r"\b(?:about|regarding|on)\s+(?P<subject>[^,.;:\n]{2,80}?)(?=\s+to\b|[,.;:\n]|$)", re.IGNORECASE
)
_NEW_ORDER = re.compile(r"^(?:请|再|另外|帮我|给我|麻烦)*(?:起草|草拟|拟写|拟|撰写|写)\s*一?[个份封篇]")
_NEW_KIND = re.compile(rf"^(?:改成|换成|改为|改写成|还是写)(?:一?[个份封])?(?P<kind>{_KIND})(?:吧)?[。.!！]?$")

_LABELS: dict[str, str] = {
    "subject": "标题|题目|主题|事由|title|subject",
    "recipient": "主送机关|主送单位|主送|收文单位|收件人|收信人|发给|发往|报送|to",
    "copies": "抄送机关|抄送|抄报|cc",
    "points": "(?:主要|具体)?内容|内容要点|正文|要点|(?:具体)?事项|再?加一[条点]|补充(?:一条)?|content|body|points?",
    "attachments": "附件|attachments?",
    "day": "成文日期|落款日期|发文日期|日期|date",
    "sender": "发文机关|发文单位|落款单位|落款|署名|from|sender",
}
_LABEL = re.compile(
    r"(?:^|(?<=[，,。；;\s]))(?:把|将|(?:change|set)\s+(?:the\s+)?)?(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _LABELS.items())
    + r")(?:\s*(?:改成|改为|换成|包括|有|是|为|to be|is)?\s*[:：]\s*|\s*(?:改成|改为|换成|包括|是|为)\s*|\s+to\s+"
    + r"|(?<=[给往送条点])\s*)",
    re.IGNORECASE,
)
_LONG = ("points", "attachments")
"""Labels whose value runs to the next label; the others end with their clause."""
_ITEM = re.compile(
    r"(?:^|(?<=[\s。；;：:，,]))"
    r"(?:\d{1,2}[.、)）](?!\d)|[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十\d]{1,2}[)）]|[①-⑳])\s*"
)
_LEFT_OPEN = re.compile(
    r"(?:先|暂时?)?(?:空着|待定|待补充|跳过|不知道|不清楚|没有|暂无|没想好|无|skip|none|tbd|later)(?:吧|了)?[。.!！]?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as far as it is known. Text is what the person said, and data."""

    kind: Kind | None = None
    subject: str = ""
    recipient: str = ""
    points: tuple[str, ...] = ()
    copies: str = ""
    attachments: tuple[str, ...] = ()
    sender: str = ""
    day: date | None = None
    left_open: frozenset[Element] = frozenset()
    """What the person chose to leave for later."""

    @property
    def missing(self) -> Element | None:
        """What is to be asked next."""
        return next((one for one in self.needed if not getattr(self, one) and one not in self.left_open), None)

    @property
    def needed(self) -> tuple[Element, ...]:
        """What a draft of this kind is made of. A letter has no title."""
        everything = cast(tuple[Element, ...], get_args(Element))
        return tuple(one for one in everything if not (self.kind == "letter" and one == "subject"))


def read_draft(text: str, now: datetime, kind: Kind | None = None) -> Draft:
    """The draft in `text`, one line per message. `kind` counts where the text names none."""
    draft = Draft()
    lines = [line.strip() for line in clean(text).splitlines() if line.strip()]
    for index, line in enumerate(lines):
        draft = _with_line(draft, line, now, kind, first=index == 0)
    return replace(draft, kind=draft.kind or kind)


def clean(text: str) -> str:
    """`text` without what no document can hold: control and direction characters, halves of surrogate pairs."""
    kept = (char for char in text.replace("\t", " ") if char == "\n" or _harmless(char))
    return "".join(kept)


def _harmless(char: str) -> bool:
    hidden = "\ufffe\uffff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return char not in hidden and unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")


def _with_line(draft: Draft, line: str, now: datetime, kind: Kind | None, *, first: bool) -> Draft:
    if match := _NEW_KIND.match(line):
        return replace(draft, kind=_SPOKEN[match["kind"].lower()])
    asked = replace(draft, kind=draft.kind or kind).missing
    rest = line
    if (first or asked == "kind" or _NEW_ORDER.match(line)) and (command := _command_of(line)):
        found, rest = command
        draft = replace(draft if asked == "kind" else Draft(), **found)
        asked = "points"  # what follows an order is what is to be said
    draft, rest = _with_labels(draft, rest, now)
    rest = rest.strip(" ，,。；;：:、")
    return _answered(draft, asked, rest) if rest else draft


def _answered(draft: Draft, asked: Element | None, said: str) -> Draft:
    """`draft` with `said` as the answer to the open question; with none open it is one more point."""
    if asked == "kind":
        named = re.findall(_KIND, said, re.IGNORECASE)
        return replace(draft, kind=_SPOKEN[named[-1].lower()]) if named else draft
    if asked and _LEFT_OPEN.fullmatch(said):
        return replace(draft, left_open=draft.left_open | {asked})
    if asked is None or asked == "points":
        return replace(draft, points=(*draft.points, *split_points(said)))
    if asked == "subject":
        return replace(draft, subject=_subject(said))
    return replace(draft, recipient=said)


def _command_of(line: str) -> tuple[dict[str, Any], str] | None:
    """Kind, subject and recipient of an order like 「给各支行写一份关于…的通知，…」, and what follows it."""
    if match := _ENGLISH.search(line):
        found: dict[str, Any] = {"kind": (_SPOKEN[match["kind"].lower()])}
        tail = line[match.end() :]
        end = match.end()
        for name, pattern in (("recipient", _ENGLISH_TO), ("subject", _ENGLISH_ABOUT)):
            if part := pattern.search(tail):
                said = part["to" if name == "recipient" else "subject"].strip()
                found[name] = _subject(said) if name == "subject" else said
                end = max(end, match.end() + part.end())
        return found, line[end:]
    about = _ABOUT.search(line)
    without = _blanked(line, about)
    to = _TO.search(without)
    command = about or _COMMAND.search(_blanked(without, to))
    if command is None:
        return None
    found = {"kind": (_SPOKEN[command["kind"]])}
    if subject := _subject(" ".join(command["subject"].split())):
        found["subject"] = subject
    if to:
        found["recipient"] = to["to"].strip()
    ends = [command.end(), to.end() if to else 0]
    return found, line[max(ends) :]


def _with_labels(draft: Draft, line: str, now: datetime) -> tuple[Draft, str]:
    """`draft` with the elements that `line` names, and the rest of the line."""
    labels = list(_LABEL.finditer(line))
    rest = line[: labels[0].start()] if labels else line
    for label, following in zip_longest(labels, labels[1:]):
        value = line[label.end() : following.start() if following else len(line)].strip()
        name = label.lastgroup or ""
        if name not in _LONG:
            value, *after = re.split(r"[，,。；;]", value, maxsplit=1)
            rest = "，".join((rest, *after))
        value = value.strip(" ，,。；;")
        if not value:
            continue
        if name == "points":
            added = () if re.search("改成|改为|换成", label[0]) else draft.points
            draft = replace(draft, points=(*added, *split_points(value)))
        elif name == "attachments":
            draft = replace(
                draft, attachments=tuple(one for one in re.split(r"[、；;，,]", _ITEM.sub("；", value)) if one)
            )
        elif name == "day":
            draft = replace(draft, day=read_when(value, now).day or draft.day)
        else:
            changed: dict[str, Any] = {name: _subject(value) if name == "subject" else value}
            draft = replace(draft, **changed)
    return draft, rest


def split_points(text: str) -> tuple[str, ...]:
    """The points of a text: at its own numbering where it has one, else at full stops and semicolons."""
    parts = _ITEM.split(text) if _ITEM.search(text) else re.split(r"[。；]|;(?=\s|$)", text)
    return tuple(part for one in parts if (part := one.strip(" ，,。；;\n")))


def _subject(said: str) -> str:
    """The matter alone: 「关于…的通知」 is what the template makes of it."""
    inner = re.sub(rf"^(?:关于|about\b|the\b)\s*|的?(?:{_KIND})$", "", said.strip(" 《》“”的"), flags=re.IGNORECASE)
    return inner.strip() or said


def _blanked(text: str, match: re.Match[str] | None) -> str:
    return text if match is None else text[: match.start()] + " " * len(match[0]) + text[match.end() :]
