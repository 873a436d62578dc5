"""The file drop: both files of a deal appear at once, and only once, whatever breaks in between.

A deal is written into `sending/`, where nobody looks, and moved to `in/` as a folder: one rename. Whoever finds
`sending/<number>` gone where it had been complete knows that it has been moved.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_ENDINGS = {".ack": True, ".nak": False}
_LONGEST_ANSWER = 500  # characters


class Drop:
    """One folder of the back office. Every method raises `OSError` where the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._sending, self._in, self._answers = (folder / name for name in ("sending", "in", "answers"))

    def write(self, number: str, files: Mapping[str, bytes]) -> None:
        """Put the deal's files together, unseen; an answer to an earlier try is taken away first."""
        for folder in (self._sending, self._in, self._answers):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for ending in _ENDINGS:
            (self._answers / f"{number}{ending}").unlink(missing_ok=True)
        place = self._sending / number
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        for name, content in files.items():
            with (place / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _to_disk(place)

    def move(self, number: str) -> None:
        """Show what `write` has put together. Nothing is done where it was shown before."""
        try:
            (self._sending / number).rename(self._in / number)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(self._sending / number)  # the last try still lies there, and is the same
        _to_disk(self._in)

    def answers(self) -> Mapping[str, tuple[bool, str]]:
        """Number -> whether the back office took it, and what it says."""
        found: dict[str, tuple[bool, str]] = {}
        for path in sorted(self._answers.iterdir()) if self._answers.is_dir() else ():
            if path.suffix in _ENDINGS:
                with path.open("rb") as file:
                    said = file.read(_LONGEST_ANSWER * 4).decode("utf-8", "replace").strip()[:_LONGEST_ANSWER]
                # Where both lie there, it took it.
                if _ENDINGS[path.suffix] or path.stem not in found:
                    found[path.stem] = (_ENDINGS[path.suffix], said)
        return found


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
