"""Who runs this process: the audit names him where he acts for somebody, or for the house."""

from __future__ import annotations

import getpass


def operator() -> str:
    """The account's name; `unknown` where the system has none for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name
        return "unknown"
