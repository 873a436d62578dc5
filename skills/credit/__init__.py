"""Credit: a company's statements read, computed and questioned."""

from pathlib import Path

from app.core.skill import Skill
from skills.credit.analysis import analyse_statement
from skills.credit.indicator import ratio
from skills.credit.line_names import check_catalogue

SKILLS: tuple[Skill, ...] = (analyse_statement, ratio)


def check_content(content: Path) -> None:
    """Check the catalogue of line names. Raises `ContentError` with file and line."""
    check_catalogue()
