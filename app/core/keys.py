"""Keys derived from the one secret."""

from __future__ import annotations

import hashlib
import hmac

KEY_ID = 4
"""Bytes of a key's id."""


def derived_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key of its own for each purpose."""
    return hmac.new(secret.encode(), f"deskmate/{purpose}/1".encode(), hashlib.sha256).digest()


def key_id(secret: str) -> bytes:
    """A short name of the secret that says nothing about it: what is sealed carries the one it was sealed under."""
    return derived_key(secret, "id")[:KEY_ID]
