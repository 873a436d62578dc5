"""The trained layer of names: what it adds to the rules, and that nothing works without its weights."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.engines.masking import trained_names
from app.engines.masking.finding import View
from app.engines.masking.tokens import SIZE
from app.engines.masking.trained_names import TAGS, Names, Weights, read_weights
from app.engines.privacy import MemoryVault, PresidioPrivacy, check_content
from bench.latin_names import LatinNames
from bench.mask_sentences import MEASURED_LATIN, MEASURED_NAMES, NEGATIVE, POSITIVE, TITLES
from bench.name_talk import Talk, own_texts, phrases

CONTENT = Path(__file__).resolve().parents[2]
POLICY = CONTENT / "config" / "masking.yaml"
SHIPPED = read_weights()
NAMES = Names(SHIPPED)
PRIVACY = PresidioPrivacy(MemoryVault(), POLICY, SHIPPED)
DUMB = Weights(np.zeros((SIZE, len(TAGS)), np.float32), SHIPPED.moves, SHIPPED.classes, SHIPPED.names)


def persons(names: Names, text: str) -> list[str]:
    """The names found in `text`."""
    return [text[one.start : one.end] for one in names.find(View(text)) if one.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("同事马安然请假了", "马安然"),
        ("由孙国栋复核，魏知秋审批", "魏知秋"),
        ("抵押车辆的车主付晨曦没来", "付晨曦"),
        ("請通知陳曉東明天上午來", "陳曉東"),
        ("聯繫人鄭麗華", "鄭麗華"),
        ("司馬光華的帳戶", "司馬光華"),
        ("Why is Ingrid so late?", "Ingrid"),
        ("Katarzyna shouted at Marek", "Katarzyna"),
        ("the name should be Bekbolat Musliyevich", "Bekbolat Musliyevich"),
    ],
)
def test_names_where_rules_end(text: str, name: str) -> None:
    assert name in persons(NAMES, text)


@pytest.mark.parametrize(
    "text",
    [
        "向境外汇款的流程",
        "严格执行双录",
        "关于陈述的规定",
        "甲、乙、丙、丁四家公司",
        "高峰期柜台要排多久",
        "巴塞尔协议第三版",
        "The Big Short is a 2015 film",
        "i want to close my account",
    ],
)
def test_words_that_only_begin_like_names(text: str) -> None:
    assert persons(NAMES, text) == []


def test_an_english_address_is_found_whole() -> None:
    text = "Please send the card to 17 Lindenweg Apt. 12, Graz, Austria 8010"
    (address,) = (one for one in PRIVACY.analyse(text) if one.type == "ADDRESS")
    assert text[address.start : address.end] == "17 Lindenweg Apt. 12, Graz, Austria 8010"


def test_without_weights_that_say_anything_the_rules_still_hold() -> None:
    assert persons(Names(DUMB), "姓名：买买提，联系人：李明（13800138000）") == ["买买提", "李明"]
    assert persons(Names(DUMB), "Why is Weronika so late?") == []


def test_a_name_found_once_reads_the_same_when_no_room_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trained_names, "_MOST_KEPT", 20)
    small = Names(SHIPPED)
    texts = ["由孙国栋复核，龙向阳审批", "Why is Ingrid so late?", "同事陶知行请假了", "由孙国栋复核，龙向阳审批"]
    assert [persons(small, text) for text in texts] == [persons(NAMES, text) for text in texts]


@pytest.mark.parametrize(
    "text", ["Unit 2050 Box 4190\nAPO AP 96278", "USS Halvorsen\nFPO AE 09512", "psc 812, box 33\nfpo aa 34010"]
)
def test_addresses_of_ships_and_bases(text: str) -> None:
    (address,) = PRIVACY.analyse(f"send it to {text}, please")
    assert (address.type, address.start, address.end) == ("ADDRESS", 11, 11 + len(text))


def test_a_possessive_is_no_part_of_a_name() -> None:
    assert persons(NAMES, "Here is Katarzyna's card") == ["Katarzyna"]


@pytest.mark.parametrize("name", ["李明", "欧阳娜娜"])
def test_a_crowd_of_names_comes_out_whole(name: str) -> None:
    text = f"{name}、" * 1500
    found = PRIVACY.analyse(text)
    assert [text[one.start : one.end] for one in found] == [name] * 1500


PIECES = st.sampled_from(
    [
        *(
            "张",
            "欧阳",
            "知行",
            "向阳",
            "古丽·买买提",
            "小王",
            "，",
            "。",
            "\n",
            " ",
            "@",
            "//@",
            "Mr. ",
            "John",
            "van der Berg",
        ),
        *(
            "12 Main Street",
            "Apt. 4",
            "13800138000",
            "身份证",
            "经理",
            "的",
            "陳",
            "１２３",
            "İ",
            "ß",
            "𠮷",
            "\u200b",
            "\x02",
            "'s",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=60)))
def test_findings_lie_in_the_text_and_apart(text: str) -> None:
    end = 0
    for one in PRIVACY.analyse(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end
    for one in NAMES.find(View(text)):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip()


# --- failing closed ---


def damaged(kind: str, path: Path) -> None:
    """Writes weights that must not be used."""
    whole = trained_names.WEIGHTS.read_bytes()
    if kind == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "flipped":
        middle = len(whole) // 3
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    elif kind == "other":
        np.savez(path.with_suffix(".npz"), table=np.zeros(3))
    elif kind == "smaller":
        with np.load(trained_names.WEIGHTS) as file:
            arrays = {name: file[name] for name in file.files}
        np.savez(path, **{**arrays, "table": arrays["table"][:10]})


@pytest.mark.parametrize("kind", ["missing", "cut", "empty", "flipped", "other", "smaller"])
def test_damaged_weights_are_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "names.npz"
    damaged(kind, path)
    monkeypatch.setattr(trained_names, "WEIGHTS", path)
    for use in (read_weights, lambda: PresidioPrivacy(MemoryVault(), POLICY), lambda: check_content(CONTENT)):
        with pytest.raises(ContentError) as raised:
            use()
        assert raised.value.path == path


# --- what is measured is not trained on ---


def test_no_measured_name_is_in_the_training_talk() -> None:
    made = [sentence for sentence in Talk(1).sentences(400, 0)]
    names = [sentence.text[start:end] for sentence in made for _, start, end in sentence.spans]
    assert len(names) > 300
    assert not [name for name in names if len(name) > 2 and name[-2:] in MEASURED_NAMES]


def test_no_measured_word_in_letters_is_in_the_training_talk() -> None:
    drawn = LatinNames(random.Random(1), [], [])
    words = {word for _ in range(4000) for word in f"{drawn.name()} {drawn.given()} {drawn.family()}".lower().split()}
    assert len(words) > 1500
    assert not words & MEASURED_LATIN


def test_the_documents_that_train_name_none_of_the_staff() -> None:
    staff = [one["name"] for one in yaml.safe_load((CONTENT / "config" / "people.yaml").read_text("utf-8"))]
    texts = own_texts()
    assert len(texts) > 1000 and phrases()
    assert not [text for text in texts if any(name in text for name in staff)]


def test_no_measured_sentence_is_a_training_template() -> None:
    training = (CONTENT / "bench" / "data" / "name_talk.yaml").read_text("utf-8")
    measured = yaml.safe_load((CONTENT / "bench" / "data" / "mask_talk.yaml").read_text("utf-8"))
    templates = {line.strip() for text in yaml.safe_load(training).values() for line in text.splitlines()}
    for half in measured.values():
        lines = {*half["positive"].splitlines(), *half["negative"].splitlines()}
        assert not lines & templates
    assert not {*POSITIVE, *NEGATIVE, *TITLES} & templates
