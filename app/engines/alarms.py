"""Alarms: figures of the audit against their thresholds; past one, people are told. No turn ever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.core.audit import AuditEntry
from app.core.errors import place_of
from app.core.ports import AuditLog
from app.core.settings import Settings
from app.core.texts import Texts
from app.engines.alarming.alarm import Alarm, Receiver, Undeliverable
from app.engines.alarming.rules import AlarmRules, Count, Rate, read_rules
from app.engines.alarming.window import Window

_WAITING = 100  # alarms that wait to be told; more are counted as dropped
_PAUSES = (0.0, 2.0, 10.0, 60.0)  # seconds before each try
_AT_THE_END = 3.0  # seconds in which what waits is still told when the house closes
_log = logging.getLogger("deskmate.alarms")


class Alarms:
    """Watches the audit (`ports.AuditWatcher`). Figures are those of this process."""

    def __init__(
        self,
        rules: AlarmRules,
        receivers: Iterable[Receiver],
        *,
        clock: Callable[[], float] = time.monotonic,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._rules = rules
        self._receivers = tuple(receivers)
        self._clock = clock
        self._pauses = tuple(pauses)
        self._waiting: asyncio.Queue[Alarm] = asyncio.Queue(_WAITING)
        thresholds = {name: getattr(rules.thresholds, name) for name in type(rules.thresholds).model_fields}
        self._thresholds: dict[str, Rate | Count] = {name: one for name, one in thresholds.items() if one}
        self._windows = {name: Window(one.minutes * 60) for name, one in self._thresholds.items()}
        self._quiet_until: dict[str, float] = {}

    def audited(self, entry: AuditEntry) -> None:
        """Count one entry, and raise an alarm where a figure is past its threshold."""
        if entry.what == "turn":
            self._count("refusal_rate", hit=entry.decision == "refuse")
            self._count("violation_rate", hit=False)
        elif entry.what == "output":
            # Its turn's own entry comes right after: that one counts the turn, and looks at the figure.
            if window := self._windows.get("violation_rate"):
                window.add(self._clock(), hit=True, one_more=False)
        elif entry.what == "feedback" and entry.decision == "down" and entry.detail.get("refused") is True:
            self._count("false_positive_reports", hit=True)
        elif entry.what == "login" and entry.decision == "refuse":
            self._count("refused_log_ins", hit=True)
        elif entry.what == "action.failed":
            self._count("failed_actions", hit=True)
        elif entry.what == "audit.broken":
            self._count("audit_broken", hit=True)

    def _count(self, name: str, *, hit: bool) -> None:
        threshold, window = self._thresholds.get(name), self._windows.get(name)
        if threshold is None or window is None:
            return
        now = self._clock()
        window.add(now, hit=hit)
        if isinstance(threshold, Rate):
            figure, limit, turns = window.hits / max(window.all, 1), threshold.above, window.all
            past = turns >= threshold.at_least and figure > limit
        else:
            figure, limit, turns = float(window.hits), float(threshold.count), 0
            past = figure >= limit
        if past and now >= self._quiet_until.get(name, now):
            self._quiet_until[name] = now + self._rules.cool_down_minutes * 60
            self._raise(Alarm(name, figure, limit, turns, threshold.minutes, datetime.now(UTC)))

    def _raise(self, alarm: Alarm) -> None:
        _log.warning("alarm %s: %.4g past %.4g", alarm.name, alarm.figure, alarm.threshold)
        try:
            self._waiting.put_nowait(alarm)
        except asyncio.QueueFull:
            _log.error("alarm %s was dropped: too many wait to be told", alarm.name)

    @asynccontextmanager
    async def watching(self, audit: AuditLog) -> AsyncIterator[None]:
        """While open, alarms are told; at the end what waits has a few seconds."""
        telling = asyncio.create_task(self._tell_all(audit))
        try:
            yield
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AT_THE_END):
                    await self._waiting.join()
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    async def _tell_all(self, audit: AuditLog) -> None:
        while True:
            alarm = await self._waiting.get()
            try:
                await self._noted(audit, alarm, "raised")
                await asyncio.gather(*(self._tell(audit, alarm, receiver) for receiver in self._receivers))
            finally:
                self._waiting.task_done()

    async def _tell(self, audit: AuditLog, alarm: Alarm, receiver: Receiver) -> None:
        for pause in self._pauses:
            await asyncio.sleep(pause)
            try:
                await receiver.tell(alarm)
            except Undeliverable as error:
                _log.error("alarm %s by %s: %s", alarm.name, receiver.name, error)
                break
            except Exception as error:
                _log.warning("alarm %s by %s: %s", alarm.name, receiver.name, place_of(error))
            else:
                return await self._noted(audit, alarm, "sent", receiver.name)
        await self._noted(audit, alarm, "failed", receiver.name)

    async def _noted(self, audit: AuditLog, alarm: Alarm, decision: str, receiver: str = "") -> None:
        detail = {**alarm.detail, **({"receiver": receiver} if receiver else {})}
        try:
            await audit.append(AuditEntry("alarm", "", "", "", "", "", decision, detail))
        except Exception as error:  # an alarm goes out also when the audit cannot be written
            _log.error("alarm %s (%s) not audited: %s", alarm.name, decision, place_of(error))


def build_alarms(settings: Settings) -> Alarms:
    """By `config/alarms.yaml`. Raises `ContentError` with file and line."""
    rules = read_rules(settings.content / "config" / "alarms.yaml")
    return Alarms(rules, _receivers(rules, settings) if rules.email or rules.webhook else ())


def _receivers(rules: AlarmRules, settings: Settings) -> Iterator[Receiver]:
    # Imported only where somebody is told: mail and web cost every start 15 ms otherwise.
    from app.engines.alarming.receivers import MailReceiver, WebhookReceiver

    texts = Texts(Path(__file__).parent / "alarming" / "texts")
    if rules.email:
        yield MailReceiver(rules.email, settings.smtp_user, settings.smtp_password, texts)
    if rules.webhook:
        if not settings.webhook_key:
            _log.warning("DESKMATE_WEBHOOK_KEY is not set: the webhook is not signed")
        yield WebhookReceiver(rules.webhook, settings.webhook_key, texts)


def check_content(content: Path) -> None:
    """Raises `ContentError` for a mistake in `config/alarms.yaml`."""
    read_rules(content / "config" / "alarms.yaml")
