"""The market from a data system, over a real connection: what is believed, what is refused, what is kept."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.assistant import ContentError
from app.core.errors import SkillFailed
from app.core.skill import Result
from skills.fx import check_content, market_source
from skills.fx.clients import read_clients
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.deal import Deal, ElementName, Said
from skills.fx.last_prices import keep_last, last_prices
from skills.fx.market import read_market
from skills.fx.market_http import TOKEN, SourceFailed, fetched
from skills.fx.market_source import current_market
from skills.fx.offer import offered
from skills.fx.quote import quote
from skills.fx.source_rules import Http, SourceRules, read_source_rules
from skills.fx.words import say
from tests.skills.context import CONTENT, FakeDatabase, context
from tests.skills.data_system import (
    NOW,
    Answer,
    DataSystem,
    as_json,
    asking,
    content,
    dollar,
    figures,
    http,
    market,
)

RULES = read_dealing_rules(CONTENT)


def dollars() -> Deal:
    """A client buys dollars, spot."""
    values: dict[ElementName, str] = {"side": "buy", "base": "USD", "quote": "CNY", "product": "spot"}
    elements = {name: Said(value, "E1002", "t1", NOW) for name, value in values.items()}
    return Deal("FX20261123-0001", "r1", "checked", 3, "E1002", "城东支行", NOW, NOW, elements)


@pytest.fixture
async def system() -> AsyncIterator[DataSystem]:
    async with DataSystem().running() as running:
        yield running


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[FakeDatabase]:
    made = await FakeDatabase(tmp_path / "fx.db").open()
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every turn asks anew, and everything is written at once; two tests put the seconds back."""
    for name in ("_FRESH", "_REST", "_KEPT_EVERY"):
        monkeypatch.setattr(market_source, name, 0.0)


