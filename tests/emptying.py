"""After a test that commits, its rows are deleted: from the tables that hold any, and past all triggers.

Django would truncate every table with all of its indexes, and then write its permissions anew: many times as long.
"""

from functools import cache
from typing import Any

from django.db import connection
from django.test import TransactionTestCase
from psycopg2 import sql

# Written by the migrations, not by tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


@cache
def which_hold_rows() -> sql.Composed:
    """The question for the names of all tables that are not empty."""
    names = sorted(set(connection.introspection.table_names()) - KEPT)
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    return sql.SQL(" UNION ALL ").join(one.format(sql.Literal(name), sql.Identifier(name)) for name in names)


def delete_rows(_case: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(which_hold_rows())  # type: ignore[arg-type]
        names = [name for (name,) in cursor.fetchall()]
        if names:
            statements = [sql.SQL("SET session_replication_role = replica")]
            statements += [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names]
            statements += [sql.SQL("SET session_replication_role = origin")]
            cursor.execute(sql.SQL("; ").join(statements))  # type: ignore[arg-type]


def install() -> None:
    TransactionTestCase._fixture_teardown = delete_rows  # type: ignore[method-assign]
