"""Tables that the database itself keeps from being changed: rows are added, never altered or removed.

Who may create triggers may also drop them, so this only stops slips and careless programs; what stops the others is
the chain of hashes and its signed checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import DDL, Table, event


def statements(table: str, dialect: str) -> Sequence[str]:
    """What makes `table` append-only on `sqlite` or `postgresql`; nothing on other databases."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
            for change in ("UPDATE", "DELETE")
        ]
    if dialect == "postgresql":
        function = f"{table}_append_only"
        return [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{table}: rows are only ever added'; END $$",
            f"CREATE TRIGGER {function} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ]
    return []


def keep_append_only(table: Table) -> None:
    """Have `create_all` make `table` append-only."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            made = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
