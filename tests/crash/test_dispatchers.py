"""A sample of ``make dispatchers``: two that send from one queue while they are killed."""

import random
from pathlib import Path

import pytest

from domain.database import close_database, visit_database
from tests.crash.dispatchers import PHONES, trial
from tests.crash.scene import scene

pytestmark = [pytest.mark.timeout(180), pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)]


@pytest.mark.postgres
async def test_killed_dispatchers_show_every_notice_once(stocked_url: str, tmp_path: Path) -> None:
    async with scene(stocked_url, tmp_path, PHONES) as street:
        street.account.job_finish = "never"
        await visit_database(stocked_url)
        try:
            found = await trial(street, dispatchers=2, notices=300, deaths=5, chance=random.Random(7), folder=tmp_path)
        finally:
            await close_database()
    assert (found.missing, found.doubled, found.unsure) == ([], [], [])
    assert found.deaths == 5
