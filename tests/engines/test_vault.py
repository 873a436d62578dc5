"""Placeholders: one value keeps one for ever, an erased one stays and stands for nothing, no number comes twice."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import Unavailable
from app.core.texts import speaking
from app.engines.masking.placeholders import PLACEHOLDER, restored
from app.engines.privacy import PresidioPrivacy
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.sealing_key import move_to
from app.engines.storage.tables import VAULT
from app.engines.storage.vault import SealedVault, erased
from tests.engines.test_sealing import TEXTS

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "config" / "masking.yaml"

PAIRS = st.tuples(
    st.sampled_from(["PERSON", "PHONE", "BANK_CARD", "LITERAL"]),
    st.sampled_from(["李明", "王芳", "13800138000", "6222020000000000000", "<PERSON_1>", "欧阳志远"]),
)


def vault_at(path: Path, *secrets: str) -> tuple[SqlDatabase, SealedVault]:
    sealer = Sealer(secrets[0] if secrets else "one", TEXTS, secrets[1:])
    database = SqlDatabase(f"sqlite+aiosqlite:///{path}", TEXTS, sealer)
    return database, SealedVault(database, sealer)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    opened, _ = vault_at(tmp_path / "d.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def vault(database: SqlDatabase) -> SealedVault:
    return SealedVault(database, Sealer("one", TEXTS))


async def erase(database: SqlDatabase, room: str, placeholder: str) -> None:
    which = (VAULT.c.room == room) & (VAULT.c.placeholder == placeholder)
    await database.writing(lambda connection: connection.execute(erased(which)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.lists(PAIRS, max_size=4)), max_size=8))
async def test_whatever_is_added_or_erased_a_placeholder_never_stands_for_two_values(
    database: SqlDatabase, vault: SealedVault, steps: list[tuple[bool, list[tuple[str, str]]]]
) -> None:
    room = secrets.token_hex(8)
    ever: dict[str, str] = {}
    now: dict[tuple[str, str], str] = {}
    for erasing, pairs in steps:
        if erasing:
            for pair in pairs:
                if gone := now.pop(pair, None):
                    await erase(database, room, gone)
        else:
            for pair, placeholder in zip(pairs, await vault.add(room, pairs), strict=True):
                assert now.setdefault(pair, placeholder) == placeholder, "stable"
                assert ever.setdefault(placeholder, pair[1]) == pair[1], "a number came twice"
    kept = await vault.load(room)
    assert {placeholder: value for placeholder, value in kept.items() if value is not None} == {
        placeholder: pair[1] for pair, placeholder in now.items()
    }
    assert set(kept) == set(ever)


def _add_many(path: str, names: list[str], results: multiprocessing.Queue[Mapping[str, str]]) -> None:
    async def work() -> dict[str, str]:
        database, vault = vault_at(Path(path))
        await database.open()
        found = {}
        for name in names:
            found[name] = (await vault.add("room", [("PERSON", name)]))[0]
        await database.close()
        return found

    results.put(asyncio.run(work()))


def test_two_processes_at_once_on_one_file_agree_on_every_placeholder(tmp_path: Path) -> None:
    names = [f"客户{number}" for number in range(25)]
    spawned = multiprocessing.get_context("spawn")
    results = spawned.Queue()
    both = [
        spawned.Process(target=_add_many, args=(str(tmp_path / "d.db"), order, results))
        for order in (names, names[::-1])
    ]
    for one in both:
        one.start()
    first, second = results.get(timeout=60), results.get(timeout=60)
    for one in both:
        one.join()
    assert first == second
    assert sorted(first.values()) == sorted(f"<PERSON_{number}>" for number in range(1, 26))


async def test_a_process_whose_secret_was_ended_adds_nothing(tmp_path: Path) -> None:
    _, stale = vault_at(tmp_path / "d.db", "one")
    database, current = vault_at(tmp_path / "d.db", "two", "one")
    await database.open()
    assert await stale.add("room", [("PERSON", "李明")]) == ["<PERSON_1>"]
    await database.writing(lambda connection: move_to(connection, Sealer("two", TEXTS)))
    with pytest.raises(Unavailable) as raised:
        await stale.add("room", [("PERSON", "李明")])
    assert raised.value.code == "SECRET_CHANGED"
    assert await current.add("room", [("PERSON", "李明")]) == ["<PERSON_1>"]
    await stale._database.close()
    await database.close()


# --- with masking over it ---


@pytest.fixture
def privacy(vault: SealedVault) -> PresidioPrivacy:
    return PresidioPrivacy(vault, POLICY)


async def test_an_erased_placeholder_says_so_everywhere_and_is_nobodys_again(
    database: SqlDatabase, privacy: PresidioPrivacy
) -> None:
    masked = (await privacy.mask("room", "客户李明，手机13800138000")).masked.text
    assert masked == "客户<PERSON_1>，手机<PHONE_1>"
    await erase(database, "room", "<PHONE_1>")
    privacy.forget()
    assert await privacy.unmask("room", masked) == "客户李明，手机「已删除」"
    with speaking("en"):
        assert await privacy.unmask("room", "<PHONE_1>") == "[erased]"
    assert await privacy.unmask_value("room", {"a": ["<PHONE_1>", {"<PHONE_1>": 1}]}) == {
        "a": ["「已删除」", {"「已删除」": 1}]
    }
    stream = await privacy.restorer("room")
    assert "".join(map(stream.feed, "打<PHONE_1>。")) + stream.close() == "打「已删除」。"
    again = (await privacy.mask("room", "新手机13900139000，旧的13800138000，已删除")).masked.text
    assert again == "新手机<PHONE_2>，旧的<PHONE_3>，已删除"


async def test_the_words_for_erased_are_no_value(database: SqlDatabase, privacy: PresidioPrivacy) -> None:
    await privacy.mask("room", "客户李明")
    await erase(database, "room", "<PERSON_1>")
    privacy.forget()
    assert (await privacy.mask("room", "记录「已删除」，客户李明")).masked.text == "记录「已删除」，客户<PERSON_2>"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["<PERSON_1>", "<PHONE_1>", "<PERSON_9>", "<LITERAL_1>", "<", "1>", "，好"]), max_size=8),
    st.lists(st.integers(0, 60), max_size=12),
)
async def test_a_stream_cut_anywhere_restores_as_the_whole_also_what_was_erased(
    database: SqlDatabase, privacy: PresidioPrivacy, parts: list[str], cuts: list[int]
) -> None:
    await privacy.mask("cut", "客户李明，手机13800138000，<PHONE_1>")
    await erase(database, "cut", "<PHONE_1>")
    privacy.forget()
    text = "".join(parts)
    stream = await privacy.restorer("cut")
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    streamed = "".join(stream.feed(text[start:end]) for start, end in pairwise(edges))
    assert streamed + stream.close() == await privacy.unmask("cut", text)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["<PERSON_1>", "<PHONE_2>", "<LITERAL_1>", "<LITERAL_2>", "李明", "，"])))
async def test_a_typed_placeholder_never_becomes_one_of_ours(privacy: PresidioPrivacy, parts: list[str]) -> None:
    await privacy.mask("typed", "客户李明，手机13800138000，另一部13900139000")
    typed = "".join(parts)
    masked = (await privacy.mask("typed", typed)).masked.text
    assert await privacy.unmask("typed", masked) == typed
    values = await privacy._vault.load("typed")
    for placeholder in PLACEHOLDER.findall(masked):
        value = values[placeholder]
        assert value is not None and value in typed
    assert not re.search("李明|1380013", restored(masked, lambda one: one if "LITERAL" in one else "")) or parts


NESTED = st.recursive(
    st.none()
    | st.integers()
    | st.sampled_from(["客户李明", "13800138000", "<PERSON_1>", "，", "卡6222020000000000000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["李明", "a", "b"]), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(NESTED)
async def test_whatever_is_nested_in_arguments_comes_back(privacy: PresidioPrivacy, value: object) -> None:
    async def hidden(one: object) -> object:
        if isinstance(one, str):
            return (await privacy.mask("nested", one)).masked.text
        if isinstance(one, dict):
            return {await hidden(key): await hidden(inner) for key, inner in one.items()}
        return [await hidden(inner) for inner in one] if isinstance(one, list) else one

    masked = await hidden(value)
    assert "6222" not in json.dumps(masked) and "1380013" not in json.dumps(masked)
    assert await privacy.unmask_value("nested", masked) == value


async def test_people_and_assistants_of_a_room_share_its_placeholders(database: SqlDatabase) -> None:
    """Two engines on one database are two processes: what one masked the other restores, and the same way round."""
    first = PresidioPrivacy(SealedVault(database, Sealer("one", TEXTS)), POLICY)
    second = PresidioPrivacy(SealedVault(database, Sealer("one", TEXTS)), POLICY)
    said = (await first.mask("shared", "客户李明")).masked.text
    answered = (await second.mask("shared", "李明的手机是13800138000")).masked.text
    asked = (await first.mask("shared", "13800138000是谁")).masked.text
    assert (said, answered, asked) == ("客户<PERSON_1>", "<PERSON_1>的手机是<PHONE_1>", "<PHONE_1>是谁")
