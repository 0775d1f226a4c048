"""How the database is reached: where the models are, and how long either side waits for the other."""

from typing import Any

from tortoise.backends.base.config_generator import expand_db_url

from domain.lines import Line

MODULES = ("domain.models", "bot.models", "notify.models")
PRAGMAS = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON", "busy_timeout": 5000}
STATEMENT_TIMEOUT_MS = 5000
CONNECT_SECONDS = 5
IDLE_TIMEOUT_MS = 10_000
"""After which the server ends a transaction of which it hears nothing more: of a host that is cut off in the middle of
one no other word comes, and the rows that it holds are wanted by whoever is to lead next."""


def configuration(url: str, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> dict[str, Any]:
    """The Tortoise configuration for a database URL; the timeout is PostgreSQL's, 0 for none."""
    return {
        "connections": {"default": _connection(url, statement_timeout_ms)},
        "apps": {"gendan": {"models": list(MODULES), "default_connection": "default", "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(url: str, statement_timeout_ms: int) -> Any:
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite://")
        return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": path, **PRAGMAS}}
    expanded = expand_db_url(url.replace("postgresql://", "postgres://", 1))
    credentials = expanded["credentials"]
    credentials.setdefault("minsize", 1)
    credentials.setdefault("maxsize", 10)
    # The server ends what takes too long. When it is gone and nobody says so, as after a failover, it is up to us.
    credentials["command_timeout"] = statement_timeout_ms / 1000 + 1 if statement_timeout_ms else None
    # A knock that nobody hears is repeated by the system ever more slowly; a new one is heard as soon as one can be.
    credentials["timeout"] = CONNECT_SECONDS
    credentials["connection_class"] = Line
    # By default each use of a connection ends with a round trip that takes back what a session may have been set to.
    credentials["reset"] = _as_it_is
    idle = IDLE_TIMEOUT_MS if statement_timeout_ms else 0
    credentials["server_settings"] = {
        "statement_timeout": str(statement_timeout_ms),
        "idle_in_transaction_session_timeout": str(idle),
        "application_name": "gendan",
    }
    return expanded


async def _as_it_is(_: object) -> None:
    """Nothing sets anything for its session: what is left open of a transaction, the pool ends before this."""
