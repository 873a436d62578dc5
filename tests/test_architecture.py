"""The floors hold, and each contract bites: a planted import is found."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PLANTED = [
    ("app/core/turn.py", "import app.engines.records", "Floors"),
    ("app/engines/rights.py", "import app.team.runner", "Floors"),
    ("app/team/runner.py", "import app.gateway.review", "Floors"),
    ("app/gateway/review.py", "import app.channels.api", "Floors"),
    ("app/channels/api.py", "import app.main", "Floors"),
    ("skills/office/__init__.py", "import app.team.runner", "Skills stand on the core alone"),
    ("app/gateway/review.py", "import skills.fx", "Only rooms import skills"),
    ("app/team/runner.py", "import app.engines.records", "Team and gateway know ports"),
    ("app/channels/api.py", "import app.channels.browser", "Channels are blind"),
    ("app/engines/rights.py", "import app.engines.privacy", "Engines are blind"),
    ("app/gateway/review.py", "import autogen_core", "AutoGen is known to the team alone"),
    ("app/team/runner.py", "import litellm", "litellm has one importer"),
    ("app/channels/api.py", "import chainlit", "Chainlit is known"),
    ("app/team/runner.py", "import presidio_analyzer", "Presidio, casbin"),
    ("skills/office/__init__.py", "import litellm", "Skills know no vendor"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--config", folder / "pyproject.toml", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for name in ("app", "skills"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.js", "*.css"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_floors_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_planted_import_is_found(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("from __future__", f"{line}\nfrom __future__", 1) + f"\n{line}\n", encoding="utf-8")
    try:
        result = lint(copy)
    finally:
        path.write_text(before, encoding="utf-8")
    assert result.returncode == 1, result.stdout
    broken = re.findall(r"^(.*) BROKEN", result.stdout, re.M)
    assert any(name.startswith(contract) for name in broken), result.stdout


def test_masked_text_is_made_by_privacy_and_kept_by_records() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\bMaskedText\(", path.read_text(encoding="utf-8")) and path.name != "turn.py"
    }
    assert makers <= {"app/engines/privacy.py", "app/engines/records.py"}, makers


def test_no_python_file_is_too_long() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in ("app", "skills")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
