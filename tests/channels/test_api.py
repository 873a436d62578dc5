"""The HTTP endpoint as OpenAI's clients see it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.channels.api import Api
from app.main import Deskmate
from tests.conftest import clock


@pytest.fixture(scope="session")
async def client(shared_house: Deskmate) -> AsyncIterator[httpx.AsyncClient]:
    async def broken() -> None:
        raise RuntimeError("secret of an engine")

    app, house = FastAPI(), shared_house
    app.state.pings = {"records": house.records.ping, "knowledge": house.knowledge.ping}
    app.state.broken = broken
    Api(house.gateway, house.identity, house.metrics, clock, app.state.pings).add_to(app)
    transport = httpx.ASGITransport(app=app)
    headers = {"authorization": f"Bearer {house.identity.token('E1002')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as made:
        made.app = app  # type: ignore[attr-defined]
        yield made


def said(text: str, model: str = "deskmate", **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 200 and ready.json()["engines"] == {"records": "ok", "knowledge": "ok"}


async def test_an_engine_that_is_down_makes_it_not_ready(client: httpx.AsyncClient) -> None:
    app = client.app  # type: ignore[attr-defined]
    app.state.pings["broken"] = app.state.broken
    try:
        answer = await client.get("/readyz")
    finally:
        del app.state.pings["broken"]
    assert answer.status_code == 503
    assert "secret" not in answer.text


async def test_the_assistants_are_the_models(client: httpx.AsyncClient) -> None:
    names = [one["id"] for one in (await client.get("/v1/models")).json()["data"]]
    assert names[0] == "deskmate" and {"office", "credit", "fx", "research"} <= set(names)


async def test_an_answer_and_what_it_stands_on(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/v1/chat/completions", json=said("李娜的分机是多少", "office"))).json()
    assert "6102" in answer["choices"][0]["message"]["content"]
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["deskmate"]["speakers"] == ["office"]


async def test_a_stream_says_the_same(client: httpx.AsyncClient) -> None:
    whole = (await client.post("/v1/chat/completions", json=said("李娜的分机是多少", "office"))).json()
    words, last = "", ""
    async with client.stream(
        "POST", "/v1/chat/completions", json=said("李娜的分机是多少", "office", stream=True)
    ) as got:
        assert got.headers["content-type"].startswith("text/event-stream")
        async for line in got.aiter_lines():
            if line.startswith("data: {"):
                words += json.loads(line[6:])["choices"][0]["delta"].get("content", "")
            last = line or last
    assert last == "data: [DONE]"
    assert words.strip() == whole["choices"][0]["message"]["content"].strip()


async def test_earlier_messages_are_known(client: httpx.AsyncClient) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": "您好。"},
        {"role": "user", "content": [{"type": "text", "text": "李娜的分机是多少"}]},
    ]
    answer = await client.post("/v1/chat/completions", json={"model": "office", "messages": messages})
    assert "6102" in answer.json()["choices"][0]["message"]["content"]


async def test_user_is_ignored_for_the_token(client: httpx.AsyncClient) -> None:
    body = said("客户要买100万美元，3个月远期", "fx", user="E9001")
    answer = (await client.post("/v1/chat/completions", json=body)).json()
    assert not answer["deskmate"]["refused"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "BAD_REQUEST"),
        (b'{"model": "deskmate"}', 400, "BAD_REQUEST"),
        (json.dumps(said("x", "nobody")).encode(), 404, "NO_MODEL"),
        (json.dumps({"model": "fx", "messages": []}).encode(), 400, "NO_MESSAGE"),
        (json.dumps(said("  ")).encode(), 400, "EMPTY"),
        (json.dumps(said("长" * 30000)).encode(), 400, "TOO_LONG"),
        (b"x" * (5 * 2**20), 413, "TOO_LARGE"),
        (
            json.dumps({"model": "fx", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}).encode(),
            400,
            "NOT_TEXT",
        ),
    ],
)
async def test_bad_requests_in_openai_shape(client: httpx.AsyncClient, body: bytes, status: int, code: str) -> None:
    answer = await client.post("/v1/chat/completions", content=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code and error["message"] and set(error) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
async def test_without_a_genuine_token_nothing_is_said(client: httpx.AsyncClient, header: str) -> None:
    for path in ("/v1/chat/completions", "/v1/models"):
        method = "GET" if path.endswith("models") else "POST"
        answer = await client.request(method, path, json=said("你好"), headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "authentication_error"


async def test_metrics_hold_no_words(client: httpx.AsyncClient) -> None:
    await client.post("/v1/chat/completions", json=said("李娜的分机是多少", "office"))
    text = (await client.get("/metrics")).text
    assert 'deskmate_turns_total{channel="http"' in text
    assert "李娜" not in text and "E1002" not in text


async def test_rooms_of_requests_are_not_listed(client: httpx.AsyncClient, shared_house: Deskmate) -> None:
    await client.post("/v1/chat/completions", json=said("李娜的分机是多少", "office"))
    assert not [room for room, _ in await shared_house.gateway.desk.rooms("E1002") if room.id.startswith("http-")]
