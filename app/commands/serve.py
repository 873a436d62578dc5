"""`deskmate serve`: chat, HTTP API and terminal in one process."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import sys
from typing import TYPE_CHECKING

from app.commands.batch import say
from app.commands.forget import erase_daily
from app.core.errors import AssistantError
from app.core.settings import Settings
from app.main import Deskmate, opened
from app.rooms import domain, domains, now, tend_domains

if TYPE_CHECKING:
    from uvicorn import Server


async def serve(settings: Settings) -> int:
    """Serve until stopped. Refuses any address but loopback while the demonstration log-in is on."""
    if not _loopback(settings.host):
        print(say("not_loopback", host=settings.host), file=sys.stderr)
        return 2
    async with opened(settings) as house:
        warming = asyncio.create_task(house.models.warm())
        server = build_server(house)
        await house.knowledge.warm()
        # What is there now stays: the collector need not walk through it again while people wait.
        gc.freeze()
        settling = asyncio.create_task(asyncio.to_thread(_warm_domains, settings))
        tending = asyncio.create_task(house.approvals.tend(now))
        walking = asyncio.create_task(_walk_on(house))
        handing_over = asyncio.create_task(tend_domains(house.database, settings))
        turning = asyncio.create_task(house.shelf.tend(now))
        catching_up = asyncio.create_task(house.knowledge.catch_up())
        watching = asyncio.create_task(house.imports.watch(house.knowledge.folder_watches()))
        erasing = asyncio.create_task(erase_daily(settings, house.erasure, house.audit))
        url = f"http://{settings.host}:{settings.port}"
        print(say("serving", url=url, password=house.sign_in.password), file=sys.stderr, flush=True)
        await server.serve()
        for task in (warming, settling, tending, walking, handing_over, turning, catching_up, watching, erasing):
            task.cancel()
    return 0


async def _walk_on(house: Deskmate) -> None:
    """Go on with durable work and runs of workflows that an earlier process left, then look after them."""
    try:
        await house.durable.open()
    except AssistantError as error:  # every need of it tries again
        print(f"{error.code}: {error.message}", file=sys.stderr)
    await house.tasks.tend()


def build_server(house: Deskmate) -> Server:
    """The HTTP server with everything that listens: the API and the browser's chat."""
    import uvicorn
    from fastapi import FastAPI

    from app.channels import browser
    from app.channels.api import Api

    app = FastAPI(title="Deskmate", docs_url=None, redoc_url=None, openapi_url=None)
    pings = {"records": house.records.ping, "knowledge": house.knowledge.ping, "models": house.models.ping}
    Api(house.gateway, house.identity, house.metrics, now, pings).add_to(app)
    browser.mount(app, house.gateway, house.settings, house.sign_in, house.notices, house.bus)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=house.settings.host,
            port=house.settings.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def _warm_domains(settings: Settings) -> None:
    """Load what the domains load at first use, before the first person waits for it."""
    for name in domains():
        getattr(domain(name), "warm", lambda content, home: None)(settings.content, settings.home)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
