"""A file's bytes, sealed in chunks: memory stays bounded, and what was changed, moved or cut off does not open.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015) over AES-256-GCM: a chunk's nonce is its number and whether it is the last; every file
has a key of its own (HKDF over a random salt), so no nonce comes twice under one key. The file's id is bound to every
chunk: one file's bytes put in the place of another's do not open.

    magic (8) | key id (4) | salt (32) | chunk | chunk | …      chunk: ciphertext of at most 256 KiB, and its tag (16)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.keys import KEY_ID
from app.engines.storage.sealing import Sealer

MAGIC = b"\x89DMF\r\n\x1a\x01"
"""No text and no picture begins so; the line ends show a copy that was made in text mode (as PNG's do)."""
CHUNK = 256 * 1024  # bytes of plain text
_SALT, _TAG, _NUMBER = 32, 16, 11  # bytes


def pieces(content: BinaryIO) -> Iterator[bytes]:
    """`content` in chunks as they are sealed."""
    while piece := content.read(CHUNK):
        yield piece


def sealed_pieces(content: Iterable[bytes], sealer: Sealer, *, id: str) -> Iterator[bytes]:
    """What is written to disk for `content`, whose pieces are `CHUNK` bytes each but the last."""
    newest, salt = sealer.newest[-KEY_ID:], os.urandom(_SALT)
    yield MAGIC + newest + salt
    cipher, about = _cipher(sealer, newest, salt), id.encode()
    number, waiting = 0, b""
    for piece in content:
        if waiting:
            yield cipher.encrypt(_nonce(number, last=False), waiting, about)
            number += 1
        waiting = piece
    yield cipher.encrypt(_nonce(number, last=True), waiting, about)


def opened_pieces(file: BinaryIO, sealer: Sealer, *, id: str) -> Iterator[bytes]:
    """The plain bytes of a sealed file. Raises `Unavailable` at the first chunk that was changed, moved or cut off."""
    head = file.read(len(MAGIC) + KEY_ID + _SALT)
    if len(head) < len(MAGIC) + KEY_ID + _SALT or not head.startswith(MAGIC):
        raise sealer.changed()
    cipher, about = _cipher(sealer, key_of(head), head[len(MAGIC) + KEY_ID :]), id.encode()
    number, chunk = 0, file.read(CHUNK + _TAG)
    while True:
        following = file.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, about)
        except InvalidTag:
            raise sealer.changed() from None
        if not following:
            return
        number, chunk = number + 1, following


def key_of(head: bytes) -> bytes:
    """The id of the key that a file beginning with `head` is sealed under; empty for a plain one."""
    return head[len(MAGIC) : len(MAGIC) + KEY_ID] if head.startswith(MAGIC) else b""


def _cipher(sealer: Sealer, id: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"deskmate/file/1").derive(sealer.file_key(id)))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NUMBER, "big") + bytes([last])
