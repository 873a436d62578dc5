"""Which client a name means: one bears it in full or is known by it; else it may be the beginning of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skills.fx.amounts import BLANK
from skills.fx.clients import Client, plain_name
from skills.fx.customers import SaidCustomer, find_customer, find_opening_name, is_certainly_named


@dataclass(frozen=True, slots=True)
class Meant:
    """A name in a sentence, and whom it means."""

    name: str
    """The client's full name, or the name as it was said where nobody bears it or several may."""
    start: int
    end: int
    several: tuple[str, ...] = ()
    """The full names of those who may be meant, where there are several."""


def find_client(
    sentence: str, clients: Sequence[Client], people: Sequence[str], *, opens: bool, sure: bool
) -> Meant | None:
    """The client named in a sentence: by a name that the bank knows, else as the grammar finds one.

    `people`: names of those in the room; they are no clients. `opens`: the sentence begins an enquiry, or goes on with
    one without a client, so that its first words may be the client's name. `sure`: there is one already, so that only
    what is surely a name counts: 客户在开车 names nobody.
    """
    for person in people:
        sentence = sentence.replace(person, BLANK * len(person))
    known = _known(sentence, clients)
    said = find_customer(sentence) or (find_opening_name(sentence) if opens else None)
    if said and sure and not is_certainly_named(sentence, said):
        said = None
    # A company's name that the grammar finds around a known one is another client's: 华星科技园艺公司 of 华星科技.
    around = said and known and said.start < known.end and known.start < said.end and len(said.name) > len(known.name)
    other = said is not None and around and is_certainly_named("", said)
    meant = said if known is None or other else known
    return _meant(meant, clients) if meant else None


def _known(sentence: str, clients: Sequence[Client]) -> SaidCustomer | None:
    """The longest of the bank's names that stands in the sentence."""
    folded = sentence.casefold()
    found: SaidCustomer | None = None
    for client in clients:
        for name in {*client.names, plain_name(client.name)}:
            start = folded.find(name.casefold())
            if start >= 0 and len(name) > 1 and (found is None or len(name) > len(found.name)):
                found = SaidCustomer(sentence[start : start + len(name)], start, start + len(name))
    return found


def _meant(said: SaidCustomer, clients: Sequence[Client]) -> Meant:
    folded = said.name.casefold()
    for client in clients:
        if folded in (name.casefold() for name in client.names):
            return Meant(client.name, said.start, said.end)
    wanted = plain_name(said.name)
    may_be = (
        [one.name for one in clients if any(plain_name(name).startswith(wanted) for name in one.names)]
        if wanted
        else []
    )
    if len(may_be) == 1:
        return Meant(may_be[0], said.start, said.end)
    return Meant(said.name, said.start, said.end, tuple(may_be))
