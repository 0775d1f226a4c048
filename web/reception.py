"""What all pages behind a sealed link share: who is looking, by way of WeChat, and what they are printed on."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from domain.queries import actor_of
from domain.values import Actor
from web.identity import GUEST, SNAPSHOT, Identity
from web.paper import Paper

Known = Callable[[web.Request], Awaitable[bool]]
"""Whether the link of a request leads anywhere."""


@dataclass(frozen=True, slots=True)
class Reception:
    """The secret behind the links, who looks, the paper, the name of the shop, and the clock."""

    secret: bytes
    identity: Identity
    paper: Paper
    shop: str
    clock: Callable[[], datetime]

    def routes(self, room: str, pages: Mapping[str, Handler], known: Known) -> list[web.RouteDef]:
        """The pages of ``/room/{token}`` by what follows, and the way back to them from WeChat."""

        async def arrive(request: web.Request) -> web.StreamResponse:
            if not await known(request):
                return self.paper.nothing()
            return await self.identity.arrival(request, home(request))

        base = f"/{room}/{{token}}"
        return [*(web.get(base + path, page) for path, page in pages.items()), web.get(f"{base}/in", arrive)]

    def leaving(self, request: web.Request) -> web.Response | None:
        """To WeChat first, where it can tell who is looking; None when there is nothing to learn."""
        if self.identity.visitor(request) is not None or not self.identity.leaves(request):
            return None
        return self.identity.departure(request, home(request))

    async def viewer(self, request: web.Request) -> Actor:
        """Who is looking, with their rights of this moment; nobody in particular if that is not known."""
        visitor = self.identity.visitor(request)
        return Actor(name="") if visitor is None else await actor_of(visitor)

    def known(self, request: web.Request) -> bool:
        """Whether this browser was found to be somebody's."""
        return self.identity.visitor(request) is not None


def home(request: web.Request) -> str:
    """The page itself, without what follows its token."""
    return "/".join(request.path.split("/")[:3])


def mark(request: web.Request) -> str:
    """Why nobody is known here: a guest by choice, or a snapshot; empty when WeChat was not asked."""
    given = request.query.get("as", "")
    return given if given in (GUEST, SNAPSHOT) else ""
