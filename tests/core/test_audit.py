"""The chain: any change to any entry shows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.audit import GENESIS, AuditEntry, canonical_json, digest_of, digest_of_stored, linked

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
words = st.text(max_size=12)
entries = st.builds(
    AuditEntry,
    what=words,
    person=words,
    operator=words,
    assistant=words,
    room=words,
    trace_id=words,
    decision=words,
    detail=st.dictionaries(words, words | st.integers() | st.floats() | st.lists(words) | st.none(), max_size=3),
    at=st.just(AT),
)


def chain(given_entries: list[AuditEntry]) -> list[AuditEntry]:
    made: list[AuditEntry] = []
    number, previous = 0, GENESIS
    for entry in given_entries:
        made.append(linked(entry, number, previous))
        number, previous = made[-1].number, made[-1].hash
    return made


def holds(made: list[AuditEntry]) -> bool:
    number, previous = 0, GENESIS
    for entry in made:
        if linked(entry, number, previous) != entry:
            return False
        number, previous = entry.number, entry.hash
    return True


@given(st.lists(entries, min_size=1, max_size=5), st.data())
def test_a_changed_field_breaks_it(given_entries: list[AuditEntry], data: st.DataObject) -> None:
    made = chain(given_entries)
    assert holds(made)
    at = data.draw(st.integers(0, len(made) - 1))
    name = data.draw(st.sampled_from([one.name for one in fields(AuditEntry)]))
    old = getattr(made[at], name)
    new = {"detail": {"x": [1]}, "at": AT + timedelta(microseconds=1), "number": 99}.get(name, f"{old}!")
    made[at] = replace(made[at], **{name: new})
    assert not holds(made)


@given(st.lists(entries, min_size=2, max_size=5, unique_by=digest_of))
def test_a_removed_or_moved_entry_breaks_it(given_entries: list[AuditEntry]) -> None:
    made = chain(given_entries)
    assert not holds(made[1:])
    assert not holds([made[1], made[0], *made[2:]])


@given(entries)
def test_the_digest_does_not_hang_on_the_zone_it_is_told_in(entry: AuditEntry) -> None:
    from datetime import timezone

    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=8))))
    assert digest_of(elsewhere) == digest_of(entry)


@given(entries, st.integers(1, 10**9))
def test_a_stored_row_gives_the_same_digest_without_being_parsed(entry: AuditEntry, number: int) -> None:
    placed = linked(entry, number - 1, "a" * 64)
    stored = digest_of_stored(
        placed.number,
        placed.at.isoformat(timespec="microseconds"),
        placed.what,
        placed.person,
        placed.operator,
        placed.assistant,
        placed.room,
        placed.trace_id,
        placed.decision,
        canonical_json(placed.detail),
        placed.previous,
    )
    assert stored == placed.hash == digest_of(placed)
