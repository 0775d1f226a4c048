"""The order page: one link, read by everybody who has it, with prices and address for those of the customer."""

import hashlib
import re
from dataclasses import dataclass

from aiohttp import web

from domain.errors import OrderNotFound
from domain.linking import order_behind, ticket_of
from domain.orderviews import OrderView
from domain.photographing import photo_of
from domain.progress import progress_of
from domain.queries import order_view
from templates import page, zone
from web.paper import PRIVATE
from web.reception import Reception, home, mark
from web.sheet import sheet

_NUMBER = re.compile(r"[0-9]{1,9}")
# A photo never changes, and a page that renews itself should not fetch it again each time.
LOOKED_AT = {"Cache-Control": "private, max-age=600", "Content-Disposition": "inline"}


@dataclass(frozen=True, slots=True)
class OrderPages:
    """The pages of one order, served at the reception."""

    at: Reception

    def routes(self) -> list[web.RouteDef]:
        """``/o/{token}``, what is new on it, the photos of its claims, and the way back from WeChat."""
        return self.at.routes("o", {"": self._page, "/live": self._live, "/photo/{photo}": self._photo}, self._known)

    async def _page(self, request: web.Request) -> web.Response:
        view = await self._order(request)
        if view is None:
            return self.at.paper.nothing()
        if (leaving := self.at.leaving(request)) is not None:
            return leaving
        fragment = await self._fragment(request, view)
        live = self.at.identity.link(request, home(request) + "/live", mark(request))
        return self.at.paper.answer(
            "order", number=view.number, fragment=fragment, etag=_etag(fragment), live=live, shop=self.at.shop
        )

    async def _live(self, request: web.Request) -> web.Response:
        view = await self._order(request)
        if view is None:
            return self.at.paper.nothing()
        fragment = await self._fragment(request, view)
        etag = f'"{_etag(fragment)}"'
        if etag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=PRIVATE | {"ETag": etag})
        answer = self.at.paper.printed(fragment)
        answer.headers["ETag"] = etag
        return answer

    async def _photo(self, request: web.Request) -> web.Response:
        """A photo of a claim, for those only who see the claim."""
        view, number = await self._order(request), request.match_info["photo"]
        seen = view is not None and (await self.at.viewer(request)).may_see(view.customer)
        found = await photo_of(view.number, int(number)) if view and seen and _NUMBER.fullmatch(number) else None
        if found is None:
            return self.at.paper.nothing()
        kind, content = found
        return web.Response(body=content, content_type=f"image/{kind}", headers=PRIVATE | LOOKED_AT)

    async def _known(self, request: web.Request) -> bool:
        return ticket_of(request.match_info["token"], self.at.secret) is not None

    async def _order(self, request: web.Request) -> OrderView | None:
        number = await order_behind(request.match_info["token"], self.at.secret, now=self.at.clock())
        if number is None:
            return None
        try:
            return await order_view(number)
        except OrderNotFound:
            return None

    async def _fragment(self, request: web.Request, view: OrderView) -> str:
        viewer, known = await self.at.viewer(request), self.at.known(request)
        today = self.at.clock().astimezone(zone()).date()
        again = "" if known or not mark(request) else self.at.identity.link(request, home(request))
        return page(
            "order_live",
            sheet=sheet(
                view,
                full=viewer.may_see(view.customer),
                priced=viewer.sees_money,
                today=today,
                progress=await progress_of(view.number),
            ),
            today=today,
            mark=mark(request),
            known=known,
            again=again,
            home=home(request),
        )


def _etag(fragment: str) -> str:
    return hashlib.sha256(fragment.encode()).hexdigest()[:24]
