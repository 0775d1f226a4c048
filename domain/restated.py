"""A change of a field's words, not of its column: SQLite would build the table anew and lose what hangs on it."""

from typing import Any

from tortoise.migrations.operations import AlterField


class Restated(AlterField):
    """The field has other words or values from here on; the database is left as it is."""

    async def database_forward(self, *_: Any, **__: Any) -> None:
        """Nothing to do."""

    async def database_backward(self, *_: Any, **__: Any) -> None:
        """Nothing to do."""
