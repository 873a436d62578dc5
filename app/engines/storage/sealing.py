"""Encryption at rest: what may hold personal data is sealed before it reaches a column."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.errors import Unavailable
from app.core.keys import derived_key
from app.core.texts import Texts

_NONCE = 12  # bytes, as NIST SP 800-38D advises for GCM


class Sealer:
    """AES-256-GCM under a key derived from the secret. `about` binds a seal to its place: it opens nowhere else."""

    def __init__(self, secret: str, texts: Texts) -> None:
        self._cipher = AESGCM(derived_key(secret, "seal"))
        self._fingerprint_key = derived_key(secret, "fingerprint")
        self._texts = texts

    def seal(self, value: Any, *, about: str) -> bytes:
        """JSON `value` as nonce and ciphertext."""
        nonce = os.urandom(_NONCE)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, *, about: str) -> Any:
        """The value again. Raises `Unavailable` when the secret is another one or the bytes were changed."""
        try:
            return json.loads(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()))
        except InvalidTag:
            raise Unavailable("SECRET_CHANGED", self._texts("sealing_secret_changed")) from None

    def fingerprint(self, value: str, *, about: str) -> str:
        """The same value at the same place gives the same fingerprint; nothing can be read from it."""
        return hmac.new(self._fingerprint_key, f"{about}\0{value}".encode(), hashlib.sha256).hexdigest()
