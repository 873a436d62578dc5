"""What the office reads from its folders is checked, and its parts agree with each other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from app.core.assistant import ContentError, load_assistant
from skills.office import SKILLS, check_content
from skills.office.catalogue import say
from skills.office.meeting_rooms import load_rooms
from tests.skills.context import CONTENT, PEOPLE


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of what the office reads."""
    (tmp_path / "config").mkdir()
    shutil.copy(CONTENT / "config" / "meeting_rooms.yaml", tmp_path / "config")
    templates = Path("assistants") / "office" / "templates"
    shutil.copytree(CONTENT / templates, tmp_path / templates)
    return tmp_path


def broken(content: Path, old: str, new: str) -> ContentError:
    path = content / "config" / "meeting_rooms.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ContentError) as error:
        check_content(content)
    return error.value


def line_of(content: Path, word: str) -> int:
    lines = (content / "config" / "meeting_rooms.yaml").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if word in line)


def test_the_shipped_content_is_right(content: Path) -> None:
    check_content(content)
    check_content(CONTENT)


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("id: zh-303, name: 303会议室", "id: zh-302, name: 303会议室", "303会议室", "twice"),
        ("seats: 16", "seats: 0", "303会议室", "greater than or equal"),
        ("seats: 16", "seats: many", "303会议室", "seats"),
        ('equipment: [projector, video], aliases: ["303"]', "equipment: [piano], aliases: []", "303会议室", "piano"),
        ("days_ahead: 30", "days_ahead: 30\nextra: 1", "extra", "Extra"),
        ('open: "08:00"', 'open: "22:00"', "hours:", "before close"),
        ("days_ahead: 30", "days_ahead: [", "days_ahead", ""),
    ],
)
def test_a_mistake_is_named_with_file_and_line(content: Path, old: str, new: str, where: str, says: str) -> None:
    error = broken(content, old, new)
    assert error.path.name == "meeting_rooms.yaml" and says in error.problem
    if says:
        assert error.line == line_of(content, where)


def test_a_missing_file_and_a_broken_template_are_named(content: Path) -> None:
    template = content / "assistants" / "office" / "templates" / "notice.docx"
    template.write_bytes(b"not a document")
    with pytest.raises(ContentError, match=r"notice\.docx"):
        check_content(content)
    template.unlink()
    with pytest.raises(ContentError, match="missing"):
        check_content(content)
    (content / "config" / "meeting_rooms.yaml").unlink()
    with pytest.raises(ContentError, match="missing"):
        check_content(content)


def test_both_languages_have_every_text_with_the_same_places() -> None:
    assert say.keys("zh") == say.keys("en")
    catalogues = [yaml.safe_load((say.folder / f"{name}.yaml").read_text("utf-8")) for name in ("zh", "en")]
    date_parts = {"month", "month_name", "day", "year"}
    for key in catalogues[0]:
        zh, en = (set(re.findall(r"{(\w+)", one[key])) - date_parts for one in catalogues)
        assert zh == en, key


def test_every_skill_has_a_manifest_and_its_questions() -> None:
    for skill in SKILLS:
        assert skill.schema["type"] == "object"
        for parameter in skill.required:
            assert skill.question(parameter)
        assert bool(skill.executors) == (skill.confirm != "none"), skill.name


def test_the_assistant_names_skills_that_exist_and_shows_each_in_examples() -> None:
    assistant = load_assistant(CONTENT / "assistants" / "office")
    own = {name for name in assistant.skills if name.startswith("office.")}
    assert own == {skill.name for skill in SKILLS} - {
        "office.request_trip",
        "office.cancel_trip",
    }  # of a trip
    shown = {example.skill for example in assistant.examples}
    assert own <= shown and None in shown
    assert len(assistant.examples) >= 40
    assert any(example.starter for example in assistant.examples)


def test_the_rules_of_meeting_rooms_say_what_the_configuration_does() -> None:
    rules = (CONTENT / "knowledge" / "office" / "meeting-rooms.md").read_text("utf-8")
    rooms = load_rooms(CONTENT)
    assert f"最多可以提前 {rooms.days_ahead} 天" in rules
    assert f"不超过 {rooms.longest_hours} 小时" in rules
    assert f"每天 {rooms.hours.open:%-H:%M} 至 {rooms.hours.close:%H:%M}" in rules
    for room in rooms.rooms:
        if room.place == "总行":
            assert re.search(rf"\| {room.name} \|.*\| {room.seats} \|", rules), room.name


def test_everybody_of_the_demonstration_staff_has_a_place_with_rooms() -> None:
    rooms = load_rooms(CONTENT)
    assert all(rooms.place_of(one.place) for one in PEOPLE)


def test_the_knowledge_set_is_complete() -> None:
    folder = CONTENT / "knowledge" / "office"
    documents = sorted(folder.glob("*.md"))
    assert len(documents) >= 6
    for path in documents:
        head = yaml.safe_load(path.read_text("utf-8").split("---")[1])
        assert set(head) == {"title", "number", "issued", "valid_from", "owner", "department"}, path.name
        clauses = re.findall(r"^第([一二三四五六七八九十]+)条 ", path.read_text("utf-8"), re.MULTILINE)
        assert len(clauses) == len(set(clauses)) >= 10, path.name
