"""A dealing floor that anything can happen on: the machine behind `test_deals_always.py` and `bench/bench_deals.py`.

People say, correct, quote, agree, confirm, approve, click twice, act on what they saw long ago; time passes, the market
grows old, the process dies before or after any commit and goes on with the same key. What must always hold is judged
from what is stored alone, by rules written down here once more.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import count, pairwise
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import TypeAdapter
from sqlmodel import select

from app.core.errors import AssistantError, SkillFailed
from app.core.skill import Context, Proposal
from app.core.turn import Attachment
from skills.fx import market_source
from skills.fx.agreeing import agree
from skills.fx.backoffice import BookingPort, PostingRow, deliver
from skills.fx.booking import book_deal, booked
from skills.fx.clients import read_clients
from skills.fx.dealing.offering import priced
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Deal
from skills.fx.deals.states import NotSo
from skills.fx.deals.tables import DealChangeRow, DealRow
from skills.fx.oversight.blotter import blotter
from skills.fx.progress import advanced
from skills.fx.reversing import reverse
from tests.skills.context import CONTENT, ZONE, FakeDatabase, person
from tests.skills.deals import dealing, ran, said
from tests.skills.quick_database import QuickDatabase

START = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
ROOMS = ("r1", "r2")
STAFF = ("E1001", "E1002", "E2001", "E3001", "E3002")
BRANCH, BANK = ("E1002", "E2001"), ("E3001", "E3002")
CLIENTS = ("华星科技有限公司", "远东机械进出口有限公司", "蓝海国际物流有限公司")
DOLLARS = ("300000", "2000000", "4000000", "9000000", "16000000")
PORT = BookingPort(first_pause_seconds=1, longest_pause_seconds=4)
_HOLDING = ("agreed", "confirmed_branch", "confirmed", "booked")
T = TypeVar("T")
_JSON = TypeAdapter(Deal)
_WRITTEN = count(1_800_000_000)
rooms, staff = st.sampled_from(ROOMS), st.sampled_from(STAFF)


class Died(BaseException):
    """The process is gone: nothing in it may handle that."""


class AllThere:
    """Files: every paper is there already. Drawing them is another test's matter, and slow."""

    async def of_room(self, room: str) -> list[Attachment]:
        """The papers of the first deals of the day."""
        names = (f"成交意向书 FX20261120-{count:04}.{ending}" for count in range(1, 40) for ending in ("docx", "html"))
        return [Attachment(name, name, 1) for name in names]

    async def store(self, room: str, name: str, content: bytes, mime: str, *, by: str) -> Attachment:
        """Nobody looks at it."""
        return Attachment(name, name, len(content), mime)


class DyingDatabase:
    """Dies at the n-th commit from now, before or after it."""

    def __init__(self, inner: Any, commits: int, *, after: bool) -> None:
        self.sealing = inner.sealing
        self._inner, self._left, self._after = inner, commits, after

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Any]:
        """A session whose commit may be the last thing that happens."""
        async with self._inner.session() as session:
            commit = session.commit

            async def last() -> None:
                self._left -= 1
                if self._left == 0 and not self._after:
                    raise Died
                await commit()
                if self._left == 0:
                    raise Died

            session.commit = last  # type: ignore[method-assign]
            yield session


@dataclass
class Pending:
    """An action that waits for people, as the house keeps it."""

    id: str
    room: str
    by: str
    arguments: dict[str, Any]
    approved: set[str] = field(default_factory=set)


