"""Who sees what: records, models inside and outside, assistants that take less, people of certain roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.model_talk import ModelMessage, ModelRequest, ToolCall
from app.core.turn import Person
from app.engines.masking.finding import TYPES
from app.engines.masking.policy import Policy, check_names
from app.engines.masking.shortened import shortened
from app.engines.masking.sight import StreamHider
from app.engines.privacy import MemoryVault, PresidioPrivacy

CARD = "6222020000000000000"
ID_CARD = "110101199003074530"
SAID = f"客户李明，手机13800138000，身份证{ID_CARD}"
TELLER = Person("E1", "张伟", "teller", "城东支行")
RESEARCHER = Person("E2", "孙丽", "researcher", "总行研究部")


def privacy_with(folder: Path, **rules: Any) -> PresidioPrivacy:
    """Masking under the usual policy with these rules beside it."""
    types = {**dict.fromkeys(TYPES, "mask"), "ORGANIZATION": "allow", **rules.pop("types", {})}
    path = folder / "masking.yaml"
    path.write_text(yaml.safe_dump({"types": types, **rules}, allow_unicode=True), encoding="utf-8")
    return PresidioPrivacy(MemoryVault(), path)


async def request_of(privacy: PresidioPrivacy, *texts: str) -> ModelRequest:
    """What the house would send, masked as the records keep it."""
    messages = [ModelMessage("user", (await privacy.mask("room", text)).masked) for text in texts]
    return ModelRequest("chat", "credit", privacy.vouch("system"), tuple(messages))


async def test_a_model_that_no_rule_names_sees_what_the_records_keep(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, models=[{"match": "openai/inside-*", "types": {"PERSON": "allow"}}])
    assert await privacy.sight("room", "credit", "openai/outside") is None
    assert await privacy.sight("room", "credit", "") is None


async def test_a_model_inside_sees_the_allowed_types_and_no_other(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, models=[{"match": "openai/inside-*", "types": {"PERSON": "allow"}}])
    request = await request_of(privacy, SAID)
    sight = await privacy.sight("room", "credit", "openai/inside-32b")
    assert sight
    seen = await sight.seen(request)
    assert seen
    assert seen.messages[0].text.text == "客户李明，手机<PHONE_1>，身份证<CN_ID_CARD_1>"
    assert sight.shown == ("PERSON",)
    hider = sight.hider()
    assert "".join(hider.feed(piece) for piece in "请告知李明本人") + hider.close() == "请告知<PERSON_1>本人"
    assert sight.hidden_value({"who": ["李明", 3]}) == {"who": ["<PERSON_1>", 3]}


async def test_its_own_earlier_calls_show_the_same(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, models=[{"match": "*", "types": {"PERSON": "allow"}}])
    request = await request_of(privacy, SAID)
    call = ToolCall("1", "office.find_person", {"who": "<PERSON_1>"})
    asked = replace(request, messages=(*request.messages, replace(request.messages[0], tool_calls=(call,))))
    sight = await privacy.sight("room", "credit", "m")
    assert sight
    seen = await sight.seen(asked)
    assert seen
    assert seen.messages[1].tool_calls[0].arguments == {"who": "李明"}


async def test_a_blocked_type_keeps_the_whole_talk_from_the_model(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, models=[{"match": "*", "types": {"CN_ID_CARD": "block"}}])
    sight = await privacy.sight("room", "credit", "m")
    assert sight
    assert await sight.seen(await request_of(privacy, SAID, "谢谢")) is None
    harmless = await request_of(privacy, "客户李明想贷款")
    assert await sight.seen(harmless) == harmless


async def test_a_stricter_model_does_not_see_what_the_records_hold(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, models=[{"match": "*", "types": {"ORGANIZATION": "mask"}}])
    request = await request_of(privacy, "客户李明在华星科技有限公司工作")
    assert "华星科技有限公司" in request.messages[0].text.text
    sight = await privacy.sight("room", "credit", "m")
    assert sight
    seen = await sight.seen(request)
    assert seen
    assert seen.messages[0].text.text == "客户<PERSON_1>在<ORGANIZATION_1>工作"
    assert await privacy.unmask("room", "<ORGANIZATION_1>") == "华星科技有限公司"


async def test_an_assistant_can_only_tighten(tmp_path: Path) -> None:
    rules = [{"match": "*", "types": {"PERSON": "allow", "PHONE": "allow"}}]
    privacy = privacy_with(tmp_path, models=rules, assistants={"credit": {"PERSON": "mask", "PASSPORT": "allow"}})
    sight = await privacy.sight("room", "credit", "m")
    assert sight
    seen = await sight.seen(await request_of(privacy, SAID + "，护照E12345678"))
    assert seen
    assert seen.messages[0].text.text == "客户<PERSON_1>，手机13800138000，身份证<CN_ID_CARD_1>，护照<PASSPORT_1>"


@given(
    kept=st.sampled_from(["allow", "mask", "block"]),
    of_model=st.none() | st.sampled_from(["allow", "mask", "block"]),
    of_assistant=st.none() | st.sampled_from(["allow", "mask", "block"]),
)
def test_only_a_rule_about_the_model_shows_more(kept: str, of_model: str | None, of_assistant: str | None) -> None:
    types: dict[str, Any] = dict.fromkeys(TYPES, "mask") | {"PERSON": kept}
    values = {
        "types": types,
        "models": [{"match": "m", "types": {"PERSON": of_model} if of_model else {}}],
        "assistants": {"credit": {"PERSON": of_assistant} if of_assistant else {}},
    }
    found = Policy.model_validate(values).sight("credit", "m")["PERSON"]
    order = ["allow", "mask", "block"]
    if of_model is None:
        assert order.index(found) >= order.index(kept)
    if kept == "block":
        assert found == "block"
    if of_assistant is not None:
        assert order.index(found) >= order.index(of_assistant)


async def test_a_blocked_type_is_masked_and_named(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, types={"CN_ID_CARD": "block"}, assistants={"credit": {"PHONE": "block"}})
    masking = await privacy.mask("room", SAID)
    assert masking.blocked == ("CN_ID_CARD",)
    assert ID_CARD not in masking.masked.text
    assert privacy.refused_by("credit", masking.masked) == ("PHONE",)
    assert privacy.refused_by("office", masking.masked) == ()
    assert (await privacy.mask("room", "客户李明")).blocked == ()


async def test_people_of_a_role_see_shortened_what_is_hidden_from_it(tmp_path: Path) -> None:
    privacy = privacy_with(tmp_path, hidden_from={"researcher": ["BANK_CARD", "PERSON"]})
    masked = (await privacy.mask("room", f"客户李明，卡号{CARD}，手机13800138000")).masked.text
    assert await privacy.unmask("room", masked, TELLER) == f"客户李明，卡号{CARD}，手机13800138000"
    assert await privacy.unmask("room", masked, RESEARCHER) == "客户李*，卡号****0000，手机13800138000"
    assert await privacy.unmask_value("room", {"card": "<BANK_CARD_1>"}, RESEARCHER) == {"card": "****0000"}
    restorer = await privacy.restorer("room", RESEARCHER)
    assert "".join(restorer.feed(one) for one in masked) + restorer.close() == "客户李*，卡号****0000，手机13800138000"


@given(st.sampled_from(TYPES), st.text(min_size=1, max_size=30))
def test_shortened_never_shows_more_than_four_characters(type: str, value: str) -> None:
    shown = shortened(type, value).replace("*", "")
    assert len(shown) <= 4
    assert shown == "" or value.startswith(shown) or value.endswith(shown)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(["李明", "李", "明", "李明华", "13800138000", "138", "<", "，", "a"]), max_size=12),
    st.data(),
)
def test_hiding_in_a_stream_is_hiding_in_the_whole(words: list[str], data: st.DataObject) -> None:
    placeholders: Mapping[str, str] = {"李明": "<PERSON_1>", "李明华": "<PERSON_2>", "13800138000": "<PHONE_1>"}
    text = "".join(words)
    whole = StreamHider(placeholders)
    expected = whole.feed(text) + whole.close()
    assert not any(value in expected for value in placeholders)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    stream = StreamHider(placeholders)
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert "".join(stream.feed(piece) for piece in pieces) + stream.close() == expected


@pytest.mark.parametrize(
    "rules",
    [
        {"models": [{"match": "*", "types": {"NAME": "allow"}}]},
        {"models": [{"types": {"PERSON": "allow"}}]},
        {"assistants": {"credit": {"PERSON": "show"}}},
        {"hidden_from": {"researcher": ["CARD"]}},
        {"viewers": {}},
    ],
)
def test_a_wrong_rule_is_refused(tmp_path: Path, rules: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        privacy_with(tmp_path, **rules)


def test_a_rule_about_an_assistant_that_is_not_there_names_its_line(tmp_path: Path) -> None:
    privacy_with(tmp_path, assistants={"creditt": {"PERSON": "block"}})
    (tmp_path / "credit").mkdir()
    with pytest.raises(ContentError) as raised:
        check_names(tmp_path / "masking.yaml", tmp_path)
    assert raised.value.line == (tmp_path / "masking.yaml").read_text().splitlines().index("  creditt:") + 1
