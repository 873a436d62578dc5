"""How well names are screened, over the lists of OFAC, the UN and the BIS, beside plain rapidfuzz.

The public data lies beside the checkout or where `DESKMATE_BENCH_DATA` says; without it there is nothing to measure.
Everything is split in two by the number of the entry, or the place in its file: rules and threshold were chosen on the
tuned half (`python -m bench.bench_screen tuned`), what is printed and judged is the other one. Of every listed name one
variant a kind is asked for; it counts as found when its own entry is among the matches. Invented Chinese names with
their traditional characters and pinyin, written by hand, stand in `bench/data/screen_chinese.jsonl`.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rapidfuzz import fuzz, process

from bench.table import Row, show
from skills.fx.screening import THRESHOLD, Entry, WatchList
from skills.fx.screening.formats import read_files
from skills.fx.screening.screen import Screener

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data") / "sanctions_lists"
CHINESE = ROOT / "bench" / "data" / "screen_chinese.jsonl"
SAMPLE = 400
FALSE_HITS = 0.01
ALIKE = 70
"""rapidfuzz `token_sort_ratio` from which an alias is a spelling of the name, not another name."""
Query = tuple[str, str]
"""What is asked, and the entry that it is about."""
_FORMS = {"company", "corporation", "limited", "incorporated", "joint", "stock", "open", "closed", "liability", "ltda"}


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table."""
    if not DATA.is_dir():
        return show([Row("public lists", "not here")])
    half = 0 if "tuned" in arguments else 1
    started = time.perf_counter()
    lists = _lists()
    screener = Screener(lists)
    prepared = time.perf_counter() - started
    spellings = [(entry.id, name.casefold()) for one in lists for entry in one.entries for name in entry.spellings]
    clean = _of_half(_people_on_no_list(), half)
    floor = _Floor(spellings, _of_half(_people_on_no_list(), 0))
    kinds = {kind: _of_half(_variants(make), half) for kind, make in VARIANTS.items()}
    kinds["in the original script"] = _of_half(_in_original_script(), half)
    rows, found, by_floor = [], [], []
    for kind, queries in kinds.items():
        chosen = random.Random(7).sample(queries, min(SAMPLE, len(queries)))
        ours = [any(match.entry == entry for match in screener.matches(asked)) for asked, entry in chosen]
        plain = floor.found(chosen)
        found += ours
        by_floor += plain
        target = TARGETS.get(kind)
        share = _share(ours)
        reached = None if target is None else share >= target
        rows.append(Row(kind, f"{share:.3f}", f">= {target}" if target else "", reached, f"{_share(plain):.3f}"))
    alarms, took = [], []
    for name in clean:
        begun = time.process_time()
        alarms.append(bool(screener.matches(name)))
        took.append(1000 * (time.process_time() - begun))
    took.sort()
    slow = took[int(len(took) * 0.95)]
    whole, false = _share(found), _share(alarms)
    chinese, chinese_false = _chinese(half)
    plain_false = f"{floor.false(clean):.4f}"
    rows = [
        Row("all kinds together", f"{whole:.3f}", ">= 0.96", whole >= 0.96, f"{_share(by_floor):.3f}"),
        Row("people on no list with a hit", f"{false:.4f}", "<= 0.01", false <= FALSE_HITS, plain_false),
        *rows,
        *chinese,
        Row("Chinese names on no list with a hit", f"{chinese_false:.4f}", "<= 0.01", chinese_false <= FALSE_HITS),
        *_chinese_clean(screener, half),
        *_pairs(half),
        Row("aliases taken off the list, found by the others", f"{_share(_taken_off(lists, half)):.3f}"),
        Row("ms of processor a name, median", f"{took[len(took) // 2]:.1f}"),
        Row("ms of processor a name, 95 %", f"{slow:.1f}", "<= 20", slow <= 20),
        Row(f"seconds to prepare {len(spellings)} names, once", f"{prepared:.1f}"),
    ]
    return show(rows)


