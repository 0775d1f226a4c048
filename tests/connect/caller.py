"""``python -m tests.connect.caller DATABASE API APPID SECRET OPENID``: a process that calls the platform when told to.

Every line on stdin makes it call five times at once; the line that it answers holds what went wrong, if anything.
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime

import aiohttp
import structlog

from connect.wechat.client import WeChat
from domain.database import close_database, open_database
from notify.tokens import DatabaseTokenShelf


async def main(database: str, api: str, appid: str, secret: str, openid: str) -> None:
    """Serve lines until there are no more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    await open_database(database)
    async with aiohttp.ClientSession() as session:
        client = WeChat(
            session,
            appid=appid,
            secret=secret,
            api_url=api,
            shelf=DatabaseTokenShelf("main"),
            clock=lambda: datetime.now(UTC),
        )
        _say("ready")
        while await asyncio.to_thread(sys.stdin.readline):
            said = await asyncio.gather(*(client.user_info(openid) for _ in range(5)), return_exceptions=True)
            _say(" ".join(repr(one) for one in said if isinstance(one, BaseException)))
    await close_database()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
