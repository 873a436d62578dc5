"""The bank's clients as dealing knows them: `config/customers.yaml` stands for the core system's interface."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, line_at, read_yaml
from skills.fx.elements import Product
from skills.fx.market import changed_at

FILE = Path("config") / "customers.yaml"
Tier = Literal["A", "B", "C"]
_FORM = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|公司|\b(co|company|corp|corporation|inc|limited|llc|ltd|plc)\b\.?)",
    re.IGNORECASE,
)


class Client(BaseModel):
    """One client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str = Field(pattern=r"^C\d{4,}$")
    name: str
    aliases: tuple[str, ...] = ()
    tier: Tier
    place: str
    """The branch that looks after him."""
    documents_until: date
    """Last day on which his papers are good."""
    products: tuple[Product, ...]
    """What he may deal by his assessment of suitability."""
    limit: Decimal = Field(gt=0)
    """Yuan, for all that is not settled."""
    settlement_limit: Decimal = Field(gt=0)
    """Yuan, for what settles on one day."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name he goes by."""
        return (self.name, *self.aliases)


def read_clients(content: Path) -> tuple[Client, ...]:
    """All clients, as the file says them now; two of one name are refused. Raises `ContentError` with file and line."""
    path = content / FILE
    return _read(path, changed_at(path))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> tuple[Client, ...]:
    values = read_yaml(path)
    if not isinstance(values, list):
        raise ContentError(path, 1, "a list of clients is expected")
    clients = tuple(checked_content(Client, path, value, index) for index, value in enumerate(values))
    owner: dict[str, str] = {}
    for index, client in enumerate(clients):
        for name in {client.number.casefold(), *map(plain_name, client.names)}:
            if owner.setdefault(name, client.number) != client.number:
                raise ContentError(path, line_at(path, (index,)), f"{name!r} also names {owner[name]}")
    return clients


def clients_named(name: str, clients: Sequence[Client]) -> tuple[Client, ...]:
    """The clients whom `name` may mean: the one that bears it; else all whose name begins with it, or it with theirs.

    One name that is the beginning of another's is still the one who bears it: 华星科技 is not 华星科技园.
    """
    wanted = plain_name(name)
    if not wanted:
        return ()
    bearing = tuple(one for one in clients if wanted == one.number.casefold() or wanted in map(plain_name, one.names))
    if bearing:
        return bearing
    return tuple(one for one in clients if any(known.startswith(wanted) for known in map(plain_name, one.names)))


def plain_name(name: str) -> str:
    """A name without its legal form, blanks and case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s.,·()\-_'\"“”]+", "", _FORM.sub("", folded))
