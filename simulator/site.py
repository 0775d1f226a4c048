"""Everything on one port: the API, the open and mp hosts, the carrier and the control API."""

from aiohttp import web

from . import carrierdesk, control, pages
from .api import PLATFORM, mount
from .endpoints import ENDPOINTS
from .platform import Platform

LARGEST = 12 << 20


def make_app(platform: Platform) -> web.Application:
    """The web application of `platform`; all four base addresses of a bot are its one address.

    Closing the application leaves the platform open: whoever made it closes it.
    """
    app = web.Application(client_max_size=LARGEST)
    app[PLATFORM] = platform
    mount(app, ENDPOINTS + pages.SNS)
    app.router.add_get("/connect/oauth2/authorize", pages.authorize)
    app.router.add_get("/cgi-bin/showqrcode", pages.show_qrcode)
    app.router.add_post("/poll", carrierdesk.subscribe)
    app.router.add_post("/poll/query.do", carrierdesk.query)
    app.add_subapp("/sim", control.make_control(platform))
    return app
