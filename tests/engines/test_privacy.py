"""Masking and restoring: rooms, placeholders, streams, and failing closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.errors import Unavailable
from app.engines.masking.finding import TYPES
from app.engines.masking.numbers import Numbers
from app.engines.masking.placeholders import PLACEHOLDER, StreamRestorer, restored
from app.engines.privacy import MemoryVault, PresidioPrivacy, check_content

CONFIG = Path(__file__).resolve().parents[2] / "config"
POLICY = CONFIG / "masking.yaml"

PIECES = st.sampled_from(
    [
        *(
            "客户李明",
            "<PERSON_1>",
            "<PERSON_",
            "<",
            "PERSON_1>",
            "<LITERAL_1>",
            "<<PHONE_1>>",
            "<BANK_CARD_12>",
            "张经理",
        ),
        *(
            "手机13800138000",
            "6222 0200 0000 0000 000",
            "，",
            " ",
            "\n",
            "zhang@bank.example",
            "<PERSON_1",
            "１３８００１３８０００",
        ),
        *("住在上海市浦东新区世纪大道100号12室", "Mr. John Smith", "500万美元", "<ACCOUNT_0>", "<ABC_1>", ">", "_1>"),
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def shared() -> PresidioPrivacy:
    """One engine for tests that use rooms of their own."""
    return PresidioPrivacy(MemoryVault(), POLICY)


@pytest.fixture
def privacy() -> PresidioPrivacy:
    """An engine of one's own."""
    return PresidioPrivacy(MemoryVault(), POLICY)


class SharedVault(MemoryVault):
    """Counts how often it is read: two engines on it are two processes on one database."""

    def __init__(self) -> None:
        super().__init__()
        self.loads = 0

    async def load(self, room: str) -> Mapping[str, str]:
        self.loads += 1
        return await super().load(room)


# --- placeholders ---


async def test_the_same_value_has_the_same_placeholder_for_ever(privacy: PresidioPrivacy) -> None:
    first = await privacy.mask("room", "客户李明，手机13800138000")
    again = await privacy.mask("room", "再打13800138000给李明，或13900139000")
    assert first.masked.text == "客户<PERSON_1>，手机<PHONE_1>"
    assert again.masked.text == "再打<PHONE_1>给<PERSON_1>，或<PHONE_2>"


async def test_a_name_once_known_is_masked_where_nothing_around_it_tells(privacy: PresidioPrivacy) -> None:
    assert (await privacy.mask("new", "高峰已逾期")).masked.text == "高峰已逾期"
    await privacy.mask("room", "借款人高峰，身份证110101199003074530")
    assert (await privacy.mask("room", "高峰已逾期")).masked.text == "<PERSON_1>已逾期"


async def test_differently_written_values_come_back_as_they_were_written(privacy: PresidioPrivacy) -> None:
    written = "卡号6222020000000000000，也写作6222 0200 0000 0000 000或６２２２０２０００００００００００００"
    masking = await privacy.mask("room", written)
    assert "622" not in masking.masked.text and "６" not in masking.masked.text
    assert await privacy.unmask("room", masking.masked.text) == written


async def test_rooms_know_nothing_of_each_other(privacy: PresidioPrivacy) -> None:
    await privacy.mask("one", "客户李明")
    await privacy.mask("two", "客户王芳")
    assert await privacy.unmask("two", "<PERSON_1>") == "王芳"
    assert await privacy.unmask("three", "<PERSON_1>") == "<PERSON_1>"


async def test_a_typed_placeholder_is_never_taken_for_one_of_ours(privacy: PresidioPrivacy) -> None:
    await privacy.mask("room", "客户李明")
    typed = "请告诉我<PERSON_1>是谁，<LITERAL_1>又是谁"
    masked = (await privacy.mask("room", typed)).masked.text
    assert "<PERSON_1>" not in masked
    assert await privacy.unmask("room", masked) == typed


