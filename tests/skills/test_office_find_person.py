"""Finding colleagues by any sign of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.skill import Ask, Result
from app.core.texts import speaking
from app.core.turn import Person
from skills.office import find_person
from skills.office.directory import find_people, spellings
from tests.skills.context import PEOPLE, FakeDatabase, context


def names(text: str) -> list[str]:
    return [one.name for one in find_people(text, PEOPLE).people]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("查一下张伟的电话", ["张伟"]),
        ("张伟和李娜的分机", ["张伟", "李娜"]),
        ("E1002是谁", ["李娜"]),
        ("工号e3001", ["陈杰"]),
        ("分机8601是谁的", ["周涛"]),
        ("13900003001是谁的手机", ["陈杰"]),
        ("139 0000 1001", ["张伟"]),
        ("手机尾号1002", ["李娜"]),
        ("wugang@bank.example是谁", ["吴刚"]),
        ("城东支行有哪些人", ["张伟", "李娜"]),
        ("城东支行的客户经理是谁", ["张伟"]),
        ("金融市场部的交易主管", ["赵敏"]),
        ("外汇交易员有哪些", ["李娜", "王芳", "陈杰"]),
        ("谁是研究员", ["孙丽"]),
        ("姓王的同事", ["王芳"]),
        ("小张的手机", ["张伟"]),
        ("张经理的手机", ["张伟"]),
        ("zhangwei", ["张伟"]),
        ("Zhang Wei", ["张伟"]),
        ("Wei Zhang", ["张伟"]),
        ("zw的分机", ["张伟"]),
        ("zm", ["赵敏"]),
        ("zhm", ["赵敏"]),
        ("find the phone number of Li Na", ["李娜"]),
        ("what's Wu Gang's extension?", ["吴刚"]),
        ("who works in 示例分行", ["王芳", "刘洋"]),
        ("relationship manager", ["张伟"]),
        ("张维的电话", ["张伟"]),  # other characters, same sound
        ("zhagnwei", ["张伟"]),  # typing error
        ("chen jei", ["陈杰"]),
        ("李四的电话", []),
        ("马云", []),
        ("E7777", []),
        ("分机1234", []),
    ],
)
def test_who_is_meant(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("text", ["", "查一下电话", "谢谢", "who is", "？？"])
def test_nobody_asked_for(text: str) -> None:
    assert find_people(text, PEOPLE).asked == ""


def test_a_near_miss_says_so() -> None:
    assert find_people("zhagnwei", PEOPLE).how == "similar"
    assert find_people("zhangwei", PEOPLE).how == "sound"
    assert find_people("张伟", PEOPLE).how == "exact"


def test_names_with_several_readings_are_found_by_each() -> None:
    people = [Person("E1", "单雄", "x", "总行"), Person("E2", "曾平", "x", "总行")]
    assert [one.id for one in find_people("shanxiong", people).people] == ["E1"]
    assert [one.id for one in find_people("zengping", people).people] == ["E2"]
    assert {"shanxiong", "danxiong", "xiongshan"} <= set(spellings("单雄"))


def test_the_surest_sign_wins_among_namesakes() -> None:
    people = [
        Person("E1", "张伟", "x", "城东支行"),
        Person("E2", "张玮", "x", "总行"),
        Person("E3", "张伟", "x", "总行"),
    ]
    assert [one.id for one in find_people("张玮", people).people] == ["E2"]
    assert [one.id for one in find_people("张伟", people).people] == ["E1", "E3"]
    assert [one.id for one in find_people("zhangwei", people).people] == ["E1", "E2", "E3"]


@given(st.sampled_from(PEOPLE), st.sampled_from(["查一下{}的电话", "{}", "帮我找{}", "{}在哪个部门", "who is {}"]))
def test_every_sign_of_everybody_finds_him(person: Person, question: str) -> None:
    signs = (person.id, person.name, person.phone, person.extension, person.email, spellings(person.name)[0])
    for sign in signs:
        assert person in find_people(question.format(sign), PEOPLE).people, sign


@given(st.text(max_size=80))
def test_any_text_is_answered_without_an_error(text: str) -> None:
    assert set(find_people(text, PEOPLE).people) <= set(PEOPLE)


async def answer(folder: Path, who: str, people: tuple[Person, ...] = PEOPLE) -> Result | Ask:
    outcome = await find_person.function(replace(context(folder, FakeDatabase(folder / "x.db")), people=people), who)
    assert isinstance(outcome, Result | Ask)
    return outcome


async def test_the_answer_is_a_table_with_all_that_is_known(tmp_path: Path) -> None:
    result = await answer(tmp_path, "张伟的电话")
    assert isinstance(result, Result)
    for value in ("张伟", "E1001", "客户经理", "城东支行", "6101", "13900001001", "zhangwei@bank.example"):
        assert value in result.text
    assert result.data["people"][0]["id"] == "E1001"


async def test_several_and_none_and_near_are_said_honestly(tmp_path: Path) -> None:
    several = await answer(tmp_path, "外汇交易员")
    none = await answer(tmp_path, "李四的电话")
    near = await answer(tmp_path, "zhagnwei")
    assert isinstance(several, Result) and "找到 3 位" in several.text
    assert isinstance(none, Result) and "没有找到“李四”" in none.text and none.data["people"] == []
    assert isinstance(near, Result) and "没有与“zhagnwei”完全一致" in near.text
    with speaking("en"):
        english = await answer(tmp_path, "who is Li Si")
    assert isinstance(english, Result) and "not in the directory" in english.text


async def test_the_next_message_asks_about_somebody_else(tmp_path: Path) -> None:
    result = await answer(tmp_path, "张伟的电话\n李娜呢")
    assert isinstance(result, Result) and "李娜" in result.text and "张伟" not in result.text


async def test_no_name_is_asked_for(tmp_path: Path) -> None:
    assert isinstance(await answer(tmp_path, "查一下电话"), Ask)


async def test_many_hits_are_cut_and_it_is_said(tmp_path: Path) -> None:
    people = tuple(Person(f"E{number}", f"张{chr(0x4E00 + number)}", "x", "总行") for number in range(50))
    result = await answer(tmp_path, "姓张的", people)
    assert isinstance(result, Result) and "找到 50 位" in result.text and "只列出前 20 位" in result.text
