"""What sealing costs: a value, a file, a placeholder, a change of the secret, an erasure.

    python bench/bench_vault.py

Floors are AES-256-GCM of the same library over the same bytes, with nothing around it.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.keys import derived_key
from app.engines.storage.database import SqlDatabase
from app.engines.storage.erasure import Erasure
from app.engines.storage.files import FolderFiles
from app.engines.storage.rotation import Rotation
from app.engines.storage.sealed_file import opened_pieces, pieces, sealed_pieces
from app.engines.storage.sealing import Sealer
from app.engines.storage.vault import SealedVault
from app.engines.storage.wanted import Wanted
from app.rooms import texts_of
from bench.table import Row, show

ROUNDS = 5
VALUES = 10_000
FILE = os.urandom(20 * 2**20)
"""As large as an upload may be."""
TEXTS = texts_of("engines/storage")
VALUE = "6222020000000000000"


def best(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of one call of `work`, the best of some rounds of `times` calls."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            work()
        taken.append((time.perf_counter() - started) / times)
    return min(taken)


def of_a_value() -> list[Row]:
    """Microseconds."""
    sealer, cipher = Sealer("new", TEXTS), AESGCM(derived_key("new", "seal"))
    former = Sealer("newer", TEXTS, ("new",))
    sealed, plain, nonce = sealer.seal(VALUE, about="vault/r/<P_1>"), json.dumps(VALUE).encode(), os.urandom(12)
    raw = cipher.encrypt(nonce, plain, b"vault/r/<P_1>")
    seal = best(lambda: sealer.seal(VALUE, about="vault/r/<P_1>"), 20_000) * 1e6
    open_ = best(lambda: sealer.open(sealed, about="vault/r/<P_1>"), 20_000) * 1e6
    open_old = best(lambda: former.open(sealed, about="vault/r/<P_1>"), 20_000) * 1e6
    floor_seal = best(lambda: cipher.encrypt(nonce, plain, b"vault/r/<P_1>"), 20_000) * 1e6
    floor_open = best(lambda: cipher.decrypt(nonce, raw, b"vault/r/<P_1>"), 20_000) * 1e6
    return [
        Row("seal one value", f"{seal:.1f} µs", "≤ 20 µs", seal <= 20, f"{floor_seal:.1f} µs"),
        Row("open one value", f"{open_:.1f} µs", "≤ 20 µs", open_ <= 20, f"{floor_open:.1f} µs"),
        Row(
            "the same under an earlier secret", f"{open_old:.1f} µs", "≤ 20 µs", open_old <= 20, f"{floor_open:.1f} µs"
        ),
    ]


def of_a_file() -> list[Row]:
    """MB a second, one core."""
    sealer, cipher, nonce = Sealer("new", TEXTS), AESGCM(derived_key("new", "file")), os.urandom(12)
    sealed = b"".join(sealed_pieces(pieces(io.BytesIO(FILE)), sealer, id="f"))
    megabytes = len(FILE) / 1e6
    raw = cipher.encrypt(nonce, FILE, b"f")
    seal = megabytes / best(lambda: [None for _ in sealed_pieces(pieces(io.BytesIO(FILE)), sealer, id="f")])
    open_ = megabytes / best(lambda: [None for _ in opened_pieces(io.BytesIO(sealed), sealer, id="f")])
    floor_seal = megabytes / best(lambda: cipher.encrypt(nonce, FILE, b"f"))
    floor_open = megabytes / best(lambda: cipher.decrypt(nonce, raw, b"f"))
    return [
        Row("seal a file of 20 MiB", f"{seal:.0f} MB/s", "≥ 200 MB/s", seal >= 200, f"{floor_seal:.0f} MB/s"),
        Row("open it", f"{open_:.0f} MB/s", "≥ 200 MB/s", open_ >= 200, f"{floor_open:.0f} MB/s"),
    ]


def _at(home: Path, *secrets: str) -> tuple[SqlDatabase, Sealer]:
    sealer = Sealer(secrets[0], TEXTS, secrets[1:])
    return SqlDatabase(f"sqlite+aiosqlite:///{home / 'd.db'}", TEXTS, sealer), sealer


async def of_a_house(home: Path) -> list[Row]:
    """Seconds and milliseconds, on SQLite."""
    database, sealer = _at(home, "old")
    await database.open()
    vault = SealedVault(database, sealer)
    for room in range(100):
        await vault.add(
            f"r{room}", [("BANK_CARD", f"{6222020000000000000 + number}") for number in range(VALUES // 100)]
        )
    files = FolderFiles(home / "files", database, sealer, TEXTS)
    started = time.perf_counter()
    file = await files.store("r1", "large.bin", FILE, "x/y", by="E1001")
    stored = (time.perf_counter() - started) * 1000
    started = time.perf_counter()
    await files.read(file.id)
    read = (time.perf_counter() - started) * 1000
    await database.close()

    database, sealer = _at(home, "new", "old")
    await database.open()
    files = FolderFiles(home / "files", database, sealer, TEXTS)
    started = time.perf_counter()
    done = await Rotation(database, sealer, files).run()
    rotated = time.perf_counter() - started
    started = time.perf_counter()
    await database.scrub()
    scrubbed = time.perf_counter() - started
    wanted = Wanted("6222020000000000017", "value", TEXTS)
    started = time.perf_counter()
    gone = await Erasure(database, sealer, files, TEXTS).value(wanted, room=None, with_files=False, dry_run=False)
    erased = time.perf_counter() - started
    await database.close()
    assert (done.values, done.files, gone.counts["placeholders"]) == (VALUES + 1, 1, 100)
    return [
        Row("store a file of 20 MiB, with its flush to disk", f"{stored:.0f} ms"),
        Row("read it", f"{read:.0f} ms", "≤ 300 ms", read <= 300),
        Row(f"change the secret of {VALUES:,} values and that file", f"{rotated:.2f} s", "≤ 5 s", rotated <= 5),
        Row("give back what was deleted (VACUUM, log)", f"{scrubbed:.2f} s"),
        Row(f"erase one number found 100 times among {VALUES:,}", f"{erased:.2f} s", "≤ 3 s", erased <= 3),
    ]


def main() -> int:
    """Print the table; 0 when every target is reached."""
    with tempfile.TemporaryDirectory() as home:
        return show([*of_a_value(), *of_a_file(), *asyncio.run(of_a_house(Path(home)))])


if __name__ == "__main__":
    sys.exit(main())
