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

from app.core.scripts import simplified
from app.engines.masking.lexicon import log_probabilities
from app.engines.masking.person_words import word_lists
from bench.latin_names import LatinNames
from bench.mask_sentences import MEASURED_NAMES, Sentence
from bench.mask_values import address, id_card

_TALK = Path(__file__).parent / "data" / "name_talk.yaml"
_SLOT = re.compile(r"\{([A-Za-z_0-9]+)\}")
_TYPES = {**dict.fromkeys("PSMNTEFL", "PERSON"), "X": "ADDRESS"}
_COMMON_WORD, _USUAL_WORD = -14.0, -10.5  # logarithms of their probability
_OWN = ("knowledge/*/*.md", "skills/**/texts/zh.yaml", "app/**/texts/zh.yaml", "skills/credit/*.yaml")
_SENTENCE = re.compile('[^。！？；\n"]{4,160}')
_PHRASE = re.compile("(?:(?![的了和与及或是在对为由按等被将把向从到并以于不须应可则])[㐀-鿿]){2,8}")


class Talk:
    """Makes sentences; the same ones for the same seed."""

    def __init__(self, seed: int, english_names: list[str] | None = None, addresses: list[str] | None = None) -> None:
        """`english_names`, `addresses`: invented identities of others to mix in."""
        self._phrases = phrases()
        self._rng = random.Random(seed)
        self._lists: dict[str, list[str]] = {
            name: text.splitlines() if "{" in text else [word.replace("-", " ") for word in text.split()]
            for name, text in yaml.safe_load(_TALK.read_text("utf-8")).items()
        }
        (traditional,) = self._lists["traditional"]
        self._traditional = str.maketrans(simplified(traditional), traditional)
        self._latin = LatinNames(self._rng, english_names or [], addresses or [])

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
                return rng.choice(_words_like_names() if rng.random() < 0.7 else _rare_words_like_names())
            case "V":
                return rng.choice(_usual_words())
            case "K":
                return rng.choice(self._phrases)
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
                return self._latin.name()
            case "F":
                return self._latin.given()
            case "L":
                return self._latin.family()
            case "A":
                return address(rng)
            case "X":
                return self._latin.address()
            case "town":
                return self._latin.town()
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
                if rng.random() < 0.6:
                    return self._latin.firm()
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
            if draw < 0.32:
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
        return name.translate(self._traditional) if rng.random() < 0.06 else name


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
def _rare_words_like_names() -> list[str]:
    """Words of three or four characters that begin like a name and are not common: 方程式, 项目管理."""
    surnames = set(_all_surnames())
    words = (word for word, weight in log_probabilities().items() if len(word) > 2 and weight <= _COMMON_WORD + 1)
    return sorted(word for word in words if word[0] in surnames and word[1:] not in MEASURED_NAMES)


@cache
def _usual_words() -> list[str]:
    """The words of which most text is made."""
    return sorted(word for word, weight in log_probabilities().items() if weight > _USUAL_WORD)


@cache
def own_texts() -> list[str]:
    """Sentences of the project's own documents and catalogues that name none of the demonstration staff."""
    root = Path(__file__).resolve().parents[1]
    found = [path for pattern in _OWN for path in root.glob(pattern)]
    staff = [one["name"] for one in yaml.safe_load((root / "config" / "people.yaml").read_text("utf-8"))]
    texts = {text.strip(" -#*>|") for path in found for text in _SENTENCE.findall(path.read_text("utf-8"))}
    return sorted(text for text in texts if not any(name in text for name in staff) and "{" not in text)


@cache
def phrases() -> list[str]:
    """What stands between small words in the project's own texts: 授信额度, 远期结售汇."""
    return sorted({phrase for text in own_texts() for phrase in _PHRASE.findall(text)})


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
