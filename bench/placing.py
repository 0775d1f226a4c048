"""What it takes to place an order once it is understood, beside the same rows written by hand; no wire, no chat."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import logbook
from bench.shop import SKUS, furnish
from domain import ordering
from domain.commands import Details
from domain.connecting import PRAGMAS
from domain.database import close_database, open_database
from domain.queries import actor_of
from domain.values import Actor, Address

BUYERS, LINES, WIDE = 200, 3, 32
Tell = Callable[[str], None]
_SHELF = """
SELECT s.id, p.sku, p.name, p.list_price FROM product p JOIN stock s ON s.sku = p.sku WHERE p.sku IN (?, ?, ?)
"""
_ORDER_OF_SHOP = "SELECT * FROM 'order' ORDER BY id LIMIT 1"
_LINES_OF_SHOP = "SELECT * FROM orderline ORDER BY id LIMIT 3"
_EVENT_OF_SHOP = "SELECT * FROM event WHERE kind = 'OrderAccepted' ORDER BY id LIMIT 1"


async def measure(rounds: int, size: int, tell: Tell) -> dict[str, float]:
    """Orders of three lines a second on SQLite: one after the other, 32 at a time, and by hand in one connection."""
    logbook.set_up("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        file, apart = Path(folder) / "shop.sqlite3", Path(folder) / "hand.sqlite3"
        openids = await furnish(f"sqlite://{file}", BUYERS)
        await open_database(f"sqlite://{file}")
        try:
            buyers = [await actor_of(Address("main", openid)) for openid in openids]
            drafts = _drafts(buyers)
            await _placed(drafts, 1, 1)
            _copied(file, apart)
            hand = Hand(apart)
            found: dict[str, list[float]] = {"alone": [], "together": [], "by_hand": []}
            for turn in range(rounds):
                tell(f"orders without a wire {turn + 1}/{rounds}")
                found["alone"].append(size / await _placed(drafts, size, 1))
                found["together"].append(size / await _placed(drafts, size, WIDE))
                found["by_hand"].append(size / hand.write(size))
            hand.close()
        finally:
            await close_database()
    middle = {name: round(statistics.median(all_), 1) for name, all_ in found.items()}
    return {f"orders_placed_{name}_per_second": value for name, value in middle.items()} | {
        "orders_placed_alone_of_by_hand": round(middle["alone"] / middle["by_hand"], 3),
        "orders_placed_together_of_by_hand": round(middle["together"] / middle["by_hand"], 3),
    }


def _drafts(buyers: list[Actor]) -> Iterator[tuple[Actor, ordering.OrderDraft]]:
    for serial in count():
        buyer = buyers[serial % len(buyers)]
        skus = [SKUS[(serial + place) % len(SKUS)] for place in range(LINES)]
        lines = tuple(ordering.DraftLine(sku, Decimal(serial % 90 + 1), "个") for sku in skus)
        yield buyer, ordering.OrderDraft(f"bench:{serial}", buyer.customer or "", lines, Details())


async def _placed(drafts: Iterator[tuple[Actor, ordering.OrderDraft]], many: int, wide: int) -> float:
    """Seconds in which so many were placed, ``wide`` at a time."""
    left = iter(range(many))

    async def work() -> None:
        for _ in left:
            buyer, draft = next(drafts)
            placed = await ordering.place_order(draft, by=buyer, now=datetime.now(UTC))
            assert placed.state == "accepted", placed

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(wide)))
    return time.perf_counter() - began


def _copied(file: Path, to: Path) -> None:
    with sqlite3.connect(file) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


class Hand:
    """Who writes the rows of an order with statements of their own; nobody is asked whether they may."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        for name, value in PRAGMAS.items():
            self._database.execute(f"PRAGMA {name}={value}")
        self._serial = count()
        self._order = self._row(_ORDER_OF_SHOP)
        self._event = self._row(_EVENT_OF_SHOP)
        self._lines = [dict(row) for row in self._rows(_LINES_OF_SHOP)]

    def write(self, many: int) -> float:
        """Seconds in which so many orders were written."""
        began = time.perf_counter()
        for _ in range(many):
            self._write(next(self._serial))
        return time.perf_counter() - began

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _write(self, serial: int) -> None:
        run = self._database.execute
        skus = [SKUS[(serial + place) % len(SKUS)] for place in range(LINES)]
        who = serial % BUYERS + 1
        run("SELECT code, owed, credit_limit, ship_to FROM customer WHERE id = ?", (who,)).fetchone()
        shelf = run(
            _SHELF,
            skus,
        ).fetchall()
        run("BEGIN IMMEDIATE")
        (number,) = run("INSERT INTO ordernumber (asked_by) VALUES (?) RETURNING id", (f"hand:{serial}",)).fetchone()
        for place, *_ in shelf:
            run("UPDATE stock SET reserved = reserved + 1000 WHERE id = ? AND on_hand >= reserved + 1000", (place,))
        run("UPDATE customer SET owed = owed + 100 WHERE id = ?", (who,))
        mine = {"number": f"H{number}", "asked_by": f"hand:{serial}", "customer_id": who}
        order = self._insert("order", [self._order | mine])
        self._insert(
            "orderline", [line | {"order_id": order, "sku": sku} for line, sku in zip(self._lines, skus, strict=True)]
        )
        self._insert("event", [self._event | {"order_number": f"H{number}"}])
        run("COMMIT")

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        names = [name for name in rows[0] if name != "id"]
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        values = [row[name] for row in rows for name in names]
        made = self._database.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES {", ".join([f"({marks})"] * len(rows))}', values
        )
        return made.lastrowid or 0

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        self._database.row_factory = sqlite3.Row
        try:
            return self._database.execute(sql).fetchall()
        finally:
            self._database.row_factory = None

    def _row(self, sql: str) -> dict[str, Any]:
        return dict(self._rows(sql)[0])
