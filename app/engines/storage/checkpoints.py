"""Signed checkpoints of the audit chain: who can write to the database, but lacks the key, cannot bend what is sealed.

A checkpoint signs number and hash of the chain's last entry, and the checkpoint before it. Its key is derived from
`DESKMATE_SECRET` (Ed25519, RFC 8032); anybody can check it with the public key. At a change of the secret one
checkpoint is signed by both keys, so trust goes over from one to the other in either direction.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.core.audit import GENESIS, canonical_json
from app.core.errors import BadInput, Unavailable
from app.core.keys import derived_key
from app.core.settings import Settings
from app.core.texts import Texts
from app.engines.storage.chain_walk import Fault, Walk, chain_head, hash_at, next_rows
from app.engines.storage.database import SqlDatabase
from app.engines.storage.tables import CHECKPOINT

EVERY = 1000
"""Entries after which a running house signs the next checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One signed place of the chain. Texts are hexadecimal but `at`."""

    position: int
    """1 for the first."""
    number: int
    """Of the chain's entry that was the last one then."""
    hash: str
    at: str
    """ISO, UTC."""
    earlier: str
    """Digest of the checkpoint before; `GENESIS` for the first."""
    key: str
    signature: str = ""
    former_key: str = ""
    """At a handover: the key before, which signs too."""
    former_signature: str = ""

    @property
    def signed_text(self) -> bytes:
        """What the signatures are over."""
        signatures = ("signature", "former_signature")
        return canonical_json({name: value for name, value in asdict(self).items() if name not in signatures}).encode()

    @property
    def digest(self) -> str:
        """What the next one signs of this one."""
        return hashlib.sha256(canonical_json(asdict(self)).encode()).hexdigest()

    @property
    def genuine(self) -> bool:
        """Whether each key named in it signed it."""
        signed = _signed_by(self.key, self.signature, self.signed_text)
        return signed and (not self.former_key or _signed_by(self.former_key, self.former_signature, self.signed_text))


class Signer:
    """The key that the secret gives."""

    def __init__(self, secret: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(derived_key(secret, "audit-checkpoint"))
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, text: bytes) -> str:
        """The signature, in hexadecimal."""
        return self._key.sign(text).hex()


def fingerprint(key: str) -> str:
    """A public key as people compare it: the first 16 bytes of its SHA-256, in groups of four."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


class Checkpoints:
    """Signs, and keeps the last one beside the database too: there it shows when the database is cut or replaced."""

    def __init__(self, database: SqlDatabase, settings: Settings, texts: Texts) -> None:
        self._database = database
        self._signer = Signer(settings.secret)
        self._former = {signer.public: signer for signer in map(Signer, settings.old_secrets)}
        self._anchor = anchor_of(settings)
        self._texts = texts

    @property
    def keys(self) -> tuple[str, ...]:
        """The public key in hexadecimal, then those of earlier secrets."""
        return (self._signer.public, *self._former)

    async def seal(self, remembered: tuple[int, str] | None = None) -> Checkpoint:
        """Sign the chain's present end, after a look at everything since the last checkpoint.

        After a change of the secret the first one is signed by the earlier key too. `remembered`: number and hash of
        an entry that the caller wrote itself. Raises `Unavailable`: `AUDIT_BROKEN` rather than sign a chain that does
        not hold, `AUDIT_KEY` under a secret that nothing links with the one before.
        """
        anchor = read_checkpoint(self._anchor, self._texts) if self._anchor.exists() else None

        def work(connection: Connection) -> Checkpoint:
            return self._sealed(connection, remembered, anchor)

        while True:
            try:
                made = await self._database.writing(work, durable=True)
            except IntegrityError:  # another process signed at the same moment: look again
                continue
            write_checkpoint(self._anchor, made)
            return made

    def _sealed(
        self, connection: Connection, remembered: tuple[int, str] | None, anchor: Checkpoint | None
    ) -> Checkpoint:
        last = latest(connection)
        number, hash = chain_head(connection)
        known = [(one.number, one.hash) for one in (last, anchor) if one is not None]
        for at, expected in known + ([remembered] if remembered else []):
            if hash_at(connection, at) != expected:
                raise self._broken(Fault("rewritten", at))
        walk = Walk(last.number if last else 0, last.hash if last else GENESIS)
        while walk.number < number and (rows := next_rows(connection, walk.number, until=number)):
            if fault := walk.over(rows, connection):
                raise self._broken(fault)
        if (walk.number, walk.hash) != (number, hash):
            raise self._broken(Fault("cut", walk.number + 1, expected=number))
        if last is not None and (last.number, last.key) == (number, self._signer.public):
            return last
        former = self._former.get(last.key) if last else None
        if last is not None and former is None and last.key != self._signer.public:
            raise Unavailable("AUDIT_KEY", self._texts("audit_other_key"))
        draft = Checkpoint(
            position=last.position + 1 if last else 1,
            number=number,
            hash=hash,
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            earlier=last.digest if last else GENESIS,
            key=self._signer.public,
            former_key=former.public if former else "",
        )
        made = replace(
            draft,
            signature=self._signer.sign(draft.signed_text),
            former_signature=former.sign(draft.signed_text) if former else "",
        )
        connection.execute(insert(CHECKPOINT).values(**asdict(made)))
        return made

    def _broken(self, fault: Fault) -> Unavailable:
        return Unavailable("AUDIT_BROKEN", self._texts("audit_not_sealed", number=fault.number, kind=fault.kind))


def anchor_of(settings: Settings) -> Path:
    """Where the last checkpoint of the database is kept beside it."""
    return settings.home / f"audit_anchor.{hashlib.sha256(settings.database_url.encode()).hexdigest()[:12]}.json"


def latest(connection: Connection) -> Checkpoint | None:
    """The last checkpoint."""
    row = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.position.desc()).limit(1)).one_or_none()
    return Checkpoint(**row._mapping) if row else None


def all_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Every checkpoint, in order."""
    rows = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.position))
    return [Checkpoint(**row._mapping) for row in rows]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint in a file, whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(json.dumps(asdict(checkpoint), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def read_checkpoint(path: Path, texts: Texts) -> Checkpoint:
    """A checkpoint from a file. Raises `BadInput` for a file that is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        types = {field.name: int if field.name in ("position", "number") else str for field in fields(Checkpoint)}
        if set(values) != set(types) or not all(isinstance(values[name], type) for name, type in types.items()):
            raise ValueError
        return Checkpoint(**values)
    except (ValueError, TypeError, OSError):
        raise BadInput("NO_CHECKPOINT", texts("audit_no_checkpoint", name=path.name)) from None


def _signed_by(key: str, signature: str, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True
