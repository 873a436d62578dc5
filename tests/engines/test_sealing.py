"""Seals: they open at their place, under a known secret, and nowhere else; also a file's, chunk by chunk."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from app.core.errors import Unavailable
from app.core.keys import derived_key
from app.core.texts import Texts
from app.engines.storage.rotation import sealed_columns
from app.engines.storage.sealed_file import CHUNK, MAGIC, opened_pieces, pieces, sealed_pieces
from app.engines.storage.sealing import Sealer
from app.rooms import load_skills

TEXTS = Texts(Path(__file__).parents[2] / "app" / "engines" / "storage" / "texts")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
HEAD = len(MAGIC) + 4 + 32
SEALED_CHUNK = CHUNK + 16


def sealer(secret: str = "one", *old: str) -> Sealer:
    return Sealer(secret, TEXTS, old)


@given(JSON)
def test_a_value_comes_back(value: object) -> None:
    assert sealer().open(sealer().seal(value, about="a"), about="a") == value


def test_a_seal_opens_at_its_own_place_only() -> None:
    sealed = sealer().seal("李明", about="vault/r1/<PERSON_1>")
    with pytest.raises(Unavailable):
        sealer().open(sealed, about="vault/r2/<PERSON_1>")


@given(st.data())
def test_a_changed_or_shortened_seal_does_not_open(data: st.DataObject) -> None:
    sealed = sealer().seal({"name": "李明"}, about="a")
    at = data.draw(st.integers(0, len(sealed) - 1))
    flipped = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    for changed in (flipped, sealed[:at]):
        with pytest.raises(Unavailable):
            sealer().open(changed, about="a")


def test_a_seal_says_which_secret_sealed_it_and_nothing_of_the_secret() -> None:
    sealed = sealer("two", "one").seal("x", about="a")
    assert sealed.startswith(sealer("two").newest) and not sealed.startswith(sealer("one").newest)
    assert sealer("three", "two").open(sealed, about="a") == "x"
    with pytest.raises(Unavailable):
        sealer("one").open(sealed, about="a")


def test_seals_of_the_first_version_open_still() -> None:
    nonce = os.urandom(12)
    first = nonce + AESGCM(derived_key("one", "seal")).encrypt(nonce, json.dumps("李明").encode(), b"a")
    assert sealer("one").open(first, about="a") == "李明"
    assert sealer("two", "one").open(first, about="a") == "李明"


def test_a_first_version_seal_that_looks_like_a_new_one_opens_too() -> None:
    nonce = sealer("one").newest + os.urandom(7)
    first = nonce + AESGCM(derived_key("one", "seal")).encrypt(nonce, b'"x"', b"a")
    assert sealer("one").open(first, about="a") == "x"


def test_fingerprints_differ_by_secret_place_and_value() -> None:
    found = {
        sealer(secret).fingerprint(value, about=about)
        for secret in ("one", "two")
        for value in ("李明", "李明华")
        for about in ("vault/r1", "vault/r2")
    }
    assert len(found) == 8
    assert sealer("two", "one").fingerprints("x", about="a")[1] == sealer("one").fingerprint("x", about="a")


def test_every_column_of_bytes_says_how_it_is_sealed() -> None:
    load_skills()
    sealed = {(table.name, name) for table, columns in sealed_columns() for name in columns}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and (table.name, column.name) != ("sealing_key", "head"):
                assert (table.name, column.name) in sealed, "rotation would leave it behind"


# --- files ---


def sealed_file(content: bytes, id: str = "f1", by: Sequence[str] = ("one",)) -> bytes:
    return b"".join(sealed_pieces(pieces(io.BytesIO(content)), sealer(*by), id=id))


def opened_file(sealed: bytes, id: str = "f1", by: Sequence[str] = ("one",)) -> bytes:
    return b"".join(opened_pieces(io.BytesIO(sealed), sealer(*by), id=id))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_a_file_comes_back_whatever_its_size(size: int) -> None:
    content = os.urandom(size)
    sealed = sealed_file(content)
    assert opened_file(sealed) == content
    assert opened_file(sealed, by=("two", "one")) == content
    assert size < 64 or content[:64] not in sealed


def test_a_file_that_was_cut_off_does_not_open_not_even_between_two_chunks() -> None:
    sealed = sealed_file(os.urandom(2 * CHUNK + 5))
    for length in (0, 8, HEAD - 1, HEAD, HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK, len(sealed) - 1):
        with pytest.raises(Unavailable):
            opened_file(sealed[:length])


def test_chunks_cannot_be_changed_swapped_added_or_put_into_another_file() -> None:
    content = os.urandom(3 * CHUNK)
    sealed, other = sealed_file(content), sealed_file(content, "f2")
    first, second = sealed[HEAD : HEAD + SEALED_CHUNK], sealed[HEAD + SEALED_CHUNK : HEAD + 2 * SEALED_CHUNK]
    rest = sealed[HEAD + 2 * SEALED_CHUNK :]
    swapped = sealed[:HEAD] + second + first + rest
    doubled = sealed + rest
    mixed = sealed[:HEAD] + other[HEAD : HEAD + SEALED_CHUNK] + second + rest
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for changed in (swapped, doubled, mixed, flipped, other, content):
        with pytest.raises(Unavailable):
            opened_file(changed)
    with pytest.raises(Unavailable):
        opened_file(sealed, by=("two",))


def test_a_file_is_sealed_and_opened_a_chunk_at_a_time() -> None:
    """No piece on the way is larger than a chunk: memory does not grow with the file."""
    content = io.BytesIO(bytes(10 * CHUNK))
    sealed = list(sealed_pieces(pieces(content), sealer(), id="f1"))
    assert max(map(len, sealed)) == SEALED_CHUNK
    plain = opened_pieces(io.BytesIO(b"".join(sealed)), sealer(), id="f1")
    assert max(map(len, plain)) == CHUNK