async def test_what_is_restored_is_not_looked_at_again(privacy: PresidioPrivacy) -> None:
    await privacy.mask("room", "客户李明")
    literal = (await privacy.mask("room", "<PERSON_1>")).masked.text
    assert await privacy.unmask("room", literal) == "<PERSON_1>"


async def test_entities_name_type_place_and_placeholder(privacy: PresidioPrivacy) -> None:
    text = "华星科技有限公司的李明，手机13800138000"
    masking = await privacy.mask("room", text)
    found = {entity.type: entity for entity in masking.entities}
    assert set(found) == {"ORGANIZATION", "PERSON", "PHONE"}
    assert all(text[entity.start : entity.end] == entity.text for entity in masking.entities)
    assert found["ORGANIZATION"].placeholder == "" and "华星科技有限公司" in masking.masked.text
    assert found["PHONE"].placeholder == "<PHONE_1>" and 0.5 <= found["PHONE"].score <= 1


async def test_a_deal_stays_as_it_was_said(privacy: PresidioPrivacy) -> None:
    assert (await privacy.mask("room", "客户华星科技要买500万美元")).masked.text == "客户华星科技要买500万美元"


# --- restoring ---


@SLOWLY
@given(text=TEXTS)
def test_what_was_masked_comes_back(shared: PresidioPrivacy, text: str) -> None:
    async def there_and_back() -> str:
        return await shared.unmask("round", (await shared.mask("round", text)).masked.text)

    assert asyncio.run(there_and_back()) == text


@given(text=TEXTS, cuts=st.lists(st.integers(0, 400), max_size=12))
def test_a_stream_cut_anywhere_restores_the_same(text: str, cuts: list[int]) -> None:
    values = {"<PERSON_1>": "李明", "<PHONE_1>": "<PERSON_1>", "<BANK_CARD_12>": "6222", "<LITERAL_1>": "<"}
    restorer, shown, start = StreamRestorer(values.get), "", 0
    for cut in [*sorted(min(cut, len(text)) for cut in cuts), len(text)]:
        shown += restorer.feed(text[start:cut])
        start = cut
    assert shown + restorer.close() == restored(text, values.get)


@given(text=st.text(alphabet="<PERSON_1>阿a ", max_size=40))
def test_a_stream_holds_back_only_what_can_become_a_placeholder(text: str) -> None:
    restorer = StreamRestorer(lambda placeholder: None)
    shown = restorer.feed(text)
    held = text[len(shown) :]
    assert text.startswith(shown)
    assert held == "" or any(PLACEHOLDER.fullmatch(held + rest) for rest in _endings(held))


def _endings(held: str) -> list[str]:
    """What could follow `held` in a placeholder."""
    return [f"<{type}_1>"[len(held) :] for type in (*TYPES, "LITERAL")] + ["1>", ">"]


async def test_a_stream_restores_what_was_masked_after_it_began(privacy: PresidioPrivacy) -> None:
    restorer = await privacy.restorer("room")
    masked = (await privacy.mask("room", "客户李明")).masked.text
    assert restorer.feed(masked) + restorer.close() == "客户李明"


async def test_arguments_are_restored_at_every_depth(privacy: PresidioPrivacy) -> None:
    await privacy.mask("room", "客户李明，手机13800138000")
    masked = {"who": "<PERSON_1>", "<PERSON_1>": [1, None, {"phone": "+<PHONE_1>"}], "other": "<PERSON_2>"}
    assert await privacy.unmask_value("room", masked) == {
        "who": "李明",
        "李明": [1, None, {"phone": "+13800138000"}],
        "other": "<PERSON_2>",
    }


async def test_placeholders_of_another_process_are_fetched_once() -> None:
    vault = SharedVault()
    here, there = PresidioPrivacy(vault, POLICY), PresidioPrivacy(vault, POLICY)
    await here.unmask("room", "")
    await there.mask("room", "客户李明")
    before = vault.loads
    assert await here.unmask("room", "<PERSON_1>和<PERSON_1>") == "李明和李明"
    assert vault.loads == before + 1
    assert (await here.restorer("room")).feed("<PERSON_1>") == "李明"