@lru_cache(maxsize=1)
def world() -> tuple[Path, Path]:
    """A content folder whose market can be written anew, and an empty database to copy."""
    folder = Path(tempfile.mkdtemp(prefix="dealing-"))
    content = folder / "content"
    (content / "config").mkdir(parents=True)
    for one in (CONTENT / "config").iterdir():
        if one.name not in ("market.yaml", "market_source.yaml"):
            (content / "config" / one.name).symlink_to(one)
    rules = (CONTENT / "config" / "market_source.yaml").read_text("utf-8")
    (content / "config" / "market_source.yaml").write_text(re.sub(r"(?m)^source:.*$", "source: file", rules), "utf-8")
    # By the clock of these histories there is no second for which an answer is good: each may be a quarter of an hour.
    market_source._FRESH = market_source._REST = 0.0
    (content / "assistants").symlink_to(CONTENT / "assistants")
    empty = folder / "empty.db"

    async def made() -> None:
        await (await FakeDatabase(empty).open()).close()

    asyncio.run(made())
    return content, empty


class Dealing(RuleBasedStateMachine):
    """One day at the dealing desks."""

    seen: Counter[str] = Counter()
    """What came about in all histories so far: a machine that books nothing proves nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.content, empty = world()
        self.folder = Path(tempfile.mkdtemp(prefix="dealing-"))
        shutil.copy(empty, self.folder / "d.db")
        self.runner = asyncio.Runner()
        self.database: Any = QuickDatabase(self.folder / "d.db")
        self.book = Book(self.database)
        self.now = START
        self.turns = 0
        self.actions: list[Pending] = []
        self.old: list[Deal] = []
        """What people may still have before their eyes."""
        self.shown_to_back_office: Counter[str] = Counter()
        self.refused_by_back_office: Counter[str] = Counter()

    @initialize()
    def opens(self) -> None:
        """The market is fresh in the morning."""
        self.seen["histories"] += 1
        self._market()

    # --- people talk ---

    @rule(
        room=rooms,
        by=st.sampled_from(BRANCH),
        client=st.sampled_from(CLIENTS),
        dollars=st.sampled_from(DOLLARS),
        side=st.sampled_from(("buy", "sell")),
        paper=st.sampled_from(("合同", "合同", "合同", "")),
    )
    def says(self, room: str, by: str, client: str, dollars: str, side: str, paper: str) -> None:
        """An enquiry, or a correction of one, at whatever stage it is; the machine goes on by itself."""
        ctx = self._turn(by, room)
        values = {"customer": client, "side": side, "base": "USD", "quote": "CNY", "amount": dollars}
        values |= {"amount_ccy": "USD", "product": "spot", "value_date": "2026-11-24", "documents": paper}

        async def work() -> None:
            deal = await self.book.open(room=room, by=by, place="城东支行", turn=ctx.turn_id, now=self.now)
            elements = said({name: value for name, value in values.items() if value}, by, self.now)  # type: ignore[misc]
            if deal.reverses:
                elements = {**deal.elements}
            deal = await self.book.change(deal, "changed", by=by, turn=ctx.turn_id, now=self.now, elements=elements)
            self.old.append(deal)
            await advanced(ctx, deal)

        self._may_be_refused(work())

    @rule(
        room=rooms,
        by=st.sampled_from(BRANCH),
        client=st.sampled_from(CLIENTS),
        dollars=st.sampled_from(DOLLARS),
        paper=st.sampled_from(("合同", "合同", "")),
        far=st.sampled_from(("agreed", "confirmed", "booked", "booked", "dies", "dies")),
        commits=st.integers(1, 5),
        after=st.booleans(),
        seconds=st.sampled_from((0, 5, 59, 61)),
        fresh=st.sampled_from((True, True, True, False)),
        bank=st.sampled_from(("E3001", "E3001", "E3002", "E1002")),
        say_yes=st.sampled_from((BANK, BANK, ("E3001",), ("E3002",), ("E1002", "E3001"), ("E1002",), ())),
    )
    def deals_without_ado(
        self,
        room: str,
        by: str,
        client: str,
        dollars: str,
        paper: str,
        far: str,
        commits: int,
        after: bool,
        seconds: int,
        fresh: bool,
        bank: str,
        say_yes: tuple[str, ...],
    ) -> None:
        """What happens on most days: one after the other, a pause before the yes, now and then the wrong people."""
        if fresh:
            self._market()
        self.says(room, by, client, dollars, "buy", paper)
        self.names_a_price(room, "E3001", "5")
        self.now += timedelta(seconds=seconds)
        self.agrees(room, by, bank, "0", False)
        if far == "agreed":
            return
        self.confirms(room, by)
        if self.actions:
            self.actions[-1].approved |= set(say_yes)
        if far == "booked" and self.actions:
            self.executes(0, 1, False)
        if far == "dies" and self.actions:
            self.dies_while_it_executes(0, commits, after, fresh)

    @rule(room=rooms, by=st.sampled_from(BANK), away=st.sampled_from(("0", "5", "5", "60", "-10", "200")))
    def names_a_price(self, room: str, by: str, away: str) -> None:
        """A dealer of the bank names one, so many basis points from the middle."""
        ctx = self._turn(by, room)

        async def work() -> None:
            deal = await self.book.of_room(room)
            if deal is not None and not deal.missing:
                named = (Decimal("6.8320") * (1 + Decimal(away) / 10_000)).quantize(Decimal("0.0001"))
                await priced(ctx, deal, named, by, self.now)

        self._may_be_refused(work())

    @rule(
        room=rooms,
        branch=staff,
        bank=staff,
        off=st.sampled_from(("0", "0", "0", "0.0001")),
        seen_long_ago=st.booleans(),
    )
    def agrees(self, room: str, branch: str, bank: str, off: str, seen_long_ago: bool) -> None:
        """Two people, perhaps one and the same, mean a price, perhaps another one, of a deal as they last saw it."""
        self._may_be_refused(self._agreed(room, branch, bank, Decimal(off), seen_long_ago))

    @rule(branch=st.sampled_from(BRANCH))
    def all_agree_at_once(self, branch: str) -> None:
        """In every room at the same time."""

        async def work() -> None:
            agreed = [self._agreed(room, branch, "E3001", Decimal(0), False) for room in ROOMS]
            for outcome in await asyncio.gather(*agreed, return_exceptions=True):
                if isinstance(outcome, BaseException) and not isinstance(outcome, (Stale, NotSo, AssistantError)):
                    raise outcome

        self._may_be_refused(work())

    @rule(client=st.sampled_from(CLIENTS), dollars=st.sampled_from(DOLLARS))
    def one_client_deals_in_two_rooms(self, client: str, dollars: str) -> None:
        """Each deal alone is within his limits; both are agreed at once."""
        self._market()
        for room in ROOMS:
            self.says(room, "E1002", client, dollars, "buy", "合同")
            self.names_a_price(room, "E3001", "5")
        self.all_agree_at_once("E1002")

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), room=rooms)
    def takes_back(self, which: int, room: str) -> None:
        """A booked deal is reversed to the end."""
        self._market()
        self.calls_it_off(room, "withdrawn", "E1002")
        self.reverses(which, "E1002", room)
        self.names_a_price(room, "E3001", "0")
        self.agrees(room, "E1002", "E3001", "0", False)
        self.confirms(room, "E1002")
        self.executes(0, 1, True)

    @rule(room=rooms, event=st.sampled_from(("withdrawn", "expired", "rejected")), by=staff)
    def calls_it_off(self, room: str, event: Any, by: str) -> None:
        """The client, time or the bank."""

        async def work() -> None:
            if deal := await self.book.of_room(room):
                await self.book.change(deal, event, by=by, now=self.now, reason=by)

        self._may_be_refused(work())

    # --- people confirm ---

    @rule(room=rooms, by=staff)
    def confirms(self, room: str, by: str) -> None:
        """Somebody confirms the ticket for the branch."""
        ctx = self._turn(by, room)

        async def work() -> None:
            outcome = await book_deal.function(ctx)
            if isinstance(outcome, Proposal):
                self.actions.append(Pending(f"A{len(self.actions)}", room, by, dict(outcome.arguments)))

        self._may_be_refused(work())

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), by=staff)
    def approves(self, which: int, by: str) -> None:
        """Somebody says yes to an action, his own one too, a second time too."""
        self.actions[which % len(self.actions)].approved.add(by)

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), clicks=st.integers(1, 3), right_people=st.booleans())
    def executes(self, which: int, clicks: int, right_people: bool) -> None:
        """The action runs, as often as somebody clicks, at once; with whoever has said yes so far."""
        action = self.actions[-1 - which % len(self.actions)]
        if right_people:
            action.approved |= set(BANK)

        async def work() -> None:
            runs = [self._executed(action, self.database) for _ in range(clicks)]
            for outcome in await asyncio.gather(*runs, return_exceptions=True):
                if isinstance(outcome, BaseException) and not isinstance(outcome, AssistantError):
                    raise outcome

        self._may_be_refused(work())

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), commits=st.integers(1, 4), after=st.booleans(), goes_on=st.booleans())
    def dies_while_it_executes(self, which: int, commits: int, after: bool, goes_on: bool) -> None:
        """The process dies at one of the commits; another one goes on with the same key, now or when it likes."""
        action = self.actions[-1 - which % len(self.actions)]

        async def work() -> None:
            try:
                await self._executed(action, DyingDatabase(self.database, commits, after=after))
            except Died:
                self.seen["died"] += 1
                if goes_on:
                    await self._executed(action, self.database)

        self._may_be_refused(work())

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), what=st.sampled_from(("price", "version", "amount", "number")))
    def executes_something_else(self, which: int, what: str) -> None:
        """Arguments that nobody confirmed never book anything."""
        action = self.actions[which % len(self.actions)]
        forged = {**action.arguments, "elements": dict(action.arguments["elements"])}
        if what == "amount":
            forged["elements"]["amount"] = "1"
        else:
            forged[what] = {"price": "6.1", "version": forged["version"] + 7, "number": "FX20261120-0999"}[what]
        before = self._run(self._stored())
        ctx = replace(self._turn(action.by, action.room), idempotency_key=f"{action.id}/forged", approved_by=BANK)
        try:
            self._run(booked(ctx, **forged))
        except SkillFailed:
            assert self._run(self._stored()) == before
        else:
            raise AssertionError("something that nobody confirmed was booked")

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 9), by=st.sampled_from(BRANCH), room=rooms)
    def reverses(self, which: int, by: str, room: str) -> None:
        """A booked deal is to be taken back."""
        ctx = self._turn(by, room)

        async def work() -> None:
            made = [deal for deal in await self._all() if deal.state in ("booked", "reversed")]
            if made:
                await reverse.function(ctx, made[which % len(made)].number)

        self._may_be_refused(work())

    # --- the world goes on ---

    @rule(seconds=st.sampled_from((1, 20, 59, 61, 600, 1000)))
    def time_passes(self, seconds: int) -> None:
        """Prices and the market grow old."""
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_market_is_fresh(self) -> None:
        """A new file of the market data system."""
        self._market()

    @rule(answer=st.sampled_from((".ack", ".nak", "")), takes=st.booleans(), looks=st.integers(1, 3))
    def the_back_office_works(self, answer: str, takes: bool, looks: int) -> None:
        """It looks now and then, takes what lies there, and answers or keeps silent."""
        place = PORT.place(self.folder / "home")
        for _ in range(looks):
            self._run(deliver(self.database, PORT, self.folder / "home", self.now))
            for one in (place / "in").iterdir() if takes and (place / "in").is_dir() else ():
                self.shown_to_back_office[one.name] += 1
                shutil.rmtree(one)
                if answer:
                    (place / "answers" / f"{one.name}{answer}").write_text("busy")
                    self.refused_by_back_office[one.name] += answer == ".nak"
            self._run(deliver(self.database, PORT, self.folder / "home", self.now))
            self.now += timedelta(seconds=5)

    # --- what must always hold ---

    @invariant()
    def no_limit_is_exceeded(self) -> None:
        """What is agreed, confirmed or booked and not taken back, by client, within his limits."""
        deals = self._run(self._all())
        worth = read_dealing_rules(self.content).worth
        for client in read_clients(self.content):
            held = [one for one in deals if one.state in _HOLDING and one.value("customer") == client.name]
            yuan = sum(Decimal(one.value("amount") or 0) * worth["USD"] for one in held if not one.reverses)
            assert yuan <= min(client.limit, client.settlement_limit), (client.name, yuan)

    def teardown(self) -> None:
        """Read everything that is stored, and judge it."""
        try:
            self._run(self._judged())
        finally:
            self._run(self.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    async def _judged(self) -> None:
        deals = {deal.number: deal for deal in await self._all()}
        histories = {number: await self._history(number) for number in deals}
        keys: list[str] = []
        for number, rows in histories.items():
            assert [row.version for row, _ in rows] == list(range(1, len(rows) + 1))
            assert all(before.after == after.before for (before, _), (after, _) in pairwise(rows))
            assert rows[-1][1] == deals[number], "what stands is not what was done last"
            bookings = [at for at, (row, _) in enumerate(rows) if row.event == "booked"]
            assert len(bookings) <= 1, "booked twice"
            for at in bookings:
                self._judge_booking([(row.event, deal) for row, deal in rows[: at + 1]])
                keys.append(rows[at][1].booked_key)
                self.seen["booked"] += 1
                self.seen["booked with the supervisor"] += "supervisor" in rows[at][1].needs
            for row, _ in rows:
                self.seen[f"event {row.event}"] += 1
            self.seen["booked reversals"] += bool(bookings and deals[number].reverses)
            reversing = [
                one for one in deals.values() if one.reverses == number and one.state in ("booked", "reversed")
            ]
            assert len(reversing) == (deals[number].state == "reversed")
        assert len(set(keys)) == len(keys), "one key booked two deals"
        async with self.database.session() as session:
            postings = (await session.exec(select(PostingRow))).all()
        assert sorted(one.key for one in postings) == sorted(keys), "the back office is not told what was booked"
        for number, times in self.shown_to_back_office.items():
            assert times <= 1 + self.refused_by_back_office[number], "handed over twice"
        blotter_of = await ran(blotter, self._turn("E3002", "own"), "近3天的成交")
        booked_ones = sorted(
            number for number, rows in histories.items() if any(row.event == "booked" for row, _ in rows)
        )
        assert sorted(blotter_of.data["deals"]) == booked_ones, "history and blotter differ"

    def _judge_booking(self, rows: list[tuple[str, Deal]]) -> None:
        """What must be true of a deal at the moment when it is booked."""
        rules, deal = read_dealing_rules(self.content), rows[-1][1]
        offered, agreement = deal.offered, deal.agreement
        assert offered is not None and agreement is not None
        assert [event for event, _ in rows[-4:]] in (
            ["agreed", "confirmed_branch", "confirmed", "booked"],
            ["confirmed_branch", "confirmed_branch", "confirmed", "booked"],
        )
        agreed_one = next(one for event, one in reversed(rows) if event == "agreed")
        assert {name: one.value for name, one in agreed_one.elements.items()} == {
            name: one.value for name, one in deal.elements.items()
        }
        # The price: one, both sides', in time, on a fresh market.
        assert agreement.price == offered.price and agreement.branch != agreement.bank
        assert offered.at <= agreement.at < offered.until, "agreed on an expired price"
        assert timedelta(0) <= offered.at - offered.market_at <= timedelta(seconds=rules.market_stale_seconds), "stale"
        assert all(check.outcome != "hard" for check in deal.checks) and deal.checks
        # The people: different ones, of the right roles, as many as it needs.
        people = [one.by for one in deal.confirmations]
        assert len(set(people)) == len(people) >= 2, "one person alone"
        roles = {one.seat: person(one.by).role for one in deal.confirmations}
        assert roles["branch"] in ("branch_dealer", "regional_dealer")
        assert roles["head_office"] in ("head_office_dealer", "dealing_supervisor")
        yuan = Decimal(deal.value("amount") or 0) * rules.worth[deal.value("amount_ccy") or ""]
        if yuan >= rules.supervisor_from or any(check.outcome == "soft" for check in deal.checks):
            assert roles["supervisor"] == "dealing_supervisor", "the supervisor has not confirmed"
        action = next(one for one in self.actions if deal.booked_key.startswith(f"{one.id}/"))
        assert set(people) <= action.approved | {action.by}, "confirmed by somebody who has not"

    # --- the parts of it ---

    def _turn(self, by: str, room: str) -> Context:
        self.turns += 1
        self.seen["turns"] += 1
        members = {name: STAFF for name in ROOMS}
        turn = f"t{self.turns}"
        return dealing(
            self.folder,
            self.database,
            by=by,
            room=room,
            members=members,
            now=self.now,
            turn_id=turn,
            content=self.content,
            files=AllThere(),
        )

    def _market(self) -> None:
        """Of one pair: that is what is dealt here."""
        pairs = "pairs: {USD/CNY: {spot: [6.8305, 6.8335], decimals: 4, pip: 0.0001}}"
        lines = (f"as_of: {self.now.isoformat()}", "source: 示例", "stale_after_minutes: 15", pairs)
        path = self.content / "config" / "market.yaml"
        path.write_text("\n".join(lines), "utf-8")
        # It is read anew when its time has changed, and a file system's clock is slower than these histories.
        written = next(_WRITTEN)
        os.utime(path, (written, written))

    async def _agreed(self, room: str, branch: str, bank: str, off: Decimal, seen_long_ago: bool) -> None:
        known = [one for one in self.old if one.room == room]
        deal = known[0] if seen_long_ago and known else await self.book.of_room(room)
        if deal is None:
            return
        price = deal.offered.price if deal.offered else Decimal("6.8320")
        _, sentence = await agree(self._turn(branch, room), deal, price=price + off, branch=branch, bank=bank)
        self.seen["limit too small"] += "额度不足" in sentence

    async def _executed(self, action: Pending, database: Any) -> None:
        ctx = replace(self._turn(action.by, action.room), database=database)
        ctx = replace(ctx, idempotency_key=f"{action.id}/digest", approved_by=tuple(sorted(action.approved)))
        await booked(ctx, **action.arguments)

    async def _all(self) -> list[Deal]:
        async with self.database.session() as session:
            rows = (await session.exec(select(DealRow).order_by(DealRow.number))).all()
        seals = self.database.sealing
        return [_JSON.validate_python(seals.open(one.body, about=f"fx_deal/{one.number}")) for one in rows]

    async def _history(self, number: str) -> list[tuple[DealChangeRow, Deal]]:
        async with self.database.session() as session:
            wanted = select(DealChangeRow).where(DealChangeRow.number == number).order_by(DealChangeRow.version)  # type: ignore[arg-type]
            rows = (await session.exec(wanted)).all()
        return [(row, deal) for row, (_, deal) in zip(rows, await self.book.history(number), strict=True)]

    async def _stored(self) -> Mapping[str, tuple[str, int]]:
        return {one.number: (one.state, one.version) for one in await self._all()}

    def _run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.runner.run(awaited())

    def _may_be_refused(self, work: Awaitable[None]) -> None:
        """A refusal is an answer; a defect is not."""
        try:
            self._run(work)
        except (Stale, NotSo, AssistantError) as refused:
            self.seen[f"refused {type(refused).__name__}"] += 1
