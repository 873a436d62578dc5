"""Invented names and addresses in Latin letters, of many nations, from `data/latin_names.yaml`.

A word of a name by which `bench mask` measures is never drawn.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import yaml

from bench.mask_sentences import MEASURED_LATIN

_FILE = Path(__file__).parent / "data" / "latin_names.yaml"
_SURNAME_FIRST = ("pinyin", "chinese_abroad")
_STATIONS = ("Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Mrs", "Ms", "Prof.")
_BEHIND = (" Jr.", " PhD", " MD", " III", ", Jr.", " II")
_FLATS = ("Apt. {}", "Apt {}", "Suite {}", "Flat {}", "Unit {}", "Floor {}", "Room {}", "#{}", "App. {}")


class LatinNames:
    """Draws with the dice it is given."""

    def __init__(self, rng: random.Random, names: list[str], addresses: list[str]) -> None:
        """`names`, `addresses`: invented identities of others to mix in."""
        self._rng, self._names, self._addresses = rng, names, addresses

    def name(self) -> str:
        """A whole name, written in one of many ways."""
        rng = self._rng
        if self._names and rng.random() < 0.45:
            return rng.choice(self._names)
        given, family, nation = self._parts()
        if rng.random() < 0.1:
            given, family, nation = self._unheard(), self._unheard(), ""
        if nation in _SURNAME_FIRST and rng.random() < 0.7:
            name = f"{family} {given}"
        else:
            draw = rng.random()
            if draw < 0.08:
                given = f"{given} {rng.choice('ABCDEFGHJKLMNPRSTW')}."
            elif draw < 0.12:
                given = f"{given} {self._parts()[0]}"
            elif draw < 0.18:
                given = f"{given[0]}."
            elif draw < 0.21:
                family = f"{family}-{self._parts()[1]}"
            name = f"{given} {family}"
        draw = rng.random()
        if draw < 0.05:
            return f"{rng.choice(_STATIONS)} {name}"
        if draw < 0.07:
            return name + rng.choice(_BEHIND)
        return name.upper() if draw < 0.09 else name.lower() if draw < 0.16 else name

    def given(self) -> str:
        """A given name alone."""
        return self._single(0)

    def family(self) -> str:
        """A family name alone."""
        return self._single(1)

    def _single(self, which: int) -> str:
        rng = self._rng
        if self._names and rng.random() < 0.4:
            return rng.choice(self._names).split()[-which]
        name = self._parts()[which]
        return name.lower() if rng.random() < 0.08 else name

    def _parts(self) -> tuple[str, str, str]:
        nations = _lists()
        nation = self._rng.choice(sorted(nations))
        other = nation if self._rng.random() < 0.85 else self._rng.choice(sorted(nations))
        return self._rng.choice(nations[nation][0]), self._rng.choice(nations[other][1]), nation

    def _unheard(self) -> str:
        """A name of no list."""
        rng = self._rng
        return "".join(rng.choice(_words()["sounds"]) for _ in range(rng.choice((2, 2, 3)))).title()

    def town(self) -> str:
        """A town or a country, some of them made up."""
        rng, words = self._rng, _words()
        draw = rng.random()
        if draw < 0.3:
            return rng.choice(words["countries"])
        if draw < 0.65:
            return rng.choice(words["towns"])
        town = rng.choice(words["town_makers"]).format(rng.choice(self._parts()[:2]))
        return town.upper() if draw > 0.95 else town

    def firm(self) -> str:
        """A firm, a ship, an orchestra: named after people, or by a word that means nothing."""
        rng, words = self._rng, _words()
        draw = rng.random()
        if draw < 0.35:
            return rng.choice(words["firm_makers"]).format(*(self._parts()[1] for _ in range(3)))
        coined = "".join(rng.choice(words["syllables"]) for _ in range(rng.choice((2, 2, 3)))).title()
        return coined if draw < 0.7 else f"{coined} {rng.choice(words['trades'])}"

    def address(self) -> str:
        """A street with a number, and as much more as people write."""
        rng = self._rng
        if self._addresses and rng.random() < 0.35:
            return rng.choice(self._addresses)
        draw = rng.random()
        if draw < 0.08:
            return rng.choice(("the corner of {} and {}", "{} and {}")).format(self._line(), self._line())
        if draw < 0.16:
            return self._forces()
        parts = [self._line()]
        if rng.random() < 0.45:
            parts.append(rng.choice(_FLATS).format(rng.choice((f"{rng.randint(1, 999):03d}", str(rng.randint(1, 60))))))
        if rng.random() < 0.7:
            parts += self._place()
        return rng.choice((", ", "\n", " ", "\n ", ", ")).join(parts)

    def _line(self) -> str:
        """Street and number."""
        rng, street = self._rng, self._street()
        number, other = str(rng.randint(1, rng.choice((60, 400, 9999)))), f"{rng.randint(1, 999):02d}"
        draw = rng.random()
        if draw < 0.08:
            return f"{rng.choice(('P.O. Box', 'PO Box', 'Postbox', 'P. O. Box'))} {number}"
        forms = (
            f"{number} {street}",
            f"{street} {number}",
            f"{other} {street} {number}",
            f"{street} {number}{rng.choice('.AB')}",
        )
        return street if draw < 0.14 else rng.choice((*forms, f"{number}, {street}", f"{street}, {number}"))

    def _forces(self) -> str:
        """An address of a ship or a base abroad."""
        rng = self._rng
        place = rng.choice(
            (
                f"{rng.choice(('USS', 'USNS', 'USNV', 'USCGC', 'HMS'))} {self._parts()[1]}",
                "Unit {0} Box {1}",
                "PSC {0}, Box {1}",
            )
        )
        place = place.format(rng.randint(1000, 9999), f"{rng.randint(1, 9999):04d}")
        office, part = rng.choice(("APO", "FPO", "DPO")), rng.choice(("AA", "AE", "AP"))
        return f"{place}\n{office} {part} {rng.randint(1000, 99999):05d}"

    def _place(self) -> list[str]:
        """Town, part of the country, country and code."""
        rng, words = self._rng, _words()
        town = (
            rng.choice(words["town_makers"]).format(rng.choice(self._parts()[:2]))
            if rng.random() < 0.4
            else self.town()
        )
        if rng.random() < 0.25:
            town += rng.choice((", {}", "\n, {}\n", " {}")).format(rng.choice(words["states"]))
        code = rng.choice((f"{rng.randint(1000, 99999):05d}", f"{rng.randint(1000, 9999)}", "SW1A 2AB", "K1A 0B1"))
        country = rng.choice(words["countries"]) if rng.random() < 0.65 else ""
        tail = " ".join(filter(None, (country, code if rng.random() < 0.7 else "")))
        return [town, tail] if tail else [town]

    def _street(self) -> str:
        rng, words = self._rng, _words()
        if rng.random() < 0.5:
            return rng.choice(words["streets"])
        return rng.choice(words["street_makers"]).format(rng.choice(self._parts()[:2]))


@cache
def _lists() -> dict[str, tuple[list[str], list[str]]]:
    """Nation -> given names, family names."""
    names = {}
    for nation, text in yaml.safe_load(_FILE.read_text("utf-8"))["names"].items():
        given, family = (
            [word.replace("_", " ") for word in part.split() if not MEASURED_LATIN & set(word.lower().split("_"))]
            for part in text.split("|")
        )
        names[nation] = (given, family)
    return names


@cache
def _words() -> dict[str, list[str]]:
    lists = yaml.safe_load(_FILE.read_text("utf-8"))
    return {name: [word.replace("_", " ") for word in text.split()] for name, text in lists.items() if name != "names"}
