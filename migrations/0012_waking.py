"""On PostgreSQL, new rows of these tables are told to whoever listens (``domain/waking.py``); SQLite serves one process."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLES = ("event", "delivery", "carrierpush")
FUNCTION = """
CREATE FUNCTION gendan_told() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('gendan', TG_TABLE_NAME); RETURN NULL; END $$
"""


async def tell(_apps: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect != "postgres":
        return
    await editor.client.execute_script(FUNCTION)
    for table in TABLES:
        await editor.client.execute_script(
            f"CREATE TRIGGER {table}_told AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION gendan_told()"
        )


async def tell_no_more(_apps: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect != "postgres":
        return
    for table in TABLES:
        await editor.client.execute_script(f"DROP TRIGGER {table}_told ON {table}")
    await editor.client.execute_script("DROP FUNCTION gendan_told()")


class Migration(migrations.Migration):
    dependencies = [("gendan", "0011_approvals")]

    initial = False

    operations = [ops.RunPython(tell, tell_no_more)]
