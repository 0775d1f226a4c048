"""The file itself is sound, and nothing secret was written where it can be read."""

from collections.abc import Collection, Mapping
from typing import Any

from tortoise import connections
from tortoise.backends.sqlite.client import SqliteClient

FOREIGN_KEYS = """
SELECT c.conname, c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,
       quote_ident(a.attname) AS near, quote_ident(b.attname) AS far
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f'
"""


def secrets(texts: Mapping[str, str], canaries: Collection[str]) -> list[str]:
    """I11: none of these words is in any of these texts."""
    return [
        f"I11 a secret stands in {name}" for name, text in texts.items() if any(one in text for one in canaries if one)
    ]


async def sound() -> list[str]:
    """I12: the pages are whole, and every reference leads somewhere."""
    database = connections.get("default")
    return await (_sqlite(database) if isinstance(database, SqliteClient) else _postgres(database))


async def _sqlite(database: Any) -> list[str]:
    verdict = [dict(row) for row in await database.execute_query_dict("PRAGMA integrity_check")]
    orphans = await database.execute_query_dict("PRAGMA foreign_key_check")
    found = [] if verdict == [{"integrity_check": "ok"}] else [f"I12 integrity_check: {verdict}"]
    return found + [f"I12 foreign_key_check: {dict(row)}" for row in orphans]


async def _postgres(database: Any) -> list[str]:
    found = []
    for key in await database.execute_query_dict(FOREIGN_KEYS):
        near, far = f"n.{key['near']}", f"f.{key['far']}"
        (row,) = await database.execute_query_dict(
            f"SELECT count(*) AS lost FROM {key['child']} n LEFT JOIN {key['parent']} f ON {far} = {near} "
            f"WHERE {near} IS NOT NULL AND {far} IS NULL"
        )
        if row["lost"]:
            found.append(f"I12 {key['conname']}: {row['lost']} rows lead nowhere")
    return found
