"""The page's folder and HTML: ours, in two languages, and nothing from outside."""

import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.channels.browser_page import WEB, keep_our_languages, language_of_browser, own_origin_only, prepare, version
from app.core.settings import Settings

VENDOR = Path(find_spec("chainlit").origin).parent  # type: ignore[union-attr,arg-type]


@pytest.fixture
def root(settings: Settings) -> Iterator[Path]:
    before = dict(os.environ)
    try:
        yield prepare(settings)
    finally:
        os.environ.clear()
        os.environ.update(before)


def leaves(tree: object, path: str = "") -> dict[str, str]:
    """Every text of a catalogue by its path."""
    if not isinstance(tree, dict):
        return {path: str(tree)}
    return {key: text for name, child in tree.items() for key, text in leaves(child, f"{path}.{name}").items()}


def test_html_points_nowhere_else() -> None:
    theirs = (VENDOR / "frontend" / "dist" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'href="https://', theirs), "the vendor's page has changed: look at what it loads now"
    social = '<meta property="og:image" content="https://example.org/x.png"><meta property="og:root_path" content="">'
    html = own_origin_only(lambda root_path: theirs.replace("<title>", f"{social}<title>"))("/")
    assert not re.search(r"""(?:href|src|content)=["'](?:https?:)?//""", html)
    assert "Content-Security-Policy" in html
    assert "/assets/index-" in html


def test_our_files_point_nowhere_else() -> None:
    for path in WEB.rglob("*.*"):
        found = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert not [url for url in found if not url.startswith("http://www.w3.org/")], path


def test_both_languages_say_everything(root: Path) -> None:
    folder = root / ".chainlit" / "translations"
    wanted = leaves(json.loads((VENDOR / "translations" / "en-US.json").read_text(encoding="utf-8")))
    for language in ("zh-CN", "en-US"):
        texts = leaves(json.loads((folder / f"{language}.json").read_text(encoding="utf-8")))
        assert wanted.keys() <= texts.keys()
        assert not [path for path, text in texts.items() if "chainlit" in text.lower()]


def test_other_languages_fall_back_to_ours(root: Path) -> None:
    folder = root / ".chainlit" / "translations"
    (folder / "fr-FR.json").write_text("{}")
    keep_our_languages(root)
    assert {path.stem for path in folder.glob("*.json")} == {"zh", "zh-CN", "en", "en-US"}


def test_nothing_is_written_beside_the_state(root: Path, settings: Settings) -> None:
    assert root.is_relative_to(settings.home)
    assert os.environ["CHAINLIT_APP_ROOT"] == str(root)
    assert settings.secret not in os.environ["CHAINLIT_AUTH_SECRET"]


def test_help_is_ours(root: Path) -> None:
    for name in ("chainlit.md", "chainlit_zh-CN.md", "chainlit_en-US.md"):
        text = (root / name).read_text(encoding="utf-8")
        assert "@" in text
        assert "chainlit" not in text.lower()


def test_a_changed_script_has_another_version(root: Path) -> None:
    before = version(root)
    (root / "public" / "deskmate.js").write_text("// changed")
    assert version(root) != before


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9", "zh"), ("zh", "zh"), ("", "zh"), ("en-GB", "en"), ("en-US,en;q=0.8", "en"), ("fr", "en")],
)
def test_chinese_first_english_by_the_browser(accepted: str, language: str) -> None:
    assert language_of_browser(accepted) == language