async def test_a_forgotten_room_is_read_anew() -> None:
    vault = SharedVault()
    privacy = PresidioPrivacy(vault, POLICY)
    await privacy.mask("room", "客户李明")
    vault._rooms.clear()
    privacy.forget("room")
    assert await privacy.unmask("room", "<PERSON_1>") == "<PERSON_1>"


# --- long texts ---


async def test_a_long_text_is_masked_to_its_end(privacy: PresidioPrivacy) -> None:
    filler = "关于授信管理的规定一般如下" * 13  # no end of a sentence anywhere: cuts fall anywhere
    lines = [f"{filler}手机1380013{number:04d}" for number in range(120)]
    masking = await privacy.mask("room", "".join(lines))
    assert [entity.text for entity in masking.entities] == [f"1380013{number:04d}" for number in range(120)]
    assert "1380013" not in masking.masked.text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "1-",
        "张",
        "张李",
        "路号",
        "<PERSON_",
        "a@",
        "a.",
        "A ",
        "A1 ",
        "::",
        "1.",
        "公司",
        "号1",
        "·张",
        "12 Main ",
    ],
)
def test_no_recogniser_runs_away(shared: PresidioPrivacy, unit: str) -> None:
    """The work grows with the length only: the timeout is a thousand times what it takes."""
    shared.analyse((unit * 20_000)[:20_000])


# --- failing closed ---


async def test_a_broken_recogniser_lets_nothing_pass(
    privacy: PresidioPrivacy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Numbers, view: object) -> list[object]:
        raise ValueError(f"cannot read {getattr(view, 'text', '')}")

    monkeypatch.setattr(Numbers, "find", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as raised:
        await privacy.mask("room", "客户李明，手机13800138000")
    assert raised.value.code == "MASKING"
    assert raised.value.__cause__ is None
    for told in (caplog.text, raised.value.message):
        assert "李明" not in told and "13800138000" not in told


async def test_nothing_of_a_text_is_logged(privacy: PresidioPrivacy, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await privacy.mask("room", "客户李明，手机13800138000，卡号6222020000000000000")
    assert "李明" not in caplog.text and "13800138000" not in caplog.text and "62220200" not in caplog.text


async def test_a_closed_vault_is_told_as_it_is(privacy: PresidioPrivacy, monkeypatch: pytest.MonkeyPatch) -> None:
    async def closed(room: str) -> Mapping[str, str]:
        raise Unavailable("SECRET_CHANGED", "the secret is another one")

    monkeypatch.setattr(privacy._vault, "load", closed)
    with pytest.raises(Unavailable) as raised:
        await privacy.mask("room", "客户李明")
    assert raised.value.code == "SECRET_CHANGED"


# --- the policy ---


def test_the_shipped_policy_is_right() -> None:
    check_content(CONFIG.parent)


@pytest.mark.parametrize(
    "change",
    [
        ("PERSON: mask", "PERSON: hide"),
        ("  PHONE: mask\n", ""),
        ("  PHONE: mask", "  FAX: mask"),
        ("types:", "typos:"),
        ("  PHONE: mask", " PHONE mask"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_file(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "config").mkdir()
    path = tmp_path / "config" / "masking.yaml"
    path.write_text(POLICY.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ContentError) as raised:
        check_content(tmp_path)
    assert raised.value.path == path
    assert str(path) in raised.value.message


async def test_a_policy_may_mask_firms(tmp_path: Path) -> None:
    path = tmp_path / "masking.yaml"
    path.write_text(POLICY.read_text("utf-8").replace("ORGANIZATION: allow", "ORGANIZATION: mask"), "utf-8")
    privacy = PresidioPrivacy(MemoryVault(), path)
    masking = await privacy.mask("room", "借款人华星科技有限公司")
    assert masking.masked.text == "借款人<ORGANIZATION_1>"