async def test_the_market_of_the_data_system_is_used_to_the_last_digit(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    market = await current_market(asking(tmp_path, database, system.port))
    assert market.pairs["USD/CNY"].spot == (Decimal("6.8305"), Decimal("6.8335"))
    assert (market.source, market.as_of, market.refused) == ("测试行情系统", NOW, {})
    assert "accept: application/json" in system.asked[0].lower()


async def test_a_second_long_the_answer_is_taken_as_it_is(
    tmp_path: Path, database: FakeDatabase, system: DataSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_source, "_FRESH", 60.0)
    ctx = asking(tmp_path, database, system.port)
    await asyncio.gather(*(current_market(ctx) for _ in range(20)))
    await current_market(ctx)
    assert len(system.asked) == 1


async def test_a_dead_system_is_left_alone_for_a_while(
    tmp_path: Path, database: FakeDatabase, system: DataSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_source, "_REST", 60.0)
    system.answer = http("", "503 Service Unavailable")
    ctx = asking(tmp_path, database, system.port)
    for _ in range(3):
        with pytest.raises(SkillFailed, match="行情源拒绝或出错"):
            await current_market(ctx)
    assert len(system.asked) == 1


async def test_the_token_comes_from_the_environment_alone(
    system: DataSystem, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rules = Http(url=f"http://127.0.0.1:{system.port}/market")
    await fetched(rules, {})
    assert "authorization" not in system.asked[-1].lower()
    with caplog.at_level(logging.DEBUG):
        await fetched(rules, {TOKEN: "invented-token"})
    assert "Authorization: Bearer invented-token" in system.asked[-1]
    assert "invented-token" not in caplog.text


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: no single wait is long, the whole is endless."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


NOT_A_MARKET: dict[str, tuple[Answer, str]] = {
    "silent": (silence, "slow"),
    "dripping": (drip, "slow"),
    "endless": (endless, "large"),
    "huge": (http(b" " * 30_000), "large"),
    "error": (http("{}", "500 Internal Server Error"), "answer"),
    "not modified": (http("", "304 Not Modified"), "answer"),
    "elsewhere": (http("", "302 Found", "Location: https://other.example/market"), "elsewhere"),
    "other port": (http("", "302 Found", "Location: http://127.0.0.1:9/market"), "elsewhere"),
    "in circles": (http("", "302 Found", "Location: /market"), "elsewhere"),
    "packed": (http(b"\x1f\x8b", "200 OK", "Content-Encoding: gzip"), "shape"),
    "not HTTP": (http("", "nonsense"), "dead"),
    "page": (http("<html>please log in</html>"), "shape"),
    "not UTF-8": (http(b"\xff\xfe{}"), "shape"),
    "deep": (http("[" * 15_000), "shape"),
    "list": (as_json([1, 2]), "shape"),
    "no pairs": (as_json({**figures(), "pairs": {}}), "shape"),
    "no time": (as_json({name: one for name, one in figures().items() if name != "as_of"}), "shape"),
    "time without zone": (as_json({**figures(), "as_of": "2026-11-23T10:00:00"}), "shape"),
    "unknown key": (as_json({**figures(), "more": 1}), "shape"),
    "no numbers": (http(json.dumps(figures()).replace("6.8305", "NaN")), "shape"),
    "of another age": (as_json({**figures(), "as_of": "1492-01-01T00:00:00Z"}), "shape"),
    "tomorrow's": (as_json(figures(NOW + timedelta(hours=1))), "future"),
}


@pytest.mark.parametrize("name", NOT_A_MARKET)
async def test_what_is_no_market_is_refused_with_the_reason_and_the_last_good_one_kept(
    name: str, tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    answer, why = NOT_A_MARKET[name]
    system.answer = answer
    patience = 0.3 if why == "slow" else 10
    ctx = asking(tmp_path, database, system.port, patience=patience)
    reason = say(f"market_failed_{why}")
    with pytest.raises(SkillFailed) as raised:
        await current_market(ctx)
    assert raised.value.code == "FX_NO_MARKET" and reason in raised.value.message
    system.answer = as_json(figures(NOW - timedelta(minutes=3)))
    good = await current_market(asking(tmp_path, database, system.port))
    system.answer = answer
    asking(tmp_path, database, system.port, patience=patience)
    kept = await current_market(ctx)
    assert kept.pairs == good.pairs and kept.as_of == NOW - timedelta(minutes=3)
    assert reason in kept.source and "沿用最后一次行情" in kept.source


async def test_a_system_that_cannot_be_reached(tmp_path: Path, database: FakeDatabase, system: DataSystem) -> None:
    ctx = asking(tmp_path, database, system.port)
    await current_market(ctx)
    system.stop()
    assert "连不上行情源" in (await current_market(ctx)).source
    fresh = await FakeDatabase(tmp_path / "other.db").open()
    with pytest.raises(SkillFailed, match="连不上行情源"):
        await current_market(replace(ctx, database=fresh))
    await fresh.close()


async def test_a_redirection_within_the_house_is_followed(system: DataSystem) -> None:
    first = True

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal first
        await (http("", "307 Temporary Redirect", "Location: /v2/market") if first else as_json(figures()))(writer)
        first = False

    system.answer = answer
    await fetched(Http(url=f"http://127.0.0.1:{system.port}/market"), {TOKEN: "invented-token"})
    assert system.asked[1].startswith("GET /v2/market ")


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this machine that nobody vouches for, and a server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "market")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "market.pem", folder / "market.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, private)
    return public, server


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    public, tls = certificate(tmp_path)
    async with DataSystem().running(tls) as system:
        url = f"https://127.0.0.1:{system.port}/market"
        with pytest.raises(SourceFailed) as refused:
            await fetched(Http(url=url), {TOKEN: "invented-token"})
        assert refused.value.why == "dead" and system.asked == []
        assert (await fetched(Http(url=url, ca_file=public)))["source"] == "测试行情系统"


async def test_after_a_restart_the_last_good_prices_are_still_known(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    system.answer = as_json(figures(NOW - timedelta(minutes=20)))
    await current_market(asking(tmp_path, database, system.port))
    again = await FakeDatabase(tmp_path / "fx.db").open()
    system.answer = as_json(figures(USD_CNY=dollar(68.305, 68.335)))
    ctx = asking(tmp_path, again, system.port)
    assert (await current_market(ctx)).refused["USD/CNY"].why == "moved"
    system.stop()
    once_more = await FakeDatabase(tmp_path / "fx.db").open()
    kept = await current_market(replace(ctx, database=once_more))
    assert "连不上行情源" in kept.source and set(kept.pairs) == {"USD/JPY", "EUR/USD"} and kept.as_of == NOW
    await again.close()
    await once_more.close()


async def test_of_two_processes_the_one_with_the_newer_price_is_remembered(database: FakeDatabase) -> None:
    newer, older = (market(at, Decimal("6.83"), Decimal("6.84")) for at in (NOW, NOW - timedelta(seconds=1)))
    await asyncio.gather(keep_last(database, {"USD/CNY": newer}), keep_last(database, {"USD/CNY": newer}))
    await keep_last(database, {"USD/CNY": older})
    assert (await last_prices(database))["USD/CNY"] == newer
    newest = market(NOW + timedelta(microseconds=1), Decimal("6.84"), Decimal("6.85"))
    await keep_last(database, {"USD/CNY": newest})
    assert await last_prices(database) == {"USD/CNY": newest}


async def test_the_kept_market_grows_old_and_is_not_dealt_on(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    ctx = asking(tmp_path, database, system.port)
    await current_market(ctx)
    system.stop()
    later = replace(ctx, now=NOW + timedelta(minutes=16))
    shown = await quote.function(later, "买100万美元")
    assert isinstance(shown, Result) and "行情已过时" in shown.text and "连不上行情源" in shown.text
    with pytest.raises(SkillFailed) as refused:
        offered(await current_market(later), dollars(), read_clients(CONTENT)[0], RULES, now=later.now, by="fx")
    assert refused.value.code == "FX_STALE"
    in_time = replace(ctx, now=NOW + timedelta(minutes=14))
    made = offered(await current_market(in_time), dollars(), read_clients(CONTENT)[0], RULES, now=in_time.now, by="fx")
    assert made.market_at == NOW and "沿用最后一次行情" in made.source


async def test_a_turn_in_which_a_model_thought_for_long_is_not_told_that_the_clock_is_wrong(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    began = datetime.now(UTC) - timedelta(minutes=3)
    system.answer = as_json(figures(began + timedelta(minutes=3)))
    assert (await current_market(asking(tmp_path, database, system.port, began))).as_of == began


async def test_a_clock_that_jumps_is_noticed(tmp_path: Path, database: FakeDatabase, system: DataSystem) -> None:
    ctx = asking(tmp_path, database, system.port)
    system.answer = as_json(figures(NOW + timedelta(seconds=2)))
    assert (await current_market(ctx)).as_of == NOW  # it came while the turn was under way
    with pytest.raises(SkillFailed, match="晚于现在"):
        await current_market(replace(ctx, now=NOW - timedelta(hours=1)))
    system.answer = as_json(figures(NOW - timedelta(hours=1)))
    older = await current_market(ctx)
    assert older.as_of == NOW and "更旧" in older.source
    shown = await quote.function(replace(ctx, now=NOW - timedelta(hours=1)), "买100万美元")
    assert isinstance(shown, Result) and "晚于现在" in shown.text and "price" not in shown.data


async def test_a_slow_system_holds_up_nobody_but_who_asks(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    ctx = asking(tmp_path, database, system.port)
    await current_market(ctx)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def held_up(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        await as_json(figures(USD_JPY=None))(writer)

    system.answer = held_up
    waiting = asyncio.create_task(current_market(ctx))
    await asked.wait()
    for _ in range(20):
        assert "USD/JPY" in (await current_market(ctx)).pairs
    assert not waiting.done() and len(system.asked) == 2
    go_on.set()
    assert "USD/JPY" not in (await waiting).pairs


async def test_the_file_is_a_source_like_any_other(tmp_path: Path, database: FakeDatabase) -> None:
    where = content(tmp_path, {"source": "file"})
    path = where / "config" / "market.yaml"
    ctx = context(tmp_path, database, now=NOW, content=where)
    with pytest.raises(SkillFailed, match="行情文件缺失"):
        await current_market(ctx)
    path.write_text(yaml.safe_dump(figures()), encoding="utf-8")
    assert set((await current_market(ctx)).pairs) == {"USD/CNY", "USD/JPY", "EUR/USD"}
    path.write_text(yaml.safe_dump(figures(EUR_USD=dollar(1.2, 1.1))), encoding="utf-8")
    assert (await current_market(ctx)).refused["EUR/USD"].why == "crossed"
    with pytest.raises(ContentError, match="above the offer"):
        read_market(where)
    path.write_text("pairs: [", encoding="utf-8")
    assert "读不懂" in (await current_market(ctx)).source


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({"source": "http"}, "address is missing"),
        ({"source": "ftp"}, "source"),
        ({"http": {"url": "http://market.bank.example/fx"}}, "https"),
        ({"http": {"url": "https://user:word@market.bank.example/fx"}}, "token comes from the environment"),
        ({"http": {"url": "file:///etc/hosts"}}, "https"),
        ({"http": {"url": "https://market.bank.example", "ca_file": "/nowhere/ca.pem"}}, "no such file"),
        ({"http": {"url": "https://market.bank.example", "token": "x"}}, "token"),
        ({"plausible": {"moved_percent": 500}}, "moved_percent"),
        ({"vouched": {"CNY/USD": {"mid": 1, "at": NOW}}}, "the market quotes USD/CNY"),
        ({"vouched": {"USD/CNY": {"mid": 7, "at": "2026-11-23T10:00:00"}}}, "timezone"),
    ],
)
def test_a_wrong_configuration_is_named_by_the_check(tmp_path: Path, rules: dict[str, Any], problem: str) -> None:
    where = content(tmp_path, rules)
    for name in ("market.yaml", "holidays.yaml", "customers.yaml"):
        (where / "config" / name).write_bytes((CONTENT / "config" / name).read_bytes())
    with pytest.raises(ContentError, match=r"market_source\.yaml:\d+: .*" + problem):
        check_content(where)


def test_the_shipped_configuration_is_the_usual_one() -> None:
    shipped = read_source_rules(CONTENT)
    assert shipped == SourceRules(source="example")  # the shipped figures are examples, dealt on to try things out


async def test_the_example_source_is_of_now_and_says_that_it_is_an_example(tmp_path: Path) -> None:
    database = await FakeDatabase(tmp_path / "d.db").open()
    for minutes in (0, 5, 600):
        now = NOW + timedelta(minutes=minutes)
        market = await current_market(context(tmp_path, database, now=now))
        assert market.as_of == now and "示例" in market.source
        market_source._FEEDS.clear()
    await database.close()
