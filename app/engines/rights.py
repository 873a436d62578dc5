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
    rules = 0
    for number, line in enumerate(_text(path).splitlines(), start=1):
        fields = [field.strip() for field in line.split(",")]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if fields[0] != "p" or len(fields) != 6 or not all(fields):
            raise ContentError(path, number, "a rule is: p, role or staff number, place, assistant, object, allow|deny")
        if fields[5] not in ("allow", "deny"):
            raise ContentError(path, number, f"{fields[5]!r} is neither allow nor deny")
        rules += 1
    if not rules:
        raise ContentError(path, 1, "no rule: nobody could do anything")
    _text(path.with_suffix(".conf"))
    try:
        casbin.Enforcer(str(path.with_suffix(".conf")), str(path)).enforce("E0", "role", "place", "assistant", "object")
    except Exception as error:  # casbin raises plain exceptions of many kinds for a model it cannot use
        raise ContentError(path.with_suffix(".conf"), 1, f"not a model that casbin can use: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(path, 1, "file is missing") from None
    except UnicodeDecodeError:
        raise ContentError(path, 1, "not UTF-8") from None
