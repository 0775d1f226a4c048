"""How many statements the usual work takes; a figure that must not creep up."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiosqlite
import pytest

from domain.queries import actor_of
from domain.values import Address
from tests.shop import TOMORROW, Cast, a_product, an_order, line, on


class Counted(list[str]):
    """The statements that were sent, in order."""


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """Count at the driver, so that nothing escapes: queries, writes, transactions.

    The driver also commits before it begins, which sends nothing.
    """
    seen = Counted()
    with monkeypatch.context() as patch:
        for name in ("execute", "executemany", "execute_insert", "execute_fetchall"):
            original = getattr(aiosqlite.Connection, name)

            def counting(self, sql, *more, _original=original, **named):
                seen.append(sql)
                return _original(self, sql, *more, **named)

            patch.setattr(aiosqlite.Connection, name, counting)
        patch.setattr(aiosqlite.Connection, "commit", _counting_commit(seen, aiosqlite.Connection.commit))
        yield seen


def _counting_commit(seen: Counted, original):
    def commit(self):
        if self.in_transaction:
            seen.append("COMMIT")
        return original(self)

    return commit


@pytest.fixture
def database_url(request: pytest.FixtureRequest, blank, tmp_path) -> str:
    """SQLite only: the budget is counted at its driver."""
    file = tmp_path / "shop.sqlite3"
    file.write_bytes(blank.read_bytes())
    return f"sqlite://{file}"


async def test_an_order_of_three_lines_takes_few_statements(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    for sku in ("A", "B", "C"):
        await a_product(sku, stock=100)
    with statements(monkeypatch) as seen:
        placed = await an_order(cast.wang, line("A", 2), line("B", 3), line("C", 1, "箱"), delivery=on(TOMORROW))
    assert placed.state == "accepted"
    assert not placed.short
    assert 10 <= len(seen) <= 15, "\n".join(seen)


async def test_who_somebody_is_takes_one_statement(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    assert cast.wang.address is not None
    for address in (cast.wang.address, Address("main", "o-阿强"), Address("main", "o-nobody")):
        with statements(monkeypatch) as seen:
            await actor_of(address)
        assert len(seen) == 1
