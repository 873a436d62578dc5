"""Keys derived from the one secret."""

from __future__ import annotations

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key of its own for each purpose."""
    return hmac.new(secret.encode(), f"deskmate/{purpose}/1".encode(), hashlib.sha256).digest()
