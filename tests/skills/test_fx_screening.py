"""Names against watch lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from skills.fx.screening import Entry, Screening, WatchList, because, own_lists, screen, screened
from skills.fx.screening.screen import Screener
from skills.fx.screening.store import WatchListStore
from tests.skills.context import CONTENT, NOW, FakeDatabase, context

OWN = own_lists(CONTENT)
PEOPLE = WatchList(
    "people",
    (
        Entry("1", "ALMARIDI, Yusuf Abd al-Rahman", ("Youssef ABDURRAHMAN", "يوسف عبد الرحمن المريدي")),
        Entry("2", "Nurullah Jalaluddin Barwazi"),
        Entry("3", "BELOZYOROV, Grigory Arkadyevich"),
        Entry("4", "欧阳建国", ("Ouyang Jianguo",)),
        Entry("5", "单雪芹"),
        Entry("6", "LUE, Yanv"),
        Entry("7", "SHENZHEN LANYU TRADING CO., LTD."),
        Entry("8", "重庆银岭航运有限公司"),
        Entry("9", "Jean-Claude Vermeulen"),
        Entry("10", "Σταύρος Καλογεράς"),
        Entry("11", "VELUTHANI JOINT STOCK COMPANY"),
        Entry("12", "吕雅女"),
    ),
)


def entries(name: str) -> list[str]:
    return [match.entry for match in screen(name, [PEOPLE])]


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
        ("阿尔马伦·维克托", "W003"),
        ("維克托阿爾馬倫", "W003"),
        ("m.v. Silent Heron", "W009"),
        ("ＧＯＬＤＥＮ Kestrel Holdings", "W005"),
    ],
)
def test_listed_names_are_found_however_they_are_written(name: str, entry: str) -> None:
    assert screen(name, OWN)[0].entry == entry


@pytest.mark.parametrize(
    "name",
    ["华星科技有限公司", "ABC Trading Ltd", "Bank", "Angelo Cruz", "有限公司", "Holdings Ltd", "北海航运有限公司"],
)
def test_other_names_are_not(name: str) -> None:
    assert screen(name, OWN) == []


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("ALMARIDI, Yusuf Abd al-Rahman", "1", "same"),
        ("Yusuf Abd al-Rahman Almaridi", "1", "order"),
        ("Yousef Abdel Rahmane Al-Maridi", "1", "spelling"),
        ("Y. Abdurrahman Almaridi", "1", "initials"),
        ("يوسف عبدالرحمن المريدي", "1", "same"),
        ("نور الله جلال الدين بروازي", "2", "script"),
        ("Nur Ullah Jalal ud-Din Barwazi", "2", "same"),
        ("Григорий Аркадьевич Белозёров", "3", "script"),
        ("Белозеров Григорий", "3", "part"),
        ("GrigoryArkadyevich Belozyorov", "3", "joined"),
        ("歐陽建國", "4", "same"),
        ("Jianguo Ouyang", "4", "order"),
        ("Ōuyáng Jiànguó", "4", "same"),
        ("ou1yang2 jian4guo2", "4", "same"),
        ("OuyangJianguo", "4", "joined"),
        ("Ouyang Jian Guo", "4", "joined"),
        ("Shan Xueqin", "5", "pinyin"),
        ("Xuěqín Shàn", "5", "pinyin"),
        ("吕雅女", "12", "same"),
        ("Lü Yanü", "12", "pinyin"),
        ("Lv Yanv", "12", "pinyin"),
        ("深圳市蓝屿贸易有限公司", "7", "pinyin"),
        ("深圳市藍嶼貿易有限公司", "7", "pinyin"),
        ("Chongqing Yinling Shipping Co Ltd", "8", "pinyin"),
        ("重庆市银岭航运集团", "8", "spelling"),
        ("J. C. Vermeulen", "9", "initials"),
        ("Stavros Kalogeras", "10", "script"),
        ("JSC Veluthani", "11", "form"),
        ("Veluthani Joint-Stok Compny", "11", "form"),
    ],
)
def test_what_was_overlooked_is_told(name: str, entry: str, reason: str) -> None:
    found = next(match for match in screen(name, [PEOPLE]) if match.entry == entry)
    assert reason in found.why


@pytest.mark.parametrize(
    "name",
    [
        "欧阳建华",
        "单雪琴岚",
        "Shan Xueqing Ma",
        "张建国",
        "J C",
        "Yusuf",
        "深圳市远礁贸易有限公司",
        "重庆航运有限公司",
        "Абдулов Сергей",
    ],
)
def test_half_a_likeness_is_none(name: str) -> None:
    assert entries(name) == []


def test_a_match_has_the_contracts_keys_and_the_closest_spelling() -> None:
    match = screen("Blackreef Trading", OWN)[0]
    assert match.as_json() == {"list": "demo_watchlist", "name": "Blackreef Trading Ltd", "score": 1.0, "entry": "W002"}
    assert match.by_alias and match.listed.name == "黑石礁贸易有限公司"
    assert all(said in because(match) for said in ("黑石礁贸易有限公司", "公司形式不同", "W002", "company"))


def test_one_entry_is_one_match_and_the_best_comes_first() -> None:
    watch = WatchList(
        "x", (Entry("1", "Ivan Petrov", ("Iwan Petrow",)), Entry("2", "Ivan Petrova"), Entry("3", "Ann Lee"))
    )
    assert [match.entry for match in screen("Ivan Petrov", [watch])] == ["1", "2"]


def test_the_same_number_on_two_lists_is_two_entries() -> None:
    lists = [WatchList(name, (Entry("1", "Ivan Petrov"),)) for name in ("a", "b")]
    assert [match.list for match in screen("Petrov Ivan", lists)] == ["a", "b"]


@given(st.text(min_size=1, max_size=60))
def test_every_listed_name_is_found_by_itself(name: str) -> None:
    watch = WatchList("x", (Entry("1", name),))
    try:
        assert screen(name, [watch])[0].score == 1.0
    except BadInput:
        assert not any(character.isalnum() for character in name)


words = st.lists(
    st.sampled_from(["ivan", "petrov", "marta", "solano", "chen", "wei", "yusuf", "karim", "obadele"]),
    min_size=2,
    unique=True,
)


@given(words.flatmap(lambda chosen: st.tuples(st.just(chosen), st.permutations(chosen))))
def test_no_order_of_words_hides_a_name(both: tuple[list[str], list[str]]) -> None:
    listed, asked = both
    assert screen(" ".join(asked), [WatchList("x", (Entry("1", " ".join(listed)),))])[0].score == 1.0


@settings(max_examples=60)
@given(words, words)
def test_likeness_is_the_same_either_way_round(one: list[str], other: list[str]) -> None:
    names = " ".join(one), " ".join(other)
    scores = []
    for asked, listed in (names, names[::-1]):
        found = Screener([WatchList("x", (Entry("1", listed),))]).matches(asked, 0.0)
        scores.append(found[0].score if found else 0.0)
    assert scores[0] == pytest.approx(scores[1], abs=0.25)  # a word that no list has weighs a little less
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("name", ["", "   ", "!!!", "——", "😀🚢", "\u200b", "().,"])
def test_a_name_without_letters_is_asked_back(name: str) -> None:
    with pytest.raises(BadInput):
        screen(name, OWN)


@pytest.mark.parametrize("name", ["x" * 10_000, "x " * 5_000 + "Viktor Almaren", "航" * 301])
def test_what_is_too_long_for_a_name_is_asked_back(name: str) -> None:
    with pytest.raises(BadInput, match="300"):
        screen(name, OWN)


def test_spaces_and_pictures_around_a_name_do_not_count() -> None:
    assert screen("😀 Viktor Almaren 🚢" + " " * 10_000, OWN)[0].entry == "W003"


async def test_a_screening_names_the_lists_it_looked_through(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("name,id\nIvan Petrov,77\n", encoding="utf-8")
    WatchListStore(tmp_path).bring("more", [tmp_path / "more.csv"], NOW)
    ctx = context(tmp_path, FakeDatabase(tmp_path / "db"))
    found = await screened(ctx, "Petrov, Ivan")
    assert (found.outcome, [match.entry for match in found.matches]) == ("review", ["77"])
    assert set(found.lists) == {"demo_watchlist", "more"} and all(found.lists.values())
    assert await screened(ctx, "华星科技有限公司") == Screening("华星科技有限公司", (), found.lists)
    with pytest.raises(BadInput):
        await screened(ctx, "😀")


async def test_a_new_version_counts_at_once(tmp_path: Path) -> None:
    ctx, store = context(tmp_path, FakeDatabase(tmp_path / "db")), WatchListStore(tmp_path)
    path = tmp_path / "more.csv"
    for listed, outcome in (("Ivan Petrov", "review"), ("Marta Solano", "clear")):
        path.write_text(f"name\n{listed}\n", encoding="utf-8")
        store.bring("more", [path], NOW)
        assert (await screened(ctx, "Ivan Petrov")).outcome == outcome


async def test_a_damaged_list_clears_nobody(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("name\nIvan Petrov\n", encoding="utf-8")
    store = WatchListStore(tmp_path)
    store.bring("more", [tmp_path / "more.csv"], NOW)
    (kept,) = store.versions()
    kept.write_text(kept.read_text("utf-8")[:-20], encoding="utf-8")
    with pytest.raises(BadInput, match="more"):
        await screened(context(tmp_path, FakeDatabase(tmp_path / "db")), "Anna Lee")
