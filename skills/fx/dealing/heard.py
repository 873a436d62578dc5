"""What a message did to the talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skills.fx.dealing.talk import Talk

Note = Literal[
    "changed",  # an element or a doubt is another one
    "complete",  # for the first time nothing is missing and nothing in doubt
    "doubt",  # a doubt arose
    "differs",  # somebody says otherwise than the ticket
    "another_deal",  # a second deal is spoken of while this one is being made
    "offer",  # the bank names a price, or makes the branch's its own
    "counter",  # the branch names a price
    "two_prices",  # a yes to a price that the other side has not named
    "no_price",  # a yes, and nobody has named a price
    "side_missing",  # a yes to a two-way price, and nobody knows whether the client buys or sells
    "side_against",  # mine or yours against the ticket's side
    "several_prices",  # more than one price in one breath: nobody knows which is meant
    "open_question",  # a yes while what somebody asked about the elements is not answered
    "price_gone",  # the bank's price does not hold any more
    "say_yes",  # it sounds like a yes: it is to be said in so many words
    "not_a_dealer",  # a yes of somebody who does not deal
    "incomplete",  # a yes before the elements are complete
    "agreed",
    "withdrawn",
]


@dataclass(frozen=True, slots=True)
class Heard:
    """The talk after a message, and what happened in it."""

    talk: Talk
    notes: tuple[Note, ...] = ()

    def noting(self, talk: Talk, *notes: Note) -> Heard:
        """`talk` instead, and these besides."""
        return Heard(talk, (*self.notes, *notes))
