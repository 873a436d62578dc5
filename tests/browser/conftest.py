"""A real server and a real browser that can reach nothing but it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, async_playwright

_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_OURS = re.compile(r"(?:https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:")


class Server:
    """`deskmate serve` in a process of its own; it can be stopped and started on the same state."""

    def __init__(self, home: Path, *command: str, **environment: str) -> None:
        self.home = home
        self._command = command or ("app", "serve")
        self._environment = environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def password(self) -> str:
        """The one that the first start has made."""
        return (self.home / "demo_password").read_text().strip()

    async def start(self) -> None:
        """Start, and wait until every engine answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHAINLIT_")}
        environment |= {"DESKMATE_HOME": str(self.home), "DESKMATE_PORT": str(self.port), "DESKMATE_HOST": "127.0.0.1"}
        with (self.home / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *self._command, env=environment | self._environment, stdout=log, stderr=log
            )
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(240):
                assert self._process.returncode is None, (self.home / "server.log").read_text()
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.25)
        raise AssertionError((self.home / "server.log").read_text())

    async def stop(self) -> None:
        """Stop, and wait until it is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all browser tests; each logs in anew and opens rooms of its own."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the system's chromium to run the browser tests")
    running = Server(tmp_path_factory.mktemp("home"))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield launched
        await launched.close()


@pytest.fixture
async def context(server: Server, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser profile of one's own. Fails the test when a page asked for anything outside, or broke."""
    outside: list[str] = []
    broken: list[str] = []

    async def guard(route: Route, request: Request) -> None:
        if _OURS.match(request.url):
            await route.continue_()
        else:
            outside.append(request.url)
            await route.abort()

    def watch(page: Page) -> None:
        page.on("websocket", lambda socket: outside.append(socket.url) if not _OURS.match(socket.url) else None)
        page.on("pageerror", lambda error: broken.append(str(error)))

    profile = await browser.new_context(
        base_url=server.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}
    )
    profile.set_default_timeout(20_000)
    profile.on("page", watch)
    await profile.route("**/*", guard)
    yield profile
    await profile.close()
    assert not outside, "the page asked for something outside"
    assert not broken


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """An empty tab."""
    return await context.new_page()
