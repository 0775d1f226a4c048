"""Commands that die: an upgrade, a copy, an import. The next try is as if there had been none before."""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from domain.database import applied_migrations, close_database, pending_migrations, visit_database
from domain.models import Product
from tests.crash.kennel import kennel

T = TypeVar("T")

ROWS = 1200
Command = Callable[[str, Path, str], Awaitable[list[str]]]
"""Given a database, a folder and fault points: what is wrong afterwards."""


async def an_upgrade(empty: str, folder: Path, failpoints: str) -> list[str]:
    """Killed between two migrations nothing is made, and the next one makes all; the database has no tables yet."""
    wrong = await _died(empty, folder, failpoints, "migrate")
    if (left := await _inside(empty, _state)) != (0, True):
        wrong.append(f"{left} after the death")
    wrong += await _done(empty, folder, "migrate")
    made, missing = await _inside(empty, _state)
    return wrong if made >= 4 and not missing else [*wrong, f"{made} migrations, missing: {missing}"]


async def a_copy(furnished: str, folder: Path, failpoints: str) -> list[str]:
    """Killed while it writes there is no copy of that name, and the next one is whole."""
    target = folder / "copies" / "tonight"
    wrong = await _died(furnished, folder, failpoints, "backup", str(target))
    wrong += [f"{path.name} looks like a copy" for path in target.parent.glob("*") if ".part" not in path.name]
    wrong += await _done(furnished, folder, "backup", str(target))
    return wrong + await _done(furnished, folder, "restore", "--verify", str(target))


async def an_import(furnished: str, folder: Path, failpoints: str) -> list[str]:
    """Killed after some hundreds of rows there is none of them, and the next one brings all."""
    file = folder / "goods.json"
    rows = [{"sku": f"N{n:04}", "name": f"货品{n}", "base_unit": "个", "list_price": 1} for n in range(ROWS)]
    file.write_text(json.dumps({"products": rows}), "utf-8")
    before = await _inside(furnished, lambda: Product.all().count())
    wrong = await _died(furnished, folder, failpoints, "import", "products", str(file))
    if (found := await _inside(furnished, lambda: Product.all().count())) != before:
        wrong.append(f"{found - before} rows of a dead import")
    wrong += await _done(furnished, folder, "import", "products", str(file))
    if (found := await _inside(furnished, lambda: Product.all().count())) != before + ROWS:
        wrong.append(f"{found - before} rows of {ROWS}")
    return wrong


async def _state() -> tuple[int, bool]:
    return len(await applied_migrations()), await pending_migrations()


async def _inside(url: str, ask: Callable[[], Awaitable[T]]) -> T:
    await visit_database(url)
    try:
        return await ask()
    finally:
        await close_database()


async def _died(url: str, folder: Path, failpoints: str, *arguments: str) -> list[str]:
    code = await ended(url, folder, *arguments, failpoints=failpoints)
    return [] if code == -9 else [f"{failpoints} ended {arguments[0]} with {code}"]


async def _done(url: str, folder: Path, *arguments: str) -> list[str]:
    code = await ended(url, folder, *arguments)
    return [] if code == 0 else [f"{arguments[0]} ended with {code}: {log_of(folder).read_text('utf-8')[-500:]}"]


async def ended(url: str, folder: Path, *arguments: str, failpoints: str = "") -> int:
    """How this command ends."""
    environment = {"PATH": os.environ["PATH"], "GENDAN_ENV": "test", "GENDAN_DATABASE_URL": url}
    environment["GENDAN_FAILPOINTS"] = failpoints
    fork = await kennel().start(list(arguments), environment, folder, log_of(folder))
    return await fork.ended(30)


def log_of(folder: Path) -> Path:
    """Where commands write what they have to say."""
    return folder / "command.log"


COMMANDS: Mapping[str, Command] = {
    "migration.applied": an_upgrade,
    "backup.written": a_copy,
    "import.batch": an_import,
}
TURNS = {"migration.applied": 4, "backup.written": 1, "import.batch": 2}
"""How often a place is passed in one command, at least."""
