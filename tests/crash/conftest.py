"""A street for every test: platform, shop and child process, on SQLite unless a test wants both databases."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conftest import _execute
from tests.crash.scene import BUYERS, Street, copy_of, furnished, scene


@pytest.fixture(scope="session")
def stocked(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with goods, customers, staff, and phones that are bound."""
    path = tmp_path_factory.mktemp("stocked") / "stocked.sqlite3"
    shutil.copy(blank, path)
    furnished(f"sqlite://{path}")
    return path


@pytest.fixture(scope="session")
def stocked_postgres(postgres: str) -> str:
    """The same on a server of PostgreSQL: its address; the database is called ``stocked``."""
    asyncio.run(_execute(postgres, "CREATE DATABASE stocked TEMPLATE blank"))
    furnished(f"{postgres}/stocked")
    return postgres


@pytest.fixture
async def street(stocked: Path, tmp_path: Path) -> AsyncIterator[Street]:
    """A street of one's own."""
    async with scene(copy_of(stocked, tmp_path), tmp_path, BUYERS) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stocked_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A furnished database of this test's own, on each kind of server."""
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("stocked"), tmp_path)
        return
    server, name = request.getfixturevalue("stocked_postgres"), f"t{uuid.uuid4().hex[:12]}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE stocked"))
    yield f"{server}/{name}"
    asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def either_street(stocked_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    """A street of one's own, on each kind of server."""
    async with scene(stocked_url, tmp_path, BUYERS) as made:
        yield made
