"""The order page: one link, read by everybody who has it, with prices and address for those of the customer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from domain.errors import OrderNotFound
from domain.linking import order_behind, ticket_of
from domain.orderviews import OrderView
from domain.progress import progress_of
from domain.queries import actor_of, order_view
from domain.values import Actor, Address
from templates import page, zone
from web.identity import GUEST, SNAPSHOT, Identity
from web.paper import PRIVATE, Paper
from web.sheet import sheet


@dataclass(frozen=True, slots=True)
class OrderPages:
    """What the pages need to be served: the secret behind the links, who looks, the paper, the name of the shop."""

    secret: bytes
    identity: Identity
    paper: Paper
    shop: str
    clock: Callable[[], datetime]

    def routes(self) -> list[web.RouteDef]:
        """``/o/{token}``, what is new on it, and the way back from WeChat."""
        return [
            web.get("/o/{token}", self._page),
            web.get("/o/{token}/live", self._live),
            web.get("/o/{token}/in", self._arrive),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        view = await self._order(request)
        if view is None:
            return self.paper.nothing()
        visitor = self.identity.visitor(request)
        if visitor is None and self.identity.leaves(request):
            return self.identity.departure(request, _home(request))
        fragment = await self._fragment(request, view, visitor)
        live = self.identity.link(request, _home(request) + "/live", _mark(request))
        return self.paper.answer(
            "order", number=view.number, fragment=fragment, etag=_etag(fragment), live=live, shop=self.shop
        )

    async def _live(self, request: web.Request) -> web.Response:
        view = await self._order(request)
        if view is None:
            return self.paper.nothing()
        fragment = await self._fragment(request, view, self.identity.visitor(request))
        etag = f'"{_etag(fragment)}"'
        if etag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=PRIVATE | {"ETag": etag})
        answer = self.paper.printed(fragment)
        answer.headers["ETag"] = etag
        return answer

    async def _arrive(self, request: web.Request) -> web.Response:
        if ticket_of(request.match_info["token"], self.secret) is None:
            return self.paper.nothing()
        return await self.identity.arrival(request, _home(request))

    async def _order(self, request: web.Request) -> OrderView | None:
        number = await order_behind(request.match_info["token"], self.secret, now=self.clock())
        if number is None:
            return None
        try:
            return await order_view(number)
        except OrderNotFound:
            return None

    async def _fragment(self, request: web.Request, view: OrderView, visitor: Address | None) -> str:
        viewer = Actor(name="") if visitor is None else await actor_of(visitor)
        today = self.clock().astimezone(zone()).date()
        again = self.identity.link(request, _home(request)) if visitor is None and _mark(request) else ""
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
            mark=_mark(request),
            known=visitor is not None,
            again=again,
        )


def _home(request: web.Request) -> str:
    return f"/o/{request.match_info['token']}"


def _mark(request: web.Request) -> str:
    mark = request.query.get("as", "")
    return mark if mark in (GUEST, SNAPSHOT) else ""


def _etag(fragment: str) -> str:
    return hashlib.sha256(fragment.encode()).hexdigest()[:24]
