"""Harm to a PostgreSQL of the tests' own: stopped and started like a power cut, frozen, and with every line in use."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from tests.postgres import USER, binaries


async def asked(url: str, question: str) -> object:
    """The answer of the server."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def restart(url: str) -> None:
    """Stop it at once, with nothing tidied up, and start it again with the options it had."""
    data = str(await asked(url, "SHOW data_directory"))
    tools = binaries()
    assert tools is not None
    as_other = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    command = [*as_other, str(tools / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "-l", f"{data}.log", "restart"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, cwd=Path(data).parent)


@contextmanager
def frozen(backends: list[int]) -> Iterator[None]:
    """These processes of the server stand still for a while, as on a machine that is out of breath."""
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)


async def backends(url: str) -> list[int]:
    """The processes of the server that work for this database, but for our own and those that listen."""
    name = url.rsplit("/", 1)[-1]
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", name
        )
    finally:
        await connection.close()
    return [row["pid"] for row in rows]


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[None]:
    """Somebody holds a table, so that everybody who needs it waits, and takes all connections along."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        await transaction.rollback()
        await connection.close()
