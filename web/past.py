"""The page of past orders: searched, leafed through and taken away, behind a sealed link of one person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from aiohttp import web

from domain.archive import PastOrder, PastPage, Search, lines_of, past_orders, payments_of
from domain.linking import Ticket, token_of
from domain.pastlinks import generation_of, owner_of_past
from domain.policy import current_policy
from domain.rules.numbering import well_formed
from domain.values import Actor
from templates import clock as clocked
from templates import document, shown
from web.paper import PRIVATE
from web.reception import Reception, home
from web.seals import sealed, unsealed
from web.sheets import Cell, as_csv, as_xlsx

PURPOSE = "past"
LISTED = 20
TAKEN = 1000
LONGEST = 64
# The one page with a form: it asks for itself again.
SEARCHED = {
    "Content-Security-Policy": PRIVATE["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'")
}
KINDS = {
    "csv": ("text/csv", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose orders are shown, and whether the one who looks may see names and money in them."""

    owner: Actor
    full: bool
    priced: bool


@dataclass(frozen=True, slots=True)
class PastPages:
    """The page of past orders and what it gives away, served at the reception."""

    at: Reception

    def routes(self) -> list[web.RouteDef]:
        """``/h/{token}``, the way back from WeChat, and the table to take away."""
        return self.at.routes("h", {"": self._page, "/orders.{kind}": self._table}, self._known)

    async def _page(self, request: web.Request) -> web.Response:
        owner = await self._owner(request)
        if owner is None:
            return self.at.paper.nothing()
        if (leaving := self.at.leaving(request)) is not None:
            return leaving
        visit = await self._visit(request, owner)
        if visit is None:
            return self.at.paper.answer("past_closed", status=403)
        search = asked(request)
        found = await past_orders(owner, search, limit=LISTED)
        paid = await payments_of(found.customer, search) if found.customer and visit.priced else ()
        answer = self.at.paper.answer(
            "past",
            orders=[(one, self._link(one)) for one in found.orders],
            paid=paid,
            search=search,
            visit=visit,
            shop=self.at.shop,
            today=self.at.clock().date(),
            following=_following(request, search, found),
            csv=_same(request, search, "/orders.csv"),
            xlsx=_same(request, search, "/orders.xlsx"),
            account=request.query.get("a", ""),
        )
        answer.headers.update(SEARCHED)
        return answer

    async def _table(self, request: web.Request) -> web.Response:
        owner = await self._owner(request)
        visit = await self._visit(request, owner) if owner is not None else None
        if visit is None or request.match_info["kind"] not in KINDS:
            return self.at.paper.nothing()
        found = await past_orders(visit.owner, asked(request), limit=TAKEN)
        kind, written = KINDS[request.match_info["kind"]]
        body = written(await table(found, visit))
        name = f"orders-{self.at.clock():%Y%m%d}.{request.match_info['kind']}"
        headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=kind, headers=headers)

    async def _known(self, request: web.Request) -> bool:
        return await self._owner(request) is not None

    async def _owner(self, request: web.Request) -> Actor | None:
        found = unsealed(request.match_info["token"], purpose=PURPOSE, now=self.at.clock(), secret=self.at.secret)
        return await owner_of_past(int(found[0]), int(found[1])) if found is not None and len(found) == 2 else None

    async def _visit(self, request: web.Request, owner: Actor) -> Visit | None:
        """What this visitor gets to see: a link of staff opens for its owner alone, as it would show every customer."""
        viewer = await self.at.viewer(request)
        if owner.is_staff:
            return Visit(owner, True, owner.sees_money) if viewer.identity == owner.identity else None
        full = viewer.may_see(owner.customer or "")
        return Visit(owner, full, full and viewer.sees_money)

    def _link(self, one: PastOrder) -> str:
        until = int((self.at.clock() + current_policy().link_life).timestamp())
        return f"/o/{token_of(Ticket(one.row.number, one.links, until), self.at.secret)}"


def past_addresses(base: str, secret: bytes, clock: Callable[[], datetime]) -> Callable[[int], Awaitable[str]]:
    """Makes addresses of people's past orders, by identity."""

    async def address(identity: int) -> str:
        return await past_address(identity, base=base, secret=secret, now=clock())

    return address


async def past_address(identity: int, *, base: str, secret: bytes, now: datetime) -> str:
    """Where somebody's past orders are found, as long as links live."""
    until = now + current_policy().link_life
    values = [str(identity), str(await generation_of(identity))]
    return f"{base}/h/{sealed(values, purpose=PURPOSE, until=until, secret=secret)}"


def asked(request: web.Request) -> Search:
    """What the address asks for; what makes no sense in it is passed over."""
    given = request.query
    return Search(
        text=given.get("q", "").strip()[:LONGEST],
        start=_day(given.get("from", "")),
        end=_day(given.get("to", "")),
        state=given.get("state", ""),
        before=well_formed(given.get("before", "")[:LONGEST]) or "",
    )


async def table(found: PastPage, visit: Visit) -> list[list[Cell]]:
    """A row for each line of each order, under its heads; without money for those who may not see it."""
    orders = found.orders
    head, *states = document("past", rows=[one.row for one in orders], priced=visit.priced).splitlines()
    lines = await lines_of([one.row.number for one in orders])
    rows: list[list[Cell]] = [list(head.split("\t"))]
    for one, state in zip(orders, states, strict=True):
        for line in lines[one.row.number]:
            about: list[Cell] = [shown(one.row.number), one.row.customer_name if visit.full else "", state]
            moments: list[Cell] = [_moment(at) for at in (one.placed_at, one.shipped_at, one.delivered_at)]
            goods: list[Cell] = [line.sku, line.name, line.qty, line.unit, line.shipped / line.ratio]
            money: list[Cell] = [line.unit_price, line.amount] if visit.priced else []
            rows.append([*about, *moments, *goods, " ".join(one.parcels), *money])
    return rows


def _moment(at: datetime | None) -> str:
    return clocked(at) if at is None else f"{at.astimezone(current_policy().zone):%Y-%m-%d %H:%M}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _following(request: web.Request, search: Search, found: PastPage) -> str:
    """The address of what comes after this page; empty when nothing does."""
    return _same(request, search, before=shown(found.orders[-1].row.number)) if found.more else ""


def _same(request: web.Request, search: Search, path: str = "", *, before: str = "") -> str:
    given = {
        "q": search.text,
        "from": search.start.isoformat() if search.start else "",
        "to": search.end.isoformat() if search.end else "",
        "state": search.state,
        "before": before,
        "a": request.query.get("a", ""),
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{home(request)}{path}{'?' if query else ''}{query}"
