"""`deskmate lists`: importing a list, and what happens when that goes wrong."""

from __future__ import annotations

from pathlib import Path

from tests.commands.deskmate import run

OWN = "name,aliases,id\n银岬贸易有限公司,Yinjia Trading,7\nIvan Petrov,,8\nMarta Solano,,9\n"


def listed(folder: Path, text: str, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_imported_list_is_screened_against(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "还没有" in run(home, "lists", "show").out
    made = run(
        home, "lists", "import", listed(tmp_path, OWN), "--as", "branch", "--source", "合规部", "--date", "2026-11-20"
    )
    assert made.code == 0 and "合规部" in made.out and "2026-11-20" in made.out
    found = run(home, "fx", "screen", "--jsonl", lines=[{"name": "銀岬貿易"}, {"name": "华星科技有限公司"}])
    match = {"list": "branch", "name": "银岬贸易有限公司", "score": 1.0, "entry": "7"}
    assert [line["matches"] for line in found.lines] == [[match], []]
    (shown,) = run(home, "lists", "show", "--jsonl").lines
    assert (shown["list"], shown["source"], shown["day"], shown["entries"]) == ("branch", "合规部", "2026-11-20", 3)
    assert [decision for decision in ("begun", "done") if f"list.imported  {decision}" in audited(home)] == [
        "begun",
        "done",
    ]


def test_an_own_list_given_for_one_run_is_the_only_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "lists", "import", listed(tmp_path, OWN), "--as", "branch")
    other = listed(tmp_path, "name\nAnna Lee\n", "other.csv")
    found = run(home, "fx", "screen", "--jsonl", "--list", other, lines=[{"name": "Ivan Petrov"}, {"name": "Lee Anna"}])
    assert [len(line["matches"]) for line in found.lines] == [0, 1]


def test_a_broken_file_is_refused_and_the_list_before_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "lists", "import", listed(tmp_path, OWN), "--as", "branch")
    for name, content in (("cut.xml", "<sdnList><sdnEntry>"), ("wrong.csv", "company,city\nX,Y\n"), ("empty.csv", "")):
        ran = run(home, "lists", "import", listed(tmp_path, content, name), "--as", "branch")
        assert ran.code == 1 and name in ran.err and "Traceback" not in ran.err
    assert run(home, "lists", "import", tmp_path / "none.csv", "--as", "branch").code == 1
    assert run(home, "fx", "screen", "--jsonl", lines=[{"name": "Ivan Petrov"}]).lines[0]["matches"][0]["entry"] == "8"
    assert audited(home).count("list.imported  failed") == 4


def test_a_list_that_shrank_is_doubted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "lists", "import", listed(tmp_path, OWN), "--as", "branch")
    short = listed(tmp_path, "name\nAnna Lee\n", "short.csv")
    assert run(home, "lists", "import", short, "--as", "branch").code == 1
    made = run(home, "lists", "import", short, "--as", "branch", "--smaller", "--jsonl")
    assert (made.code, made.lines[0]["before"], made.lines[0]["entries"]) == (0, 3, 1)
    assert len(list((home / "lists" / "branch").glob("*.json"))) == 3  # both versions, and which one is in force


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, second = (run(home, "lists", "import", listed(tmp_path, OWN), "--as", "branch", "--jsonl") for _ in "12")
    assert (first.lines[0]["unchanged"], second.lines[0]["unchanged"]) == (False, True)
    assert first.lines[0]["version"] == second.lines[0]["version"]


def test_a_name_of_a_list_is_no_path(tmp_path: Path) -> None:
    ran = run(tmp_path / "home", "lists", "import", listed(tmp_path, OWN), "--as", "../evil")
    assert ran.code == 1 and not (tmp_path / "evil").exists()


def audited(home: Path) -> str:
    return run(home, "audit", "show", "--what", "list.imported").out
