"""The page itself: the folder that Chainlit serves from, and its HTML freed of everything from outside.

The folder lies in the state folder and is written anew at every start: an installed package stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.core.keys import derived_key
from app.core.settings import PACKAGE, Settings
from app.core.texts import Language

WEB = PACKAGE / "web"
# Language of the browser -> our catalogue; Chainlit looks for the exact name, then for the part before the dash.
_LANGUAGES = {"zh-CN": "zh", "zh": "zh", "en-US": "en", "en": "en"}
# The browser itself refuses what would leave the house. Chainlit builds our elements with `new Function`.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def prepare(settings: Settings) -> Path:
    """Write the folder that Chainlit takes for its application, and tell Chainlit of it. Before it is imported."""
    root = settings.home / "web"
    shutil.copytree(WEB / "public", root / "public", dirs_exist_ok=True)
    (root / ".chainlit" / "translations").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(WEB / "chainlit" / "config.toml", root / ".chainlit" / "config.toml")
    vendor = Path(find_spec("chainlit").origin).parent / "translations"  # type: ignore[union-attr,arg-type]
    for language, catalogue in _LANGUAGES.items():
        theirs = json.loads((vendor / f"{_vendor_name(catalogue)}.json").read_text(encoding="utf-8"))
        ours = json.loads((WEB / "chainlit" / "translations" / f"{catalogue}.json").read_text(encoding="utf-8"))
        texts = json.dumps(_merged(theirs, ours), ensure_ascii=False)
        (root / ".chainlit" / "translations" / f"{language}.json").write_text(texts, encoding="utf-8")
        shutil.copyfile(_help_page(settings, catalogue), root / f"chainlit_{language}.md")
    shutil.copyfile(_help_page(settings, "zh"), root / "chainlit.md")
    os.environ |= {
        "CHAINLIT_APP_ROOT": str(root),
        "CHAINLIT_AUTH_SECRET": derived_key(settings.secret, "browser sign-in").hex(),
        "CHAINLIT_ROOT_PATH": "/",
        "CHAINLIT_AUTH_COOKIE_NAME": "deskmate_sign_in",
    }
    return root


def keep_our_languages(root: Path) -> None:
    """Remove the languages that Chainlit added while it was imported: our words exist in two."""
    for path in (root / ".chainlit" / "translations").glob("*.json"):
        if path.stem not in _LANGUAGES:
            path.unlink()


def version(root: Path) -> str:
    """Changes when one of our scripts or styles does, so that no browser keeps an old one."""
    content = b"".join(path.read_bytes() for path in sorted((root / "public").glob("deskmate*")))
    return hashlib.sha256(content).hexdigest()[:12]


def language_of_browser(accepted: str) -> Language:
    """The language of the page, from the browser's `Accept-Language`: Chinese unless it asks for another one."""
    return "zh" if not accepted or accepted.lstrip().lower().startswith("zh") else "en"


def own_origin_only(template: Callable[[str], str]) -> Callable[[str], str]:
    """Chainlit's HTML template without links to other hosts and without its maker's card for social media."""

    @lru_cache(maxsize=4)
    def page(root_path: str) -> str:
        html = template(root_path)
        html = re.sub(r"<link\b[^>]*\bhref=\"https?://[^>]*>", "", html)
        html = re.sub(r"<meta property=\"og:(?!root_path)[^>]*>", "", html)
        html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
        html = html.replace('<html lang="en">', '<html lang="zh-CN">')
        policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        return html.replace('<meta charset="UTF-8" />', f'<meta charset="UTF-8" />{policy}')

    return page


def _help_page(settings: Settings, catalogue: str) -> Path:
    """What stands behind the help button. A content folder of the bank's own may bring its own Chinese page."""
    if catalogue == "en":
        return WEB / "help_en.md"
    places = (settings.content, PACKAGE.parent, PACKAGE / "content")
    return next(place / "chainlit.md" for place in places if (place / "chainlit.md").exists())


def _vendor_name(catalogue: str) -> str:
    return {"zh": "zh-CN", "en": "en-US"}[catalogue]


def _merged(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """`theirs` with the leaves of `ours` in place of its own."""
    result = dict(theirs)
    for key, value in ours.items():
        result[key] = _merged(theirs.get(key, {}), value) if isinstance(value, dict) else value
    return result
