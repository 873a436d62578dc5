"""Presidio is imported without what it does not need: when an update changes that, these tests say so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.core.lean_import import without

ROOT = Path(__file__).resolve().parents[2]
MASKED = """
import asyncio, sys
from pathlib import Path
{before}
from app.engines.privacy import MemoryVault, PresidioPrivacy
privacy = PresidioPrivacy(MemoryVault(), Path("config/masking.yaml"))
print(asyncio.run(privacy.mask("room", "客户李明，手机13800138000，John Smith")).masked.text)
{after}
"""
EXPECTED = "客户<PERSON_1>，手机<PHONE_1>，<PERSON_2>"
HEAVY = ("spacy", "tldextract", "phonenumbers", "jieba", "scipy", "sklearn", "torch", "requests", "litellm")


def run(before: str = "", after: str = "") -> str:
    """What a new process prints."""
    program = MASKED.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_heavy_libraries_stay_out() -> None:
    loaded = f"print([name for name in {HEAVY} if name in sys.modules])"
    assert run(after=loaded).splitlines() == [EXPECTED, "[]"]


def test_nothing_of_presidio_that_we_use_is_a_stand_in() -> None:
    assert run(before="import presidio_analyzer") == EXPECTED


def test_the_true_library_can_be_imported_afterwards() -> None:
    used = "import phonenumbers; print(phonenumbers.is_possible_number(phonenumbers.parse('+8613800138000')))"
    assert run(after=used).splitlines() == [EXPECTED, "True"]


def test_a_stand_in_refuses_to_be_used_later() -> None:
    with without("deskmate_absent"):
        import deskmate_absent  # type: ignore[import-not-found]

        decorated = deskmate_absent.registry.thing("name")(len)
    assert decorated is len
    with pytest.raises(ImportError):
        deskmate_absent.load("model")
    with pytest.raises(ModuleNotFoundError):
        import deskmate_absent.again  # type: ignore[import-not-found]
