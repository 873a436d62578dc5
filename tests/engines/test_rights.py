"""Who may do what, by the shipped policy; and a policy that cannot be read is named with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.texts import Texts
from app.core.turn import Person
from app.engines.rights import CasbinRights, check_content
from app.gateway.identity import Identity, read_people

ROOT = Path(__file__).parents[2]
RIGHTS = CasbinRights(ROOT / "config")
STAFF = Identity(read_people(ROOT / "config" / "people.yaml"), b"k" * 32, Texts(ROOT / "app" / "gateway" / "texts"))


@pytest.mark.parametrize(
    ("person", "assistant", "object", "may"),
    [
        ("E1002", "fx", "fx.quote", True),
        ("E6001", "fx", "fx.quote", False),
        ("E6001", "fx", "fx.rates", True),
        ("E9001", "fx", "fx.quote", False),
        ("E9001", "office", "office.find_person", True),
        ("E4001", "credit", "credit.analyse_statement", True),
        ("E1002", "credit", "credit.analyse_statement", False),
        ("E1002", "credit", "knowledge:credit", True),
        ("E1002", "office", "fx.quote", False),
    ],
)
def test_the_shipped_policy(person: str, assistant: str, object: str, may: bool) -> None:
    assert RIGHTS.may(STAFF.person(person), assistant, object) is may


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_nobody_unknown_may_deal(id: str, role: str, place: str, object: str) -> None:
    stranger = Person(id, "某人", role, place)
    known = {"relationship_manager", "branch_dealer", "regional_dealer", "head_office_dealer", "dealing_supervisor"}
    if role not in known:
        assert not RIGHTS.may(stranger, "fx", "fx.quote")
        assert not RIGHTS.may(stranger, object, "fx.quote")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("permissions.csv", "", 1),
        ("permissions.csv", "# nothing\n", 1),
        ("permissions.csv", "p, *, *, office, office.*, allow\np, *, office, allow\n", 2),
        ("permissions.csv", "p, *, *, office, office.*, perhaps\n", 1),
        ("permissions.csv", b"\xff\xfe", 1),
        ("permissions.conf", "junk", 1),
        ("permissions.conf", b"\xff\xfe", 1),
    ],
)
def test_a_broken_policy_is_named(content: Path, file: str, text: str | bytes, line: int) -> None:
    path = content / "config" / file
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ContentError) as raised:
        check_content(content)
    assert (raised.value.path, raised.value.line) == (path, line)


def test_a_missing_policy_is_named(content: Path) -> None:
    (content / "config" / "permissions.csv").unlink()
    with pytest.raises(ContentError):
        check_content(content)
