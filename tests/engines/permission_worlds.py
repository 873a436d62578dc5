"""A small bank to write policies for: three roles, four places, two assistants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hypothesis import strategies as st

from app.core.turn import Person
from app.engines.permissions.findings import World
from app.engines.rights import CasbinRights

LINKS = """\
g, dealer, dealing
g, supervisor, dealing
g2, 东支行, 分行
g2, 分行, 全行
g2, 总行, 全行
g3, 总行, 全行
"""
ROLES, PLACES = ("dealer", "supervisor", "clerk"), ("东支行", "分行", "总行", "全行")
OBJECTS = {
    "fx": frozenset({"fx.quote", "fx.rates", "knowledge:fx"}),
    "office": frozenset({"office.find_person", "knowledge:office"}),
}
PEOPLE = {
    f"E{number}": Person(f"E{number}", "某人", role, place)
    for number, (role, place) in enumerate(product(ROLES, PLACES), start=1)
}
"""One for each role and place."""


@dataclass(frozen=True)
class ForReaders:
    """What a `set.yaml` says."""

    audience: tuple[str, ...] = ("*",)
    places: tuple[str, ...] = ()


SETS = {"fx": ForReaders(), "office": ForReaders()}
REQUESTS = [
    (person, assistant, object, act)
    for person in PEOPLE.values()
    for assistant, objects in OBJECTS.items()
    for object in sorted(objects)
    for act in ("use", "see")
]

rules = st.builds(
    lambda *fields: ", ".join(["p", *filter(None, fields)]),
    st.sampled_from(["*", *ROLES, "dealing", "E1", "E7"]),
    st.sampled_from(["*", *PLACES]),
    st.sampled_from(["*", "fx", "office"]),
    st.sampled_from(["*", "fx.*", "fx.quote", "fx.rates", "knowledge:*", "knowledge:fx", "office.*"]),
    st.sampled_from(["allow", "allow", "deny"]),
    st.sampled_from(["", "", "see"]),
)


def written(folder: Path, rules: Sequence[str]) -> Path:
    """A configuration folder with these rules; the rules begin on line 7."""
    folder.mkdir(exist_ok=True)
    (folder / "permissions.csv").write_text(LINKS + "\n".join(rules) + "\n", encoding="utf-8")
    shipped = Path(__file__).parents[2] / "config" / "permissions.conf"
    (folder / "permissions.conf").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def rights_by(folder: Path, rules: Sequence[str]) -> CasbinRights:
    """The rights of that bank by these rules."""
    return CasbinRights(written(folder, rules), PEOPLE, SETS)


def world(content: Path) -> World:
    """What its policies can speak of."""
    known = frozenset().union(*OBJECTS.values())
    return World(content=content, people=PEOPLE, objects=OBJECTS, known=known, sets=SETS)
