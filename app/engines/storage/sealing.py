"""Encryption at rest: what may hold personal data is sealed before it reaches a column.

A seal is the id of its key, a nonce, and the ciphertext with its tag (AES-256-GCM, NIST SP 800-38D). The first version
wrote no id: such seals still open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.errors import Unavailable
from app.core.keys import KEY_ID, derived_key, key_id
from app.core.texts import Texts

_NONCE = 12  # bytes, as NIST SP 800-38D advises for GCM
_VERSION = b"\x01"
PREFIX = len(_VERSION) + KEY_ID
"""Bytes at the head of a seal that tell its key."""


class Sealer:
    """Seals under a key derived from the newest secret and opens with any known one: `ports.Sealing`.

    `about` binds a seal to its place: it opens nowhere else.
    """

    def __init__(self, secret: str, texts: Texts, old: Sequence[str] = ()) -> None:
        secrets = (secret, *old)
        self.newest = _VERSION + key_id(secret)
        """What every seal of this sealer begins with."""
        self._ciphers = {_VERSION + key_id(one): AESGCM(derived_key(one, "seal")) for one in secrets}
        self._fingerprint_keys = [derived_key(one, "fingerprint") for one in secrets]
        self._file_keys = {key_id(one): derived_key(one, "file") for one in secrets}
        self._texts = texts

    def seal(self, value: Any, *, about: str) -> bytes:
        """JSON `value` as key id, nonce and ciphertext."""
        nonce = os.urandom(_NONCE)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return self.newest + nonce + self._ciphers[self.newest].encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, *, about: str) -> Any:
        """The value again. Raises `Unavailable` when no known secret opens it, or the bytes were changed."""
        for cipher, body in self._candidates(sealed):
            try:
                return json.loads(cipher.decrypt(body[:_NONCE], body[_NONCE:], about.encode()))
            except InvalidTag:
                continue
        raise self.changed()

    def _candidates(self, sealed: bytes) -> Iterator[tuple[AESGCM, bytes]]:
        """The key that the seal names; then every key, for a seal that names none."""
        named = self._ciphers.get(sealed[:PREFIX])
        if named and len(sealed) > PREFIX + _NONCE:
            yield named, sealed[PREFIX:]
        if len(sealed) > _NONCE:
            yield from ((cipher, sealed) for cipher in self._ciphers.values())

    def fingerprint(self, value: str, *, about: str) -> str:
        """The same value at the same place gives the same fingerprint; nothing can be read from it."""
        return self.fingerprints(value, about=about)[0]

    def fingerprints(self, value: str, *, about: str) -> list[str]:
        """The fingerprint under every known secret, the newest first."""
        said = f"{about}\0{value}".encode()
        return [hmac.new(key, said, hashlib.sha256).hexdigest() for key in self._fingerprint_keys]

    def knows(self, head: bytes) -> bool:
        """Whether a seal that begins with `head` can be opened here."""
        return head in self._ciphers

    def file_key(self, id: bytes) -> bytes:
        """The key of files under the secret of that id. Raises `Unavailable` where it is not known."""
        if id not in self._file_keys:
            raise self.changed()
        return self._file_keys[id]

    def changed(self) -> Unavailable:
        """What is there cannot be opened."""
        return Unavailable("SECRET_CHANGED", self._texts("sealing_secret_changed"))
