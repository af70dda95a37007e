"""Rows that hold nothing but what a rule is about: every other rule of their table is put aside, until the test's end.

So a rule is tried alone, for every table there is, also for those that are added later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

KEPT = "concord_audit"


def rows(query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return list(cursor.fetchall()) if cursor.description else []


def run(query: str, **names: str) -> None:
    statement = sql.SQL(query).format(**{key: sql.Identifier(name) for key, name in names.items()})  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens in it has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def relax(*tables: str, checks: bool = True, unique: bool = True) -> None:
    """Put aside what a column must hold, and the triggers other than the audit trail's; checks and what is unique
    unless they are what is tried."""
    # An ALTER TABLE wants nothing to be waiting; the ties that wait for the end of the transaction hold so far.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for (name,) in rows("SELECT conname FROM pg_constraint WHERE condeferred"):
        run("SET CONSTRAINTS {name} DEFERRED", name=name)
    for table in tables:
        for (column,) in rows(
            """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull
               AND NOT attisdropped AND attname <> 'id'""",
            table,
        ):
            run("ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL", table=table, column=column)
        for (name,) in rows(
            """SELECT c.conname FROM pg_constraint c LEFT JOIN pg_index i ON i.indexrelid = c.conindid
               WHERE c.conrelid = %s::regclass
                 AND (%s AND c.contype = 'c' OR %s AND c.contype = 'u' AND i.indnullsnotdistinct)""",
            table,
            checks,
            unique,
        ):
            run("ALTER TABLE {table} DROP CONSTRAINT {name}", table=table, name=name)
        for (name,) in rows(
            """SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND p.proname <> %s""",
            table,
            KEPT,
        ):
            run("ALTER TABLE {table} DISABLE TRIGGER {name}", table=table, name=name)


def insert(table: str, **values: Any) -> int:
    """A row of nothing but these values; its number."""
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table), columns, marks
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values.values()))  # type: ignore[arg-type]
        return int(cursor.fetchone()[0])
