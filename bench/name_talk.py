"""Bank talk on which the trained layer of names is fitted: templates of `data/name_talk.yaml` with invented values.

What `bench mask` measures with has other templates and other names; a given name that is measured is never drawn here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml

from app.engines.masking.lexicon import log_probabilities
from app.engines.masking.persons import word_lists
from bench.mask_sentences import MEASURED_NAMES, Sentence, address, id_card

_TALK = Path(__file__).parent / "data" / "name_talk.yaml"
_SLOT = re.compile(r"\{([A-Za-z_0-9]+)\}")
_TYPES = {**dict.fromkeys("PSMNTEFL", "PERSON"), "X": "ADDRESS"}
_COMMON_WORD = -14.0  # logarithm of its probability


class Talk:
    """Makes sentences; the same ones for the same seed."""

    def __init__(self, seed: int, english_names: list[str] | None = None, addresses: list[str] | None = None) -> None:
        """`english_names`, `addresses`: invented identities of others to mix in."""
        self._rng = random.Random(seed)
        self._lists = {
            name: text.splitlines() if "{" in text else [word.replace("-", " ") for word in text.split()]
            for name, text in yaml.safe_load(_TALK.read_text("utf-8")).items()
        }
        self._english, self._addresses = english_names or [], addresses or []

    def sentences(self, chinese: int, english: int) -> Iterator[Sentence]:
        """Three in five begin with names. Two or three templates may stand in one text."""
        for count, full, plain, joint in (
            (chinese, "chinese", "plain", "，。；"),
            (english, "english", "english_plain", ""),
        ):
            for number in range(count):
                kinds = [plain if number % 5 < 2 else full]
                while self._rng.random() < 0.35:
                    kinds.append(self._rng.choice((full, plain)))
                yield self._filled([self._rng.choice(self._lists[kind]) for kind in kinds], joint)

    def _filled(self, templates: list[str], joint: str) -> Sentence:
        text, spans = "", []
        for template in templates:
            if text:
                text += self._rng.choice(joint) if joint else self._rng.choice((". ", " ", "\n"))
            done = 0
            template = template.strip().replace("\\n", "\n")
            for slot in _SLOT.finditer(template):
                text += template[done : slot.start()]
                value = self._value(slot[1])
                if slot[1] in _TYPES:
                    spans.append((_TYPES[slot[1]], len(text), len(text) + len(value)))
                text += value
                done = slot.end()
            text += template[done:]
            if not joint and self._rng.random() < 0.5:
                text += self._rng.choice(".?!")
        if joint and self._rng.random() < 0.3:
            text += self._rng.choice("。？！")
        return Sentence(text, tuple(spans))

    def _value(self, slot: str) -> str:
        rng, lists = self._rng, self._lists
        match slot:
            case "P":
                return self._person()
            case "W":
                return rng.choice(_words_like_names())
            case "S":
                if rng.random() < 0.15:
                    return rng.choice(_all_surnames())
                return rng.choice(_common_surnames()) if rng.random() < 0.95 else rng.choice(_compound())
            case "M":
                return "·".join(rng.sample(lists["minority"] + lists["foreign_zh"] + _foreign(), 2))
            case "N":
                if rng.random() < 0.4:
                    return rng.choice(_foreign())
                return rng.choice(lists["minority"]) + (rng.choice(lists["minority"]) if rng.random() < 0.4 else "")
            case "T":
                parts = rng.sample(lists["foreign_zh"] + _foreign()[:400], rng.choice((1, 1, 2)))
                return rng.choice(("·", "·", "")).join(parts)
            case "E":
                return self._english_name()
            case "F":
                return self._english_name().split()[0]
            case "L":
                return self._english_name().split()[-1]
            case "A":
                return address(rng)
            case "X":
                return self._english_address()
            case _:
                return self._plain(slot)

    def _plain(self, slot: str) -> str:
        rng, lists = self._rng, self._lists
        match slot:
            case "branch":
                return rng.choice(lists["branches"])
            case "firm":
                surname = rng.choice(_common_surnames()) + "氏" if rng.random() < 0.1 else rng.choice(lists["firms_zh"])
                return surname + rng.choice(lists["firm_ends"])
            case "firm_en":
                return rng.choice(lists["firms_en"]) + rng.choice(("", "", " Ltd", " Inc", " Group"))
            case "place":
                return rng.choice(lists["places"])
            case "amt":
                return rng.choice(("500", "1,000", "30", "120万", "2,500.00", "88"))
            case "num":
                return str(rng.randint(1, 60))
            case "num4":
                return f"{rng.randint(0, 9999):04d}"
            case "acct":
                return str(rng.randint(10**11, 10**15))
            case "phone":
                return f"1{rng.choice('3578')}{rng.randint(0, 999_999_999):09d}"
            case "iphone":
                return f"+{rng.randint(1, 60)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}"
            case "id":
                return id_card(rng)
            case "date":
                return f"{rng.randint(2015, 2026)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
            case "mail":
                return f"user{rng.randint(1, 999)}@bank.example"
            case _:
                raise KeyError(slot)

    def _person(self) -> str:
        rng = self._rng
        draw = rng.random()
        if draw < 0.06:
            surname = rng.choice(_compound())
        elif draw < 0.75:
            surname = rng.choice(_common_surnames())
        else:
            surname = rng.choice(_all_surnames())
        given = rng.choice(MEASURED_NAMES[:1])
        while given in MEASURED_NAMES:
            draw = rng.random()
            characters = _given_characters()
            if draw < 0.25:
                given = rng.choice(_words_as_names())
            elif draw < 0.55:
                given = rng.choice(characters[:250])
            elif draw < 0.8:
                given = rng.choice(characters[:450]) + rng.choice(characters[:450])
            else:
                given = rng.choice(characters) + rng.choice(characters)
        name = surname + given
        if log_probabilities().get(name, -99.0) > _COMMON_WORD:
            return self._person()
        return name.translate(_traditional()) if rng.random() < 0.06 else name

    def _english_name(self) -> str:
        rng = self._rng
        if self._english and rng.random() < 0.6:
            return rng.choice(self._english)
        given, family = rng.choice(_english_given()).title(), rng.choice(self._lists["surnames_en"])
        if rng.random() < 0.08:
            family = (
                rng.choice(("al-", "Al ", "bin ", "van ", "van der ", "de ", "de la ", "von ", "Mc", "di ")) + family
            )
        middle = rng.choice("ABCDEFGHJKLMNPRSTW") + ". " if rng.random() < 0.1 else ""
        return f"{given} {middle}{family}"

    def _english_address(self) -> str:
        rng, lists = self._rng, self._lists
        if self._addresses and rng.random() < 0.6:
            return rng.choice(self._addresses)
        street, number = rng.choice(lists["streets_en"]), str(rng.randint(1, 9999))
        line = rng.choice((f"{number} {street}", f"{street} {number}", f"{number}, {street}"))
        flat = rng.choice(
            ("", "", f" Apt. {rng.randint(1, 999)}", f"\nSuite {rng.randint(1, 999)}", f", Flat {rng.randint(1, 40)}")
        )
        town = rng.choice(("", f", {rng.choice(lists['places_en'])}", f"\n{rng.choice(lists['places_en'])}"))
        code = f" {rng.randint(10000, 99999)}" if town and rng.random() < 0.5 else ""
        if rng.random() < 0.1:
            return f"the corner of {street} and {rng.choice(lists['streets_en'])}"
        return line + flat + town + code


@cache
def _common_surnames() -> str:
    return "".join(name for name in word_lists().surnames if len(name) == 1)[:160]


@cache
def _all_surnames() -> list[str]:
    return [name for name in word_lists().surnames if len(name) == 1]


@cache
def _compound() -> list[str]:
    return [name for name in word_lists().surnames if len(name) > 1]


@cache
def _given_characters() -> list[str]:
    return list(word_lists().given)


@cache
def _words_as_names() -> list[str]:
    """Words of two characters that can be given names: 凌云, 建业."""
    given = set(_given_characters()[:700])
    words = (word for word in log_probabilities() if len(word) == 2 and set(word) <= given)
    return sorted(words)


@cache
def _words_like_names() -> list[str]:
    """Common words that begin like a name: 陈述, 严格, 公司."""
    surnames = set(_all_surnames())
    words = (word for word, weight in log_probabilities().items() if 2 <= len(word) <= 4 and weight > _COMMON_WORD + 1)
    return sorted(word for word in words if word[0] in surnames and word not in MEASURED_NAMES)


@cache
def _foreign() -> list[str]:
    """Names written by their sound: 古丽巴哈尔, 拉夫罗夫."""
    found = find_spec("jieba")
    assert found is not None and found.origin is not None
    text = (Path(found.origin).parent / "dict.txt").read_text("utf-8")
    names = [
        name for name in re.findall("^([㐀-鿿]{2,5}) [0-9]+ nrt$", text, re.MULTILINE) if name not in MEASURED_NAMES
    ]
    random.Random(0).shuffle(names)
    return names


@cache
def _english_given() -> list[str]:
    from app.engines.masking.english_persons import word_lists as english

    return sorted(english().given)


@cache
def _traditional() -> dict[int, str]:
    return {ord(simple): chr(code) for code, simple in word_lists().simplified.items()}
