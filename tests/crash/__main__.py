"""``python -m tests.crash``: the whole crash plan on both databases, its figures printed and kept.

Nothing of it may lose what was acknowledged, do anything twice, or leave anything undone; the program ends with 1 when
something of that kind was seen. No failure in n trials means a rate below 3/n with a confidence of 95 %.
"""

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from domain.database import close_database, migrate, visit_database
from tests.crash.commands import COMMANDS, TURNS
from tests.crash.rounds import TRIALS, armed
from tests.crash.scene import BUYERS, Street, furnish, scene
from tests.crash.siege import Outcome, killed, told_to_end
from tests.crash.sweep import REQUESTS, STATEMENTS, swept
from tests.postgres import cluster

RESULTS = Path(__file__).parent.parent.parent / "bench" / "results"
PARTS = ("points", "kills", "ends", "statements", "requests")
LONGEST = 35.0
BEGAN = time.strftime("%Y%m%d-%H%M%S")
Tell = Callable[[int], None]


@dataclass
class Part:
    """One part of the plan on one database."""

    database: str
    name: str
    trials: int
    longest: float = 0.0
    slowest_end: float = 0.0
    orders: int = 0
    left_over: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def count(self, *marks: str) -> int:
        """How many problems are of these invariants."""
        return sum(any(f"{mark} " in problem for mark in marks) for problem in self.problems)

    @property
    def bound(self) -> str:
        """What so many trials without a failure say."""
        return f"< {3 / self.trials:.2%}" if self.trials and not self.problems else "–"


class Databases:
    """New databases of one kind, empty or furnished, as many as are wanted."""

    def __init__(self, kind: str, folder: Path, server: str) -> None:
        self.kind, self.folder, self.server = kind, folder, server
        self._numbers = itertools.count()

    async def empty(self) -> str:
        """One without tables."""
        name = f"trial{next(self._numbers)}"
        if self.kind == "sqlite":
            return f"sqlite://{self.folder / name}.sqlite3"
        connection = await asyncpg.connect(f"{self.server}/postgres")
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        return f"{self.server}/{name}"

    async def furnished(self) -> str:
        """One with a shop in it."""
        url = await self.empty()
        await migrate(url)
        await furnish(url)
        return url

    @asynccontextmanager
    async def street(self) -> AsyncIterator[Street]:
        """A street whose database can be looked at."""
        url = await self.furnished()
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        async with scene(url, folder, BUYERS) as made:
            await visit_database(url)
            try:
                yield made
            finally:
                await close_database()


@contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """The server, if there is one, and a folder."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gendan-crash-")))
        server = stack.enter_context(cluster()) if kind == "postgres" else ""
        yield Databases(kind, folder, server)


async def points(here: Databases, wish: argparse.Namespace, tell: Tell) -> Part:
    """Every named place so many times: those of the service in one shop each, those of commands in new databases."""
    part = Part(here.kind, "points", 0)
    for name, trial in TRIALS.items():
        async with here.street() as street:
            for turn in range(wish.rounds):
                came = await trial(street, armed(name, turn))
                part.longest = max(part.longest, came.resumed)
                part.problems += [f"{name} {turn}: {problem}" for problem in came.problems]
                part.trials += 1
                tell(part.trials)
    for name, command in COMMANDS.items():
        for turn in range(wish.rounds):
            url = await (here.empty() if name == "migration.applied" else here.furnished())
            folder = Path(tempfile.mkdtemp(dir=here.folder))
            found = await command(url, folder, f"{name}:kill:{1 + turn % TURNS[name]}")
            part.problems += [f"{name} {turn}: {problem}" for problem in found]
            part.trials += 1
            tell(part.trials)
    return part


def of(here: Databases, name: str, outcome: Outcome) -> Part:
    """The figures of an outcome."""
    return Part(
        here.kind,
        name,
        outcome.deaths,
        outcome.longest,
        outcome.slowest_end,
        outcome.orders,
        outcome.left_over,
        problems=outcome.problems,
    )


async def kills(here: Databases, wish: argparse.Namespace, tell: Tell) -> Part:
    """Deaths at random moments under load."""
    async with here.street() as street:
        return of(here, "kills", await killed(street, wish.kills, tell, chance=random.Random(wish.seed)))


async def ends(here: Databases, wish: argparse.Namespace, tell: Tell) -> Part:
    """Ends in good order under load."""
    async with here.street() as street:
        return of(here, "ends", await told_to_end(street, wish.ends, tell, chance=random.Random(wish.seed)))


async def sweep(here: Databases, wish: argparse.Namespace, tell: Tell, kind: str) -> Part:
    """A fault at every step of a day, in each way."""
    part = Part(here.kind, f"{kind}s", 0)
    for action in STATEMENTS if kind == "statement" else REQUESTS:
        async with here.street() as street:
            done = part.trials
            outcome = await swept(street, kind, action, lambda n, d=done: tell(d + n), every=wish.every)  # type: ignore[misc]
        part.trials += outcome.deaths
        part.orders += outcome.orders
        part.problems += outcome.problems
    return part


async def statements(here: Databases, wish: argparse.Namespace, tell: Tell) -> Part:
    """At every SQL statement."""
    return await sweep(here, wish, tell, "statement")


async def requests(here: Databases, wish: argparse.Namespace, tell: Tell) -> Part:
    """At every request to the platform."""
    return await sweep(here, wish, tell, "request")


WORK: dict[str, Callable[[Databases, argparse.Namespace, Tell], Awaitable[Part]]] = {
    "points": points,
    "kills": kills,
    "ends": ends,
    "statements": statements,
    "requests": requests,
}


def expected(name: str, wish: argparse.Namespace) -> int | None:
    """How many trials there will be, if that is known."""
    known = {"points": wish.rounds * (len(TRIALS) + len(COMMANDS)), "kills": wish.kills, "ends": wish.ends}
    return known.get(name)


def run(wish: argparse.Namespace) -> list[Part]:
    """All parts that are wished for, one after the other."""
    found: list[Part] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for kind in wish.databases:
            with databases(kind) as here:
                for name in wish.parts:
                    task = progress.add_task(f"{kind} {name}", total=expected(name, wish))
                    began = time.monotonic()

                    def tell(count: int, task: TaskID = task) -> None:
                        progress.update(task, completed=count)

                    part: Part = asyncio.run(WORK[name](here, wish, tell))  # type: ignore[arg-type]
                    part.seconds = round(time.monotonic() - began, 1)
                    found.append(part)
                    keep(wish, found)
    return found


def keep(wish: argparse.Namespace, found: list[Part]) -> None:
    """Keep the figures so far: the whole plan takes an hour, and may be broken off."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = {"wish": vars(wish), "parts": [asdict(part) for part in found]}
    (RESULTS / f"crash-{BEGAN}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")


def show(found: list[Part]) -> None:
    """One table, and what was wrong."""
    console = Console(width=150)
    table = Table(title="crash plan")
    titles = "database|part|trials|orders|lost|doubled|unfinished|other|left over|resumed s|end s|took s|95 % bound"
    for title in titles.split("|"):
        table.add_column(title, justify="left" if title in {"database", "part"} else "right")
    for part in found:
        lost, doubled = part.count("I1"), part.count("I2", "I4", "I5", "twice")
        open_still = part.count("I10")
        table.add_row(
            part.database,
            part.name,
            *map(str, (part.trials, part.orders, lost, doubled, open_still)),
            str(len(part.problems) - lost - doubled - open_still),
            str(part.left_over),
            f"{part.longest:.1f}",
            f"{part.slowest_end:.1f}",
            f"{part.seconds:.0f}",
            part.bound,
        )
    console.print(table)
    for part in found:
        for problem in part.problems[:40]:
            console.print(f"{part.database} {part.name}: {problem}", markup=False)


def wished() -> argparse.Namespace:
    """What to do."""
    parser = argparse.ArgumentParser(prog="tests.crash", description=__doc__.splitlines()[0])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--rounds", type=int, default=25, help="deaths at each named place")
    parser.add_argument("--kills", type=int, default=400, help="deaths at random moments under load")
    parser.add_argument("--ends", type=int, default=100, help="ends in good order under load")
    parser.add_argument("--every", type=int, default=1, help="of the steps of a day, every so manieth")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Do it, print, keep; 1 when something was lost, doubled or left undone, or took too long."""
    wish = wished()
    found = run(wish)
    show(found)
    return int(any(part.problems or part.longest > LONGEST or part.slowest_end > 10 for part in found))


if __name__ == "__main__":
    sys.exit(main())
