"""Everything on one port: the API, the open and mp hosts, the carrier, the control API and the page of phones."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from . import carrierdesk, control, kdniaodesk, pages, table, window
from .api import PLATFORM, mount
from .endpoints import ENDPOINTS
from .phones import Phone, Phones
from .platform import Platform
from .troubles import Hands

LARGEST = 12 << 20


def make_app(
    platform: Platform,
    *,
    phones: Sequence[Phone] = (),
    restart_bot: Callable[[], Awaitable[None]] | None = None,
    advance_bot: Callable[[timedelta], Awaitable[None]] | None = None,
    check_bot: Callable[[], Awaitable[dict[str, Any]]] | None = None,
) -> web.Application:
    """The web application of `platform`; all four base addresses of a bot are its one address.

    `phones` lie on the table at `/phones/`; without any, one for each person the account knows. What the trials
    there may do behind the bot: `restart_bot` kills it and returns when it is back, `advance_bot` moves its clock,
    `check_bot` tells what it still holds: `{"waiting": due notices, "unsettled": unanswered messages, "doubled": n}`.
    Closing the application leaves the platform open: whoever made it closes it.
    """
    app = web.Application(client_max_size=LARGEST)
    app[PLATFORM] = platform
    mount(app, ENDPOINTS + pages.SNS)
    app.router.add_get("/connect/oauth2/authorize", pages.authorize)
    app.router.add_get("/cgi-bin/showqrcode", pages.show_qrcode)
    app.router.add_post("/poll", carrierdesk.subscribe)
    app.router.add_post("/poll/query.do", carrierdesk.query)
    app.router.add_post("/api/dist", kdniaodesk.subscribe)
    app.router.add_post("/Ebusiness/EbusinessOrderHandle.aspx", kdniaodesk.query)
    platform.rooms.mount(app)
    platform.wecom_app.mount(app)
    strings = control.make_control(platform)
    table.mount(app, strings, Phones(platform, tuple(phones), Hands(restart_bot, advance_bot, check_bot)))
    window.mount(app)
    app.add_subapp("/sim", strings)
    return app
