"""`deskmate token`: a key to the HTTP API for one person."""

from __future__ import annotations

from app.commands.noted import note, operator_entry
from app.core.settings import Settings
from app.rooms import build_identity


async def token(settings: Settings, person: str) -> int:
    """Print a bearer token for the HTTP API, once the audit says for whom and by whom it was made."""
    made = build_identity(settings).token(person)
    await note(settings, operator_entry("token.made", "allow", person=person))
    print(made)
    return 0
