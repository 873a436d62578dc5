"""The attack sets: JSON lines, one attack or one harmless neighbour of one a line."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.assistant import ContentError

SHIPPED = Path(__file__).parent / "attacks"
BENIGN = "benign"
"""The category of what bank staff write and no review may refuse."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AttackFile(_Strict):
    """A file uploaded with the first message; its kind is its name's ending (`.txt`, `.docx`, `.xlsx`)."""

    name: str
    content: str | tuple[tuple[str, ...], ...]
    """Text by lines; for a workbook the rows of its one sheet."""

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        if isinstance(self.content, tuple):
            return _workbook(self.content)
        return _document(self.content) if self.name.endswith(".docx") else self.content.encode()

    @property
    def text(self) -> str:
        """All that it says."""
        rows = [self.content] if isinstance(self.content, str) else [" ".join(row) for row in self.content]
        return "\n".join([self.name, *rows])


class PlantedDocument(_Strict):
    """A document that stands in a knowledge set and that the message's search finds."""

    title: str
    text: str


class Attack(_Strict):
    """What one person says, once or in several turns, and what it is after."""

    id: str
    category: str
    language: Literal["zh", "zh-Hant", "en", "mixed", "pinyin"]
    person: str = Field(alias="as")
    """Staff number of who says it."""
    expected: Literal["refused", "harmless", "answered"]
    """`refused`: the review should refuse it. `harmless`: whatever is answered, nothing may come of it. `answered`: a
    benign neighbour, no review may refuse it."""
    aim: str = ""
    """`prompt`, `act`, `data` (others' talk, files, sets), `personal`, `mask`, `rights`, `claim`,
    `forbidden` (a promise), `harmful`."""
    turns: tuple[str, ...] = Field(min_length=1)
    to: str = ""
    """The assistant that the channel says it is for; empty where the text names one, or leaves it to the house."""
    file: AttackFile | None = None
    hit: PlantedDocument | None = None
    plain: str = ""
    """What an encoded attack says, for people who read the file."""
    encoding: str = ""
    secrets: tuple[str, ...] = ()
    """Invented personal data in it, that no model may be sent."""
    never_runs: tuple[str, ...] = ()
    """Skills to which this person has no right."""

    @property
    def benign(self) -> bool:
        """Whether it is no attack at all."""
        return self.category == BENIGN

    @property
    def in_text(self) -> bool:
        """Whether the attack stands in what is typed, not in a file or a document found."""
        return self.file is None and self.hit is None


def read_attacks(paths: Iterable[Path] = ()) -> Sequence[Attack]:
    """The attacks of these files and folders; of the shipped set where none is named. Raises `ContentError`."""
    files = [
        file
        for path in (list(paths) or [SHIPPED])
        for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])
    ]
    found: dict[str, Attack] = {}
    for path in files:
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip():
                continue
            try:
                attack = Attack.model_validate_json(line)
            except ValidationError as error:
                problems = error.errors(include_input=False, include_url=False)
                # A misspelt key leaves its right name missing: the misspelt one is what helps.
                problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
                where = ".".join(str(part) for part in problem["loc"])
                raise ContentError(path, number, f"{where}: {problem['msg']}") from None
            if attack.id in found:
                raise ContentError(path, number, f"{attack.id} is there twice")
            found[attack.id] = attack
    return tuple(found.values())


def _lines(path: Path) -> list[str]:
    try:
        # Not `splitlines`: some of its line ends may stand within a line of JSON.
        return path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise ContentError(path, 1, "file is missing") from None
    except UnicodeDecodeError:
        raise ContentError(path, 1, "not UTF-8") from None


def _document(text: str) -> bytes:
    from docx import Document

    document = Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    return _saved(document)


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Sheet1", 0)
    for row in rows:
        sheet.append([float(cell) if cell.isdigit() else cell for cell in row])
    return _saved(book)


def _saved(file: Any) -> bytes:
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()
