"""Who is let in: staff numbers, tokens, the demonstration log-in."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from app.core.errors import BadInput, Refused
from app.core.texts import Texts
from app.gateway.identity import DemoSignIn, Identity, read_people

ROOT = Path(__file__).parents[2]
TEXTS = Texts(ROOT / "app" / "gateway" / "texts")
PEOPLE = read_people(ROOT / "config" / "people.yaml")


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
    sign_in = DemoSignIn(tmp_path, identity, TEXTS)
    assert (await sign_in.verify("E1002", sign_in.password)).name == "李娜"
    assert await sign_in.verify("E1002", "wrong") is None
    assert await sign_in.verify("E7777", sign_in.password) is None
    assert DemoSignIn(tmp_path, identity, TEXTS).password == sign_in.password
    assert (tmp_path / "demo_password").stat().st_mode & 0o077 == 0


async def test_guessing_is_slowed_down(identity: Identity, tmp_path: Path) -> None:
    sign_in = DemoSignIn(tmp_path, identity, TEXTS)
    for _ in range(5):
        await sign_in.verify("E1002", "wrong")
    with pytest.raises(BadInput):
        await sign_in.verify("E1002", sign_in.password)
    assert await sign_in.verify("E1001", sign_in.password)
