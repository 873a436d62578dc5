"""Who may do what: casbin over `config/permissions.conf` and `config/permissions.csv`. Only this file knows casbin."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import casbin

from app.core.assistant import ContentError
from app.core.turn import Person


class CasbinRights:
    """`ports.Rights`. The answer for one person, assistant and object is kept: the policy is read once, at start."""

    def __init__(self, config: Path) -> None:
        check_content(config.parent)
        self._enforcer = casbin.Enforcer(str(config / "permissions.conf"), str(config / "permissions.csv"))
        self._decide = lru_cache(maxsize=10_000)(self._enforcer.enforce)

    def may(self, person: Person, assistant: str, object: str) -> bool:
        """True only where a rule allows it and none forbids it."""
        return bool(self._decide(person.id, person.role, person.place, assistant, object))


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a rule that could never be read."""
    path = content / "config" / "permissions.csv"
    if not path.exists():
        raise ContentError(path, 1, "file is missing")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = [field.strip() for field in line.split(",")]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if fields[0] != "p" or len(fields) != 6 or not all(fields):
            raise ContentError(path, number, "a rule is: p, role or staff number, place, assistant, object, allow|deny")
        if fields[5] not in ("allow", "deny"):
            raise ContentError(path, number, f"{fields[5]!r} is neither allow nor deny")
