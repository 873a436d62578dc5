"""Who is speaking: staff numbers, demonstration log-in, bearer tokens -> Person."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

import jwt
from pydantic import BaseModel, ConfigDict

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from app.core.errors import BadInput, Refused
from app.core.texts import Texts
from app.core.turn import Person
from app.gateway.door import Door

_TOKEN_LIVES = 30 * 24 * 3600  # seconds
_TRIES = 5
_PAUSE = 30.0  # seconds after that many wrong passwords
_CHANNEL = "browser"


class _Employee(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    name: str
    role: str
    place: str
    post: str = ""
    phone: str = ""
    extension: str = ""
    email: str = ""


def read_people(path: Path) -> dict[str, Person]:
    """`config/people.yaml` by staff number. Raises `ContentError` with file and line."""
    listed = read_yaml(path)
    if not isinstance(listed, list):
        raise ContentError(path, 1, "a list of people is expected")
    people: dict[str, Person] = {}
    for index, values in enumerate(listed):
        one = checked_content(_Employee, path, values, index)
        if one.id in people:
            raise ContentError(path, line_at(path, (index,)), f"{one.id} is there twice")
        people[one.id] = Person(**one.model_dump())
    return people


class Identity:
    """Turns a channel's credentials into a Person. Unknown means refusal."""

    def __init__(self, people: Mapping[str, Person], token_key: bytes, texts: Texts) -> None:
        self.people = people
        self._key = token_key
        self._texts = texts

    def person(self, id: str) -> Person:
        """The employee with that staff number. Raises `Refused`."""
        if id not in self.people:
            raise Refused("UNKNOWN_PERSON", self._texts("unknown_person"))
        return self.people[id]

    def token(self, id: str) -> str:
        """A bearer token for the HTTP API, signed, for thirty days."""
        now = int(time.time())
        return jwt.encode({"sub": self.person(id).id, "iat": now, "exp": now + _TOKEN_LIVES}, self._key, "HS256")

    def bearer(self, token: str) -> Person:
        """The person a token was made for. Raises `Refused` for any that is not genuine, or is over."""
        try:
            claims = jwt.decode(token, self._key, ["HS256"], options={"require": ["exp", "sub"]})
        except jwt.PyJWTError:
            raise Refused("TOKEN", self._texts("bad_token")) from None
        return self.person(str(claims["sub"]))


class DemoSignIn:
    """Log-in of the demonstration staff: one password, made at first start, printed by `deskmate serve`."""

    def __init__(self, home: Path, identity: Identity, door: Door, texts: Texts) -> None:
        self._identity = identity
        self._door = door
        self._texts = texts
        self._wrong: dict[str, tuple[int, float]] = {}
        path = home / "demo_password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(9))
        self.password = path.read_text().strip()

    async def verify(self, id: str, password: str) -> Person | None:
        """The person, or None for a wrong number or password. Raises `BadInput` after too many wrong tries.

        Each try is in the audit; where that cannot be written, nobody is let in (`Unavailable`).
        """
        known = self._identity.people.get(id)
        tries, since = self._wrong.get(id, (0, 0.0))
        if tries >= _TRIES and time.monotonic() - since < _PAUSE:
            raise BadInput("TOO_MANY_TRIES", self._texts("too_many_tries", seconds=int(_PAUSE)))
        if known is not None and hmac.compare_digest(password.encode(), self.password.encode()):
            self._wrong.pop(id, None)
            await self._door.let_in(known.id, _CHANNEL)
            return known
        if len(self._wrong) > 10_000:  # a flood of made-up numbers does not fill the memory
            self._wrong.clear()
        self._wrong[id] = (tries % _TRIES + 1, time.monotonic())
        await self._door.turned_away("password" if known else "unknown_person", _CHANNEL, known.id if known else "")
        return None
