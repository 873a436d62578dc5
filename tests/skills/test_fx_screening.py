"""Names against watch lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from skills.fx.screening import Entry, WatchList, own_lists, read_list, screen
from tests.skills.context import CONTENT

OWN = own_lists(CONTENT)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("北灯航运有限公司", "W001"),
        ("北灯航运", "W001"),
        ("NORTHERN LANTERN SHIPPING", "W001"),
        ("Shipping Lantern Northern, Ltd.", "W001"),
        ("almaren, viktor", "W003"),
        ("Víktor Almarén", "W003"),
        ("Viktor Almarin", "W003"),
        ("苍云矿业集团", "W004"),
        ("蓝脊物流", "W007"),
        ("m.v. Silent Heron", "W009"),
        ("ＧＯＬＤＥＮ Kestrel Holdings", "W005"),
    ],
)
def test_listed_names_are_found_however_they_are_written(name: str, entry: str) -> None:
    assert screen(name, OWN)[0].entry == entry


@pytest.mark.parametrize(
    "name", ["华星科技有限公司", "ABC Trading Ltd", "Bank", "Angelo Cruz", "有限公司", "Holdings Ltd"]
)
def test_other_names_are_not(name: str) -> None:
    assert screen(name, OWN) == []


def test_a_match_has_the_contracts_keys_and_the_closest_spelling() -> None:
    found = screen("Blackreef Trading", OWN)[0].as_json()
    assert found == {"list": "demo_watchlist", "name": "Blackreef Trading Ltd", "score": 1.0, "entry": "W002"}


def test_one_entry_is_one_match_and_the_best_comes_first() -> None:
    watch = WatchList(
        "x", (Entry("1", "Ivan Petrov", ("Iwan Petrow",)), Entry("2", "Ivan Petrova"), Entry("3", "Ann Lee"))
    )
    assert [match.entry for match in screen("Ivan Petrov", [watch])] == ["1", "2"]


@given(st.text(min_size=1, max_size=60))
def test_every_listed_name_is_found_by_itself(name: str) -> None:
    watch = WatchList("x", (Entry("1", name),))
    try:
        assert screen(name, [watch])[0].score == 1.0
    except BadInput:
        assert not any(character.isalnum() for character in name)


@pytest.mark.parametrize("name", ["", "   ", "!!!", "——"])
def test_a_name_without_letters_is_asked_back(name: str) -> None:
    with pytest.raises(BadInput):
        screen(name, OWN)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(content)
    return path


def test_a_list_with_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, "Name,Aliases\n黑石礁贸易,Blackreef;Heishijiao\n\n,\n".encode())
    assert read_list(path).entries == (Entry("2", "黑石礁贸易", ("Blackreef", "Heishijiao")),)


def test_a_list_as_a_spreadsheet_saves_it_in_china(tmp_path: Path) -> None:
    path = written(tmp_path, "name,aliases\n黑石礁贸易,\n".encode("gb18030"))
    assert read_list(path).entries[0].name == "黑石礁贸易"


def test_ofacs_lists_have_no_header(tmp_path: Path) -> None:
    sdn = b'36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a'
    assert read_list(written(tmp_path, sdn)).entries == (Entry("36", "AEROCARIBBEAN AIRLINES", detail="CUBA"),)
    (tmp_path / "alt.csv").write_bytes(b'36,12,"aka","AERO-CARIBBEAN",-0- \r\n')
    assert read_list(tmp_path / "alt.csv").entries == (Entry("36", "AERO-CARIBBEAN"),)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"name\n", b"\x00\x01\x02", b"PK\x03\x04\x00binary"])
def test_what_is_no_list_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput):
        read_list(written(tmp_path, content))


def test_a_missing_list_is_told_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_list(tmp_path / "nowhere.csv")
    assert "nowhere.csv" in caught.value.message
    assert str(tmp_path) not in caught.value.message
