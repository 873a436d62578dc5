"""Where alarms go: e-mail by SMTP, and a signed webhook."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from app.core.texts import Texts
from app.engines.alarming.alarm import Alarm, Undeliverable
from app.engines.alarming.rules import Email, Webhook

_PATIENCE = 10.0  # seconds for one answer of a server
_LONGEST = 30.0  # seconds for one delivery


class MailReceiver:
    """E-mail. Never falls back to a connection in the clear, and says no password over one."""

    name = "email"

    def __init__(self, rules: Email, user: str, password: str, texts: Texts) -> None:
        self._rules = rules
        self._user = user
        self._password = password
        self._texts = texts

    async def tell(self, alarm: Alarm) -> None:
        """Hand the mail to the SMTP server."""
        message = EmailMessage()
        message["Subject"] = alarm.subject(self._texts)
        message["From"] = self._rules.sender
        message["To"] = ", ".join(self._rules.to)
        message["Date"] = formatdate(alarm.at.timestamp())
        message["Message-ID"] = make_msgid(domain="deskmate.local")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(alarm.text(self._texts))
        async with asyncio.timeout(_LONGEST):
            await _in_thread(lambda: self._deliver(message))

    def _deliver(self, message: EmailMessage) -> None:
        rules = self._rules
        trust = ssl.create_default_context(cafile=str(rules.ca_file) if rules.ca_file else None)
        if self._user and rules.security == "none":
            raise Undeliverable("a password needs an encrypted connection")
        try:
            with (
                smtplib.SMTP_SSL(rules.host, rules.port, timeout=_PATIENCE, context=trust)
                if rules.security == "tls"
                else smtplib.SMTP(rules.host, rules.port, timeout=_PATIENCE)
            ) as server:
                if rules.security == "starttls":
                    server.starttls(context=trust)
                if self._user:
                    self._log_in(server)
                server.send_message(message)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            raise Undeliverable(type(error).__name__) from None

    def _log_in(self, server: smtplib.SMTP) -> None:
        """Once, by one way: `smtplib.login` would try a wrong password by every way that the server knows."""
        server.ehlo_or_helo_if_needed()
        server.user, server.password = self._user, self._password
        ways = server.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            server.auth("PLAIN", server.auth_plain)
        elif "LOGIN" in ways:
            server.auth("LOGIN", server.auth_login)
        else:
            raise smtplib.SMTPNotSupportedError


class WebhookReceiver:
    """A POST of JSON. `X-Deskmate-Signature` is HMAC-SHA-256 over `X-Deskmate-Timestamp`, a full stop and the body."""

    name = "webhook"

    def __init__(self, rules: Webhook, key: str, texts: Texts) -> None:
        self._rules = rules
        self._key = key
        self._texts = texts

    async def tell(self, alarm: Alarm) -> None:
        """Post it; redirections are not followed."""
        import httpx

        content = {**alarm.detail, "at": alarm.at.isoformat(timespec="seconds"), "text": alarm.text(self._texts)}
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = str(int(time.time()))
        headers = {"Content-Type": "application/json", "X-Deskmate-Timestamp": timestamp}
        if self._key:
            signed = hmac.new(self._key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
            headers["X-Deskmate-Signature"] = f"sha256={signed.hexdigest()}"
        trust = ssl.create_default_context(cafile=str(self._rules.ca_file) if self._rules.ca_file else None)
        async with asyncio.timeout(_LONGEST):
            async with httpx.AsyncClient(verify=trust, timeout=_PATIENCE, trust_env=False) as client:
                answer = await client.post(self._rules.url, content=body, headers=headers)
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise ConnectionError(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise Undeliverable(f"HTTP {answer.status_code}")


async def _in_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread that nobody waits for at the end of the process: a server may hang for long."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: Exception | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: Exception | None = None
        try:
            work()
        except Exception as raised:
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=run, name="alarm", daemon=True).start()
    await done
