"""What skills find, on its way to a model: numbered for citation, and without what gives the model orders."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from app.core.ports import MaterialReview
from app.core.skill import Result
from app.core.turn import MaskedText

_REMEMBERED = 20_000
"""Passages whose verdict is kept: those of a knowledge set come again and again."""


class Material:
    """Reviews passages and renderings. Documents and files are data: an order in one is withheld, never followed."""

    def __init__(self, review: MaterialReview) -> None:
        self._review = review
        self._known: OrderedDict[str, bool] = OrderedDict()

    def harmless(self, text: MaskedText) -> bool:
        """False for a text with orders to the assistant. Raises `Unavailable` when it cannot be judged."""
        return self._review.of_material(text).verdict == "allow"

    async def passage_harmless(self, passage: str, mask: Callable[[str], Awaitable[MaskedText]]) -> bool:
        """The same of a passage of the bank's documents, which is masked only where it was never seen before."""
        known = self._known.get(passage)
        if known is None:
            known = self.harmless(await mask(passage))
            self._known[passage] = known
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known


def passages_of(result: Result) -> list[Mapping[str, Any]]:
    """The passages of a search, each with its `text`."""
    return list(result.data.get("passages", ()))


def without(result: Result, withheld: set[int]) -> Result:
    """`result` less the passages at these places, and their citations."""
    kept = [one for place, one in enumerate(passages_of(result)) if place not in withheld]
    citations = tuple(one for place, one in enumerate(result.citations) if place not in withheld)
    return replace(result, data={**result.data, "passages": kept}, citations=citations)


def numbered(result: Result, *, after: int) -> dict[str, Any]:
    """A search's passages, numbered on from those found earlier in this turn: a mark `[n]` means one passage only."""
    passages = [{**one, "n": number} for number, one in enumerate(passages_of(result), start=after + 1)]
    return {**result.data, "passages": passages}