# --- the lists and who is on none of them ---


def _lists() -> list[WatchList]:
    """UN entries without what is not in Latin letters: their own script is to be recognised, not looked up."""
    files = {
        "ofac": ["ofac_sdn_2021.csv", "ofac_alt_2021.csv"],
        "ofac_cons": ["ofac_cons_prim.csv", "ofac_cons_alt.csv"],
        "un": ["un_consolidated.xml"],
        "bis": ["bis_dpl_2021.txt"],
    }
    found = []
    for name, parts in files.items():
        read = read_files([DATA / "lists" / part for part in parts])
        entries = read.entries
        if name == "un":
            entries = tuple(replace(one, aliases=tuple(filter(_is_latin, one.aliases))) for one in entries)
        found.append(WatchList(name, entries))
    return found


def _is_latin(name: str) -> bool:
    return not any(letter.isalpha() and "LATIN" not in unicodedata.name(letter, "") for letter in name)


def _people_on_no_list() -> list[str]:
    """Members of a parliament: names as ordinary as customers'."""
    lines = (DATA / "lists" / "us_congress_senzing.jsonl").read_text(encoding="utf-8").splitlines()
    return [name["NAME_FULL"] for line in lines for name in json.loads(line)["NAMES"] if name["NAME_TYPE"] == "PRIMARY"]


def _of_half(things: Sequence[Any], half: int) -> list[Any]:
    """By the entry where there is one: both halves hold other people."""
    keys = [thing[1] if isinstance(thing, tuple) else str(thing) for thing in things]
    return [thing for thing, key in zip(things, keys, strict=True) if zlib.crc32(key.encode()) % 2 == half]


# --- how else a listed name is written ---


def _variants(make: Callable[[str, random.Random], str]) -> list[Query]:
    chance = random.Random(5)
    asked: list[Query] = []
    for line in _lines("dev/sdn_alias_pairs.jsonl"):
        name = line["alias"]
        varied = make(name, chance) if len(re.findall(r"\w", name)) > 3 else ""
        if varied and (varied != name or make is _as_listed):
            asked.append((varied, line["ent_num"]))
    return asked


def _as_listed(name: str, chance: random.Random) -> str:
    return name


def _reordered(name: str, chance: random.Random) -> str:
    last, comma, first = name.partition(", ")
    if comma and chance.random() < 0.5:
        return f"{first} {last}"
    words = name.replace(",", "").split()
    chance.shuffle(words)
    return " ".join(words) if len(words) > 1 and " ".join(words) != name else ""


def _misspelt(name: str, chance: random.Random) -> str:
    places = [place for found in re.finditer(r"[^\W\d_]{4,}", name) for place in range(found.start() + 1, found.end())]
    if not places:
        return ""
    place, letter = chance.choice(places), chance.choice("aeioubdfghklmnprst")
    return chance.choice(
        [
            name[:place] + letter + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + name[place + 1 :],
            name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :],
        ]
    )


def _misspelt_and_reordered(name: str, chance: random.Random) -> str:
    reordered = _reordered(name, chance)
    return _misspelt(reordered, chance) if reordered else ""


def _with_initial(name: str, chance: random.Random) -> str:
    last, comma, first = name.partition(", ")
    given = first.split()
    if not comma or len(given) < 2:
        return ""
    given[1] = given[1][0] + "."
    return f"{' '.join(given)} {last}"


def _one_left_out(name: str, chance: random.Random) -> str:
    words = name.split()
    telling = [place for place, word in enumerate(words) if len(word) > 3 and word.strip(",.").casefold() not in _FORMS]
    if len(telling) < 3:
        return ""
    del words[chance.choice(telling)]
    return " ".join(words)


def _run_together(name: str, chance: random.Random) -> str:
    places = [found.start() for found in re.finditer(r"(?<=\w\w\w)[ -](?=\w\w\w)", name)]
    if not places:
        return ""
    place = chance.choice(places)
    return name[:place] + name[place + 1 :]


