"""Names of files: harmless for people and for every file system."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.core.file_names import ending, harmless_name, name_on_disk


@given(st.text(max_size=400), st.sampled_from(["", "0a1b2c3d-"]))
def test_whatever_people_type_it_is_one_name_in_one_folder(name: str, before: str) -> None:
    for made in (harmless_name(name), name_on_disk(name, before)):
        assert not [sign for sign in made if unicodedata.category(sign)[0] == "C"]
        assert "/" not in made and "\\" not in made and made.strip(" .")
    assert len(harmless_name(name)) <= 120
    kept = name_on_disk(name, before)
    assert len(kept.encode()) <= 255 and kept.startswith(before) and len(kept) > len(before)


def test_the_ending_stays_and_folders_go() -> None:
    assert harmless_name("../../etc/客户李明.XLSX") == "客户李明.xlsx" and ending("a.XLSX") == ".xlsx"
    long = name_on_disk("客" * 300 + ".docx", before="12345678-")
    assert long.endswith(".docx") and len(long.encode()) <= 255
    assert harmless_name("\u202e..") == "file" and ending("none") == ""
