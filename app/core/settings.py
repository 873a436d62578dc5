"""Where content and state live, and what the environment says. Read once, at start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import BadInput

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, read. See `docs/operations.md` for each variable."""

    home: Path
    """State: database, files, secret."""
    content: Path
    """`assistants/`, `knowledge/`, `config/`."""
    host: str
    port: int
    database_url: str
    model: str | None
    """Any litellm model name; None = the local model."""
    model_base_url: str | None
    model_key: str | None = field(repr=False)
    secret: str = field(repr=False)
    """Keys are derived from it. Made at first start and kept in `home/secret` when the environment gives none."""
    old_secrets: tuple[str, ...] = field(default=(), repr=False)
    """Secrets that still open what was sealed before; nothing new is sealed under them. `deskmate rotate` ends them."""
    secret_file: Path | None = None
    """Where the secret is kept; None where the environment gives it."""
    smtp_user: str = ""
    smtp_password: str = ""
    webhook_key: str = ""
    """What alarms are sent with; see `config/alarms.yaml`."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; makes `DESKMATE_HOME` and its secret when they are not there."""
    home = Path(environment.get("DESKMATE_HOME") or ".deskmate").resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = environment.get("DESKMATE_SECRET") or ""
    secret_file = None if given else home / "secret"
    secret = given or _kept_secret(home / "secret")
    old = (environment.get("DESKMATE_SECRET_OLD") or "").split(",")
    if secret_file:
        old += kept_old_secrets(secret_file)
    return Settings(
        home=home,
        content=content_folder(environment),
        host=environment.get("DESKMATE_HOST") or "127.0.0.1",
        port=_port(environment.get("DESKMATE_PORT") or "8000"),
        database_url=environment.get("DESKMATE_DATABASE_URL") or f"sqlite+aiosqlite:///{home / 'deskmate.db'}",
        model=environment.get("DESKMATE_MODEL") or None,
        model_base_url=environment.get("DESKMATE_MODEL_BASE_URL") or None,
        model_key=environment.get("DESKMATE_MODEL_KEY") or None,
        secret=secret,
        old_secrets=tuple(dict.fromkeys(one for one in map(str.strip, old) if one and one != secret)),
        secret_file=secret_file,
        smtp_user=environment.get("DESKMATE_SMTP_USER") or "",
        smtp_password=environment.get("DESKMATE_SMTP_PASSWORD") or "",
        webhook_key=environment.get("DESKMATE_WEBHOOK_KEY") or "",
    )


def content_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The named folder; else the checkout this package stands in; else the copy bundled in the wheel."""
    if named := environment.get("DESKMATE_CONTENT"):
        return Path(named).resolve()
    checkout = PACKAGE.parent
    return checkout if (checkout / "assistants").is_dir() else PACKAGE / "content"


def _port(text: str) -> int:
    """A TCP port. Raises `BadInput` for anything else."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise BadInput("SETTINGS", f"DESKMATE_PORT: {text[:20]!r} is not a port (1-65535)")


def kept_old_secrets(path: Path) -> list[str]:
    """The secrets before the one in `path`, while a rotation is under way; one a line."""
    old = path.with_name(f"{path.name}.old")
    return old.read_text().split() if old.exists() else []


def replace_secret(path: Path) -> str:
    """Put a new secret into `path` and keep the one before it beside it: at no moment is one of them lost."""
    before = [*kept_old_secrets(path), path.read_text().strip()]
    _write_secret(path.with_name(f"{path.name}.old"), "\n".join(dict.fromkeys(before)))
    secret = secrets.token_urlsafe(32)
    _write_secret(path, secret)
    return secret


def drop_old_secrets(path: Path) -> None:
    """Nothing is sealed under the secrets before the one in `path` any more."""
    path.with_name(f"{path.name}.old").unlink(missing_ok=True)


def _write_secret(path: Path, content: str) -> None:
    """Whole or not at all, also when the power goes."""
    draft = _drafted(path, content)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _drafted(path: Path, content: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made when missing. Two processes at once agree on one: only one of them links the file."""
    if not path.exists():
        draft = _drafted(path, secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_text().strip()
