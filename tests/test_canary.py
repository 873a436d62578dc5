"""Planted identities through every channel, skill and kind of file: nothing of them leaves, nothing lies open.

Over 2,000 turns against a real server, with a model that says back what it hears, calls skills with it, talks nonsense
or fails. Afterwards everything that could have kept something is read as bytes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from tests.browser.conftest import Server
from tests.canary import files_of, identities, leaks, turns
from tests.scripted_model import Answer, ScriptedModel, both, calls, empty, fails, garbage, says

HTTP_TURNS, BROWSER_TURNS, COMMAND_TURNS = 1300, 500, 240
AT_ONCE = 6
A_TALK = 5  # messages of one room
HANG_S = 60.0
STAFF = ("E1001", "E1002", "E2001", "E3001", "E4001", "E5001", "E6001")


def echoing_model() -> Any:
    """Each kind of answer in turn, made of what the request says."""
    count = itertools.count()

    def answer(body: Mapping[str, Any]) -> Answer:
        last = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
        offered = [tool["function"]["name"] for tool in body.get("tools", ())]
        kind = next(count) % 12
        if body["messages"][-1]["role"] == "tool" or kind in (0, 1, 2):
            return says(*re.findall(r".{1,7}", f"您说的是：{last}", re.S))
        if kind in (3, 4, 5) and offered:
            name = offered[kind * 7 % len(offered)]
            return calls(name, {parameter: last for parameter in _parameters(body, name)})
        if kind in (6, 7) and offered:
            return both(says("我来办理：", last), calls(offered[0], json.dumps({"who": last}, ensure_ascii=False)))
        return {8: fails(500), 9: empty(), 10: garbage(), 11: says("<PERSON_1>", "的", "<BANK_CARD_9>")}.get(
            kind, says(last)
        )

    return answer


def _parameters(body: Mapping[str, Any], name: str) -> list[str]:
    tool = next(one["function"] for one in body["tools"] if one["function"]["name"] == name)
    return list(tool["parameters"].get("required", ()))


async def over_http(server: Server, environment: Mapping[str, str]) -> int:
    """Every message over the API, streaming or not; the number of answers."""
    tokens = [await _run(environment, "token", person) for person in STAFF]
    gate, answered = asyncio.Semaphore(AT_ONCE), 0

    async def one(client: httpx.AsyncClient, number: int, text: str) -> None:
        nonlocal answered
        async with gate:
            body = {"model": "deskmate", "stream": bool(number % 2), "messages": [{"role": "user", "content": text}]}
            headers = {"Authorization": f"Bearer {tokens[number % len(tokens)].strip()}"}
            answer = await client.post(f"{server.url}/v1/chat/completions", json=body, headers=headers)
            assert answer.status_code < 500, answer.text
            answered += 1

    async with httpx.AsyncClient(timeout=HANG_S, trust_env=False) as client:
        await asyncio.gather(*(one(client, number, text) for number, (_, text) in enumerate(turns(HTTP_TURNS))))
        return answered


class Tab:
    """One browser tab on the real Socket.IO channel, with files."""

    def __init__(self, server: Server, cookie: str) -> None:
        self._server, self._cookie = server, cookie
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._thread, self._session = str(uuid.uuid4()), str(uuid.uuid4())
        self._done = asyncio.Event()
        self._client.on("task_end", self._ended)

    async def _ended(self, *_: object) -> None:
        self._done.set()

    async def open(self) -> None:
        """Connect as the page does."""
        auth = {"clientType": "webapp", "sessionId": self._session, "threadId": "", "userEnv": "{}", "chatProfile": ""}
        await self._client.connect(
            self._server.url,
            socketio_path="ws/socket.io",
            transports=["websocket"],
            headers={"Cookie": self._cookie},
            wait_timeout=30,
            auth=auth,
        )
        await self._client.emit("connection_successful")
        await asyncio.wait_for(self._done.wait(), HANG_S)

    async def say(self, text: str, files: list[dict[str, str]] | None = None) -> None:
        """One message, until it is answered."""
        self._done.clear()
        message = {
            "id": str(uuid.uuid4()),
            "threadId": self._thread,
            "name": "user",
            "type": "user_message",
            "output": text,
            "createdAt": datetime.now(UTC).isoformat(),
        }
        await self._client.emit("client_message", {"message": message, "fileReferences": files or []})
        await asyncio.wait_for(self._done.wait(), HANG_S)

    async def upload(self, client: httpx.AsyncClient, name: str, content: bytes) -> list[dict[str, str]]:
        """The reference of an uploaded file; none where it is refused."""
        answer = await client.post(
            f"{self._server.url}/project/file",
            params={"session_id": self._session},
            files={"file": (name, content)},
            headers={"Cookie": self._cookie},
        )
        assert answer.status_code < 500, answer.text
        return [{"id": answer.json()["id"]}] if answer.is_success else []

    async def close(self) -> None:
        """Leave."""
        await self._client.disconnect()


async def in_the_browser(server: Server) -> int:
    """Talks in browser tabs, each of a few messages, every second one with a file; the number of answers."""
    answered = 0
    async with httpx.AsyncClient(timeout=HANG_S, trust_env=False) as client:
        cookies = []
        for person in STAFF:
            answer = await client.post(f"{server.url}/login", data={"username": person, "password": server.password})
            cookies.append("; ".join(f"{name}={value}" for name, value in answer.cookies.items()))
            client.cookies.clear()
        said = list(turns(BROWSER_TURNS, start=5_000))
        talks = [said[place : place + A_TALK] for place in range(0, len(said), A_TALK)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def talk(number: int) -> None:
            nonlocal answered
            async with gate:
                tab = Tab(server, cookies[number % len(cookies)])
                await tab.open()
                for place, (who, text) in enumerate(talks[number]):
                    files = files_of(who)
                    name, content = files[(number + place) % len(files)]
                    references = await tab.upload(client, name, content) if place == 0 else []
                    await tab.say("@信贷 分析一下我上传的财务报表" if references else text, references)
                    answered += 1
                await tab.close()

        await asyncio.gather(*(talk(number) for number in range(len(talks))))
    return answered


async def by_command(environment: Mapping[str, str], folder: Path) -> int:
    """A batch of `deskmate ask`, with files; the number of answers."""
    lines = []
    for number, (who, text) in enumerate(turns(COMMAND_TURNS, start=9_000)):
        line: dict[str, Any] = {
            "text": text,
            "as": STAFF[number // A_TALK % len(STAFF)],
            "room": f"canary-{number // A_TALK}",
        }
        if number % 10 == 0:
            name, content = files_of(who)[number // 10 % 7]
            (folder / name).write_bytes(content)
            line["files"] = [str(folder / name)]
        lines.append(json.dumps(line, ensure_ascii=False))
    answers = await _run(environment, "ask", "--jsonl", given="\n".join(lines) + "\n", codes=(0, 1))
    return len(answers.splitlines())


async def _run(environment: Mapping[str, str], *command: str, given: str = "", codes: tuple[int, ...] = (0,)) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        *command,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(given.encode())
    assert process.returncode in codes and out, errors.decode()[-2000:]
    assert not leaks(errors), "an error of a command names personal data"
    return out.decode()


@pytest.mark.timeout(900)
async def test_nothing_planted_comes_out_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "files").mkdir()
    async with ScriptedModel(echoing_model()) as model:
        environment = {
            "DESKMATE_HOME": str(home),
            "DESKMATE_SECRET": "canary-secret",
            "DESKMATE_MODEL": "openai/scripted",
            "DESKMATE_MODEL_BASE_URL": model.base_url,
            "DESKMATE_MODEL_KEY": "sk-scripted",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        server = Server(home)
        await server.start()
        try:
            answered = await over_http(server, environment) + await in_the_browser(server)
            async with httpx.AsyncClient(trust_env=False) as client:
                metrics = (await client.get(f"{server.url}/metrics")).text
        finally:
            await server.stop()
        answered += await by_command(environment, tmp_path / "files")
        assert answered == HTTP_TURNS + BROWSER_TURNS + COMMAND_TURNS >= 2000
        asked = len(model.requests)
        assert asked > 500, "the model was hardly asked"
        assert leaks(model.heard) == [], "personal data reached the model"
    assert leaks(metrics) == []
    assert leaks(await _run(environment, "audit", "export")) == []
    assert await _run(environment, "audit", "verify")
    kept = [path for path in home.rglob("*") if path.is_file() and path.parts[len(home.parts)] != "exports"]
    assert {"deskmate.db", "server.log"} <= {path.name for path in kept}
    open_data = {str(path.relative_to(home)): found for path in kept if (found := leaks(path.read_bytes()))}
    assert open_data == {}
    assert not [path.name for path in kept if leaks(path.name)]


def test_the_canary_can_be_found() -> None:
    """A test that cannot fail is a defect: each value is found as text, as JSON, and in a Chinese file."""
    who = identities()[7]
    for value in who.values:
        assert leaks(f"…{value}…") == [value]
        assert leaks(json.dumps({"x": value})) == [value]
    assert leaks(who.person.encode("gb18030")) == [who.person]
    assert leaks("一切正常") == []