def _taken_apart(name: str, chance: random.Random) -> str:
    long = [found for found in re.finditer(r"\w{7,}", name) if found[0].casefold() not in _FORMS]
    places = [place for found in long for place in range(found.start() + 3, found.end() - 3)]
    place = chance.choice(places) if places else 0
    return f"{name[:place]} {name[place:]}" if place else ""


def _punctuated(name: str, chance: random.Random) -> str:
    accents = str.maketrans({"a": "á", "e": "ë", "o": "ö", "u": "ü", "A": "Á", "E": "È", "O": "Õ", "U": "Ü"})
    return re.sub(r"[-,.']", lambda found: chance.choice([" ", "", ".", "-"]) + " ", name.title()).translate(accents)


VARIANTS = {
    "as listed": _as_listed,
    "another order": _reordered,
    "a letter wrong": _misspelt,
    "another order, a letter wrong": _misspelt_and_reordered,
    "an initial": _with_initial,
    "a word left out": _one_left_out,
    "words run together": _run_together,
    "a word taken apart": _taken_apart,
    "other accents and signs": _punctuated,
}
TARGETS = {"another order": 0.9, "in the original script": 0.6}


def _in_original_script() -> list[Query]:
    return [(line["original"], line["id"]) for line in _lines("dev/un_original_script.jsonl")]


# --- Chinese ---


def _chinese(half: int) -> tuple[list[Row], float]:
    """Rows, and the share of names of the other half that hit this one's list."""
    lines = [json.loads(line) for line in CHINESE.read_text(encoding="utf-8").splitlines()]
    listed, others = lines[half::2], lines[1 - half :: 2]
    in_characters = Screener([WatchList("zh", tuple(Entry(one["name"], one["name"]) for one in listed))])
    romanised = Screener([WatchList("py", tuple(Entry(one["name"], _plain(one["romanised"])) for one in listed))])
    kinds: dict[str, list[bool]] = {}
    for one in listed:
        for kind, asked in _pinyin_ways(one):
            kinds.setdefault(kind, []).append(_hit(in_characters, asked, one["name"]))
        for way in ("name", "traditional"):
            kinds.setdefault("listed in pinyin, asked in characters", []).append(_hit(romanised, one[way], one["name"]))
        kinds.setdefault("traditional characters", []).append(_hit(in_characters, one["traditional"], one["name"]))
    asked = [way for one in others for way in (one["name"], _plain(one["romanised"]))]
    false = [bool(each.matches(name)) for name in asked for each in (in_characters, romanised)]
    rows = [
        Row(f"Chinese: {kind}", f"{_share(hits):.3f}", ">= 0.96", _share(hits) >= 0.96) for kind, hits in kinds.items()
    ]
    return rows, _share(false)


