"""`deskmate rotate`: everything that is sealed moves to a new secret, and the old one opens nothing any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.commands.batch import say
from app.core.audit import AuditEntry
from app.core.keys import key_id
from app.core.operator import operator
from app.core.settings import Settings, drop_old_secrets, replace_secret
from app.rooms import build_audit, build_checkpoints, build_database, build_files, build_sealer, texts_of


async def rotate(settings: Settings, *, give_up: bool = False) -> int:
    """Seal everything anew. Exit code 1 when something could not be opened; then the old secret is kept.

    `give_up`: end it all the same; what could not be opened is lost for good.

    The environment's secret is changed by whoever keeps it (`DESKMATE_SECRET`, the one before in
    `DESKMATE_SECRET_OLD`); the one in the home folder is changed here. Refused while a process runs under an old one.
    """
    from app.engines.storage.in_use import nobody_uses
    from app.engines.storage.rotation import Rotation

    begun = bool(settings.old_secrets)  # by the environment, or by a rotation that was stopped
    ending = settings.old_secrets or ((settings.secret,) if settings.secret_file else ())
    with nobody_uses(settings.home / "in_use", map(key_id, ending), texts_of("engines/storage")):
        if settings.secret_file and not begun:
            settings = replace(settings, secret=replace_secret(settings.secret_file), old_secrets=ending)
        database = build_database(settings)
        await database.open()
        try:
            audit = build_audit(settings, database)
            await audit.append(_entry("begun", {"new": key_id(settings.secret).hex()}))
            done = await Rotation(database, build_sealer(settings), build_files(settings, database)).run()
            counts = {"values": done.values, "files": done.files, "unopened": done.unopened}
            await audit.append(_entry("failed" if done.unopened and not give_up else "done", counts))
            await build_checkpoints(settings, database).seal()  # signed by the old key and the new one
            clean = await database.scrub()
        finally:
            await database.close()
    print(say("rotated", values=done.values, files=done.files))
    if done.unopened:
        print(say("rotated_given_up" if give_up else "rotated_unopened", count=done.unopened))
        if not give_up:
            return 1
    if settings.secret_file:
        drop_old_secrets(settings.secret_file)
    print(say("rotated_file" if settings.secret_file else "rotated_environment" if ending else "rotated_nothing"))
    if not clean:
        print(say("not_scrubbed"))
    return 0


def _entry(decision: str, detail: Mapping[str, int | str]) -> AuditEntry:
    return AuditEntry(
        what="secret.rotated",
        person="",
        operator=operator(),
        assistant="",
        room="",
        trace_id="",
        decision=decision,
        detail=detail,
    )
