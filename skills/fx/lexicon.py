"""Word lists as patterns."""

from __future__ import annotations


def any_of(words: str) -> str:
    r"""A group that matches any of `words`, written one after another; a space within one is written `\s`."""
    return "(?:" + "|".join(words.split()) + ")"
