"""What a process takes while it works: memory, file descriptors, threads, and the log beside its SQLite file."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Moment:
    """One look."""

    seconds: float
    megabytes: float
    descriptors: int
    threads: int
    wal_megabytes: float
    cpu_seconds: float


@dataclass
class Gauge:
    """All looks at one process."""

    pid: int
    wal: Path | None
    moments: list[Moment] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Look once; a process that is gone is not looked at."""
        home = Path(f"/proc/{self.pid}")
        with contextlib.suppress(OSError):
            pages = int((home / "statm").read_text("utf-8").split()[1])
            stat = (home / "stat").read_text("utf-8").rsplit(")", 1)[1].split()
            ticks = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
            self.moments.append(
                Moment(
                    round(time.monotonic() - self.began, 1),
                    round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1),
                    len(list((home / "fd").iterdir())),
                    int(stat[17]),
                    round(self.wal.stat().st_size / 2**20, 1) if self.wal and self.wal.exists() else 0.0,
                    round(ticks, 2),
                )
            )

    def as_json(self, *, warm: float = 0.1) -> dict[str, object]:
        """The extremes, and how memory and descriptors grew after the first tenth, or another part, of the time."""
        if not self.moments:
            return {}
        first, last = self.moments[int(len(self.moments) * warm)], self.moments[-1]
        return {
            "megabytes_peak": max(one.megabytes for one in self.moments),
            "megabytes_warm": first.megabytes,
            "megabytes_end": last.megabytes,
            "megabytes_growth": round(last.megabytes - first.megabytes, 1),
            "descriptors_peak": max(one.descriptors for one in self.moments),
            "descriptors_begin": self.moments[0].descriptors,
            "descriptors_end": last.descriptors,
            "threads_end": last.threads,
            "wal_megabytes_peak": max(one.wal_megabytes for one in self.moments),
            "cpu_seconds": last.cpu_seconds,
            "moments": [asdict(one) for one in self.moments[:: max(1, len(self.moments) // 60)]],
        }


@asynccontextmanager
async def watched(pid: int, database: str) -> AsyncIterator[Gauge]:
    """Look every second."""
    wal = Path(f"{database.removeprefix('sqlite://')}-wal") if database.startswith("sqlite") else None
    gauge = Gauge(pid, wal)

    async def look_on() -> None:
        while True:
            gauge.look()
            await asyncio.sleep(1)

    looking = asyncio.create_task(look_on(), name="gauge")
    try:
        yield gauge
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        gauge.look()
