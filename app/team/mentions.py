"""`@name` anywhere in a text: which assistants it calls, and which names nobody bears.

Chinese puts no space around a name, so the longest known name after the `@` wins, with these rules:
- A Latin name ends where the word ends: `@fx`, `@FX:` call fx; `@fxdesk`, `@fx-desk`, `@fx.com` do not.
- A Chinese name may run into the sentence: `请@外汇报个价` calls fx.
- But a unit or a post right after it makes another name: `@外汇局`, `@信贷部`, `@研究院` are the names of somebody else
  and go to `unknown`, where the router may suggest who was meant. `@外汇行情`, `@外汇部分` are sentences again.
- An `@` inside an e-mail address, a URL or a handle (`user@fx`), before a figure (`@7.05`, a limit price) or before a
  blank calls nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.core.assistant import Assistant
from app.core.turn import Mention

LONGEST_UNKNOWN = 8
"""Han characters. No name is longer; the rest is the sentence."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_AT = re.compile(r"@")
# Bounded, so that a megabyte of letters is read in linear time.
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{0,15}://|www\.)[!-~]+")
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){0,8}[a-z0-9-]{1,63}")
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")
_PLACEHOLDER = re.compile(r"<[A-Z_]+_\d+>")
_WORD_GOES_ON = re.compile(r"[a-z0-9_]|[.-][a-z0-9_]|@", re.IGNORECASE)
_SET_OFF = " \t\r\n，,。.：:、;；"
"""What sets a mention off from the sentence and goes with it."""
_BETWEEN = re.compile(rf"(?:[{re.escape(_SET_OFF)}&]|和|与|及|还有|\band\b)*", re.IGNORECASE)
# Units and posts that make another name of the one before them, unless the next character makes them another word.
_OTHER_NAME = re.compile(
    r"管理局|局(?![面限势])|部(?![分署])|处(?![理境置于在])|科(?![技目学研])|司(?!机)|室(?![内外])|组(?![合织成建])|院|所(?![有以需谓])|"
    r"中心|委员会|公司|集团|团队|经理|主管|专员|员|岗"
)
# Where the sentence begins again after a name that nobody here bears.
_SENTENCE_BEGINS = re.compile(
    r"[你您请帮看给把和跟要想能可在吗吧呢啊的是有我他她说问]|麻烦|查|需要|什么|怎么|明天|今天|下午|上午|客户|一下"
)


def name_table(assistants: Mapping[str, Assistant]) -> dict[str, str]:
    """Every name that may follow an `@`, folded, with the assistant it calls."""
    table: dict[str, str] = {}
    for assistant in assistants.values():
        for name in (*assistant.names, assistant.title_en):
            table.setdefault(_folded(name), assistant.name)
    return {name: owner for name, owner in table.items() if name}


def find_mentions(text: str, names: Mapping[str, str]) -> tuple[Mention, ...]:
    """The mentions in `text`, in order. `names` is a `name_table`."""
    folded = _folded(text)
    hidden = {
        at.start()
        for form in (_URL, _EMAIL)
        for match in form.finditer(folded)
        for at in _AT.finditer(folded, *match.span())
    }
    by_length = sorted(names, key=len, reverse=True)
    found: list[Mention] = []
    for at in _AT.finditer(folded):
        start = at.start()
        if start in hidden or _is_address(folded, start):
            continue
        mention = _mention_at(text, folded, start, names, by_length)
        if mention:
            found.append(mention)
    return tuple(found)


def shares(text: str, calls: Sequence[Mention]) -> tuple[str, dict[str, str]]:
    """`text` without these mentions, and what of it each called assistant is to answer, by canonical name.

    What precedes the first mention is for all; what follows a mention, up to the next one, is for its assistant, and
    for those named in one breath with it (`@信贷 @外汇 …`, `@信贷和@外汇 …`). Who is only named gets the whole text.
    """
    if not calls:
        return text.strip(), {}
    ends = [*(mention.start for mention in calls[1:]), len(text)]
    lead = text[: calls[0].start]
    lead = "" if _BETWEEN.fullmatch(lead) else lead
    own: dict[str, list[str]] = {}
    pieces: list[str] = []
    together: list[str] = []
    for mention, end in zip(calls, ends, strict=True):
        together.append(mention.assistant or "")
        piece = text[mention.end : end]
        if _BETWEEN.fullmatch(piece):
            continue
        pieces.append(piece.lstrip(_SET_OFF))
        for name in together:
            own.setdefault(name, []).append(pieces[-1].strip())
        together.clear()
    first, *rest = pieces or [""]
    whole = "\n".join([_joined(lead, first), *(piece.strip() for piece in rest)]).strip()
    names = [mention.assistant or "" for mention in calls]
    return whole, {name: _joined(lead, "\n".join(own[name])) if name in own else whole for name in names}


def _joined(before: str, after: str) -> str:
    """The two sides of a mention as one sentence; Latin words keep a blank between them."""
    left, right = before.rstrip(" \t"), after.lstrip(" \t")
    latin = bool(left and right) and left[-1].isascii() and right[0].isascii()
    return f"{left} {right}".strip() if latin else (left + right).strip()


def _mention_at(text: str, folded: str, start: int, names: Mapping[str, str], by_length: list[str]) -> Mention | None:
    begin = start + 1
    if folded[begin : begin + 1] == " " and _HAN.match(folded, begin + 1):
        begin += 1  # `@ 外汇`: a blank slipped in; before Latin it would make `meet @ office` a call
        if not any(folded.startswith(name, begin) for name in by_length):
            return None
    for name in by_length:
        end = begin + len(name)
        if folded.startswith(name, begin) and _name_ends(folded, name, end):
            return Mention(text[begin:end], start, end, names[name])
    if end := _unknown_end(folded, text, begin, by_length):
        return Mention(text[begin:end], start, end, None)
    return None


def _name_ends(folded: str, name: str, end: int) -> bool:
    if name[-1].isascii():
        return _WORD_GOES_ON.match(folded, end) is None
    return _OTHER_NAME.match(folded, end) is None


def _unknown_end(folded: str, text: str, begin: int, by_length: list[str]) -> int:
    """Where the unknown name at `begin` ends; 0 when no name begins there."""
    if found := _PLACEHOLDER.match(text, begin):
        return found.end()
    if found := _LATIN.match(folded, begin):
        return found.end()
    run = _HAN.match(folded, begin)
    if run is None:
        return 0
    for name in by_length:  # `@外汇局`: the name ends with the unit
        if folded.startswith(name, begin) and (unit := _OTHER_NAME.match(folded, begin + len(name))):
            return unit.end()
    cut = _SENTENCE_BEGINS.search(folded, begin + 2, run.end())
    return min(cut.start() if cut else run.end(), begin + LONGEST_UNKNOWN)


def _is_address(folded: str, at: int) -> bool:
    """Whether the `@` stands inside a word of Latin letters: `user@…`. Before a Chinese name it may be a call."""
    if at == 0 or not (folded[at - 1].isascii() and (folded[at - 1].isalnum() or folded[at - 1] in "._%+-")):
        return False
    after = folded[at + 1 : at + 2]
    return not after or after.isascii() or bool(re.match(r"[㐀-鿿]+\.[a-z]", folded[at + 1 :]))


def _folded(text: str) -> str:
    """Half width and lower case, character by character: offsets stay true."""
    narrow = text.translate(_FULL_WIDTH)
    return "".join(low if len(low := char.lower()) == 1 else char for char in narrow)