def _chinese_clean(screener: Screener, half: int) -> list[Row]:
    """People in a micro-blog and companies in questions about annual reports, against the lists in Latin letters."""
    people, firms = set(), set()
    for path in sorted((DATA.parent / "ner_weibo" / "dev").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            people |= {one["text"] for one in json.loads(line)["entities"] if one["type"] == "PER.NAM"}
    for path in sorted((DATA.parent / "fin_finglm__nc" / "dev").glob("*.jsonl")):
        firms |= set(re.findall("[\u4e00-\u9fff]{4,20}有限公司", path.read_text(encoding="utf-8")))
    rows = []
    for what, names in (("people", people), ("companies", firms)):
        asked = _of_half(sorted(one for one in names if re.fullmatch("[\u4e00-\u9fff]{2,30}", one)), half)
        if asked:
            share = _share([bool(screener.matches(name)) for name in asked])
            rows.append(
                Row(f"Chinese {what} ({len(asked)}) with a hit", f"{share:.4f}", "<= 0.01", share <= FALSE_HITS)
            )
    return rows


def _pinyin_ways(one: dict[str, str]) -> Iterator[tuple[str, str]]:
    toned, plain = one["romanised"], _plain(one["romanised"])
    if one["kind"] == "company":
        yield "a company's English name", toned
        return
    family, given = plain.split(" ", 1)
    yield "pinyin with tones", toned
    yield "pinyin without tones", plain
    yield "pinyin without tones", f"{family.upper()}, {given}"
    yield "pinyin, given name first", f"{given} {family}"
    yield "pinyin, given name first", " ".join(reversed(toned.split(" ", 1)))
    yield "pinyin run together", family + given.lower()


def _plain(toned: str) -> str:
    """Without tones; ü as v, as in passports of old and in typing."""
    toned = re.sub("[ǖǘǚǜü]", "v", toned)
    return "".join(one for one in unicodedata.normalize("NFD", toned) if not unicodedata.combining(one))


def _hit(screener: Screener, asked: str, entry: str) -> bool:
    return any(match.entry == entry for match in screener.matches(asked))


# --- spellings that no list has, labelled pairs, and the floor ---


def _taken_off(lists: Sequence[WatchList], half: int) -> list[bool]:
    """Aliases that are rather like the name of their entry, asked for when the list does not have them."""
    alike = [
        (line["alias"], line["ent_num"])
        for line in _lines("dev/sdn_alias_pairs.jsonl")
        if fuzz.token_sort_ratio(line["primary"].casefold(), line["alias"].casefold()) >= ALIKE
    ]
    queries = random.Random(7).sample(_of_half(alike, half), SAMPLE)
    gone = {(entry, name) for name, entry in queries}
    rest = Screener([replace(one, entries=tuple(_without(each, gone) for each in one.entries)) for one in lists])
    return [_hit(rest, asked, entry) for asked, entry in queries]


def _without(entry: Entry, gone: set[tuple[str, str]]) -> Entry:
    return replace(entry, aliases=tuple(name for name in entry.aliases if (entry.id, name) not in gone))


def _pairs(half: int) -> list[Row]:
    """Hard pairs: most of those that are not the same differ in one word or one letter, as many that are do."""
    pairs = [pair for pair in _lines("dev/name_pairs.jsonl") if zlib.crc32(pair["name2"].encode()) % 2 == half]
    hits = [
        (
            bool(Screener([WatchList("pair", (Entry("1", pair["name2"]),))]).matches(pair["name1"])),
            pair["is_match"] == "true",
        )
        for pair in pairs
    ]
    true = sum(hit and same for hit, same in hits)
    return [
        Row(f"labelled pairs at {THRESHOLD}: recall", f"{true / sum(same for _, same in hits):.3f}"),
        Row(f"labelled pairs at {THRESHOLD}: precision", f"{true / max(1, sum(hit for hit, _ in hits)):.3f}"),
    ]


class _Floor:
    """Plain rapidfuzz over names and aliases, at the threshold that keeps false hits on the tuned half at 1 %."""

    def __init__(self, spellings: Sequence[tuple[str, str]], clean: Sequence[str]) -> None:
        self._ids = [entry for entry, _ in spellings]
        self._names = [name for _, name in spellings]
        best = sorted((self._best(name) for name in clean), reverse=True)
        self._threshold = best[int(len(best) * FALSE_HITS)] + 0.01

    def found(self, queries: Sequence[Query]) -> list[bool]:
        return [entry in self._hits(asked) for asked, entry in queries]

    def false(self, clean: Sequence[str]) -> float:
        return _share([self._best(name) >= self._threshold for name in clean])

    def _best(self, name: str) -> float:
        return process.extractOne(name.casefold(), self._names, scorer=fuzz.ratio)[1]

    def _hits(self, asked: str) -> set[str]:
        found = process.extract(
            asked.casefold(), self._names, scorer=fuzz.ratio, limit=20, score_cutoff=self._threshold
        )
        return {self._ids[place] for _, _, place in found}


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(1, len(hits))


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
