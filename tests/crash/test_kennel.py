"""The processes of the trials: as many as are wanted, however close together they are asked for."""

import asyncio
import os
from pathlib import Path

from tests.crash.kennel import kennel


async def test_several_that_are_wanted_at_once_all_start(tmp_path: Path) -> None:
    logs = [tmp_path / f"{n}.log" for n in range(6)]
    starts = [kennel().start(["--help"], dict(os.environ), tmp_path, log) for log in logs]
    async with asyncio.timeout(50):
        forks = await asyncio.gather(*starts)
        assert [await fork.ended(50) for fork in forks] == [0] * len(logs)
    assert len({fork.pid for fork in forks}) == len(logs)
