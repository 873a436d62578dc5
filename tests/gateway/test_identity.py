"""Who is let in: staff numbers, tokens, the demonstration log-in."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from app.core.audit import AuditEntry
from app.core.errors import BadInput, Refused, Unavailable
from app.core.texts import Texts
from app.gateway.door import Door
from app.gateway.identity import DemoSignIn, Identity, read_people

ROOT = Path(__file__).parents[2]
TEXTS = Texts(ROOT / "app" / "gateway" / "texts")
PEOPLE = read_people(ROOT / "config" / "people.yaml")


class Chain:
    """An audit that remembers; `broken`: it cannot be written."""

    def __init__(self, *, broken: bool = False) -> None:
        self.entries: list[AuditEntry] = []
        self._broken = broken

    async def append(self, *entries: AuditEntry) -> None:
        if self._broken:
            raise Unavailable("DATABASE", "")
        self.entries.extend(entries)


@pytest.fixture
def identity() -> Identity:
    return Identity(PEOPLE, b"k" * 32, TEXTS)


def test_a_token_names_its_person(identity: Identity) -> None:
    assert identity.bearer(identity.token("E1002")).name == "李娜"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x.y.z",
        jwt.encode({"sub": "E1002", "exp": 4102444800}, b"o" * 32, "HS256"),
        jwt.encode({"sub": "E1002"}, b"k" * 32, "HS256"),
        jwt.encode({"sub": "E1002", "exp": 1}, b"k" * 32, "HS256"),
        jwt.encode({"sub": "E7777", "exp": 4102444800}, b"k" * 32, "HS256"),
        jwt.encode({"sub": "E1002", "exp": 4102444800}, None, "none"),
    ],
)
def test_a_forged_or_old_token_is_refused(identity: Identity, forged: str) -> None:
    with pytest.raises(Refused):
        identity.bearer(forged)


async def test_log_in_knows_staff_and_password(identity: Identity, tmp_path: Path) -> None:
    sign_in = DemoSignIn(tmp_path, identity, Door(Chain()), TEXTS)
    assert (await sign_in.verify("E1002", sign_in.password)).name == "李娜"
    assert await sign_in.verify("E1002", "wrong") is None
    assert await sign_in.verify("E7777", sign_in.password) is None
    assert DemoSignIn(tmp_path, identity, Door(Chain()), TEXTS).password == sign_in.password
    assert (tmp_path / "demo_password").stat().st_mode & 0o077 == 0


async def test_guessing_is_slowed_down(identity: Identity, tmp_path: Path) -> None:
    sign_in = DemoSignIn(tmp_path, identity, Door(Chain()), TEXTS)
    for _ in range(5):
        await sign_in.verify("E1002", "wrong")
    with pytest.raises(BadInput):
        await sign_in.verify("E1002", sign_in.password)
    assert await sign_in.verify("E1001", sign_in.password)


async def test_each_try_is_in_the_audit_and_what_was_typed_is_not(identity: Identity, tmp_path: Path) -> None:
    chain = Chain()
    sign_in = DemoSignIn(tmp_path, identity, Door(chain), TEXTS)
    await sign_in.verify("E1002", sign_in.password)
    await sign_in.verify("E1002", "wrong-one")
    await sign_in.verify("13800138000", "wrong-one")
    assert [(one.what, one.person, one.decision) for one in chain.entries] == [
        ("login", "E1002", "allow"),
        ("login", "E1002", "refuse"),
        ("login", "", "refuse"),
    ]
    assert "wrong-one" not in repr(chain.entries) and "13800138000" not in repr(chain.entries)


async def test_nobody_is_let_in_where_the_audit_cannot_be_written(identity: Identity, tmp_path: Path) -> None:
    sign_in = DemoSignIn(tmp_path, identity, Door(Chain(broken=True)), TEXTS)
    with pytest.raises(Unavailable):
        await sign_in.verify("E1002", sign_in.password)


async def test_a_flood_of_strangers_leaves_a_count_and_not_an_entry_each() -> None:
    now = 0.0
    chain = Chain()
    door = Door(chain, clock=lambda: now)
    for _ in range(500):
        await door.turned_away("TOKEN", "http")
    assert len(chain.entries) == 1
    now = 2.0
    await door.turned_away("TOKEN", "http")
    assert chain.entries[1].detail == {"channel": "http", "reason": "TOKEN", "times": 500}
