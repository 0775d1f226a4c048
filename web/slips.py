"""The delivery note on paper: a page to print and a PDF, behind a sealed link for those who send and bring goods."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import segno
from aiohttp import web

from domain.policy import current_policy
from domain.slips import Slip, slip_of
from templates import document, shown
from web.fonts import Face, face_here
from web.paper import PRIVATE, Paper
from web.pdf import HEIGHT, MARGIN, WIDTH, Page, folded, pdf, width_of
from web.seals import sealed, unsealed

PURPOSE = "slip"
QR_SIDE = 84.0
FOOT = HEIGHT - MARGIN
COLUMNS = (0.0, 90.0, 250.0, 325.0, 390.0, 455.0)
"""Where the columns of the table begin, from the left margin."""
ROOMS = tuple(after - before - 6 for before, after in zip(COLUMNS, (*COLUMNS[1:], WIDTH - 2 * MARGIN), strict=True))
STEP = 15.0


@dataclass(frozen=True, slots=True)
class SlipPages:
    """What notes need to be served: the secret behind their links, the paper, the shop's name, the order's page."""

    secret: bytes
    paper: Paper
    shop: str
    base: str
    link: Callable[[str], Awaitable[str]]
    clock: Callable[[], datetime]

    def routes(self) -> list[web.RouteDef]:
        """``/d/{token}`` to look at and print, ``/d/{token}/pdf`` to keep."""
        return [web.get("/d/{token}", self._page), web.get("/d/{token}/pdf", self._pdf)]

    async def address(self, number: str, part: str) -> str:
        """Where the note for a part of an order is found, as long as links live."""
        until = self.clock() + current_policy().link_life
        return f"{self.base}/d/{sealed([number, part], purpose=PURPOSE, until=until, secret=self.secret)}"

    async def _page(self, request: web.Request) -> web.Response:
        slip = await self._slip(request)
        if slip is None:
            return self.paper.nothing()
        code = segno.make(await self.link(slip.number), error="m")
        picture = code.svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
        own = f"/d/{request.match_info['token']}/pdf"
        return self.paper.answer("slip", slip=slip, code=picture, shop=self.shop, pdf=own)

    async def _pdf(self, request: web.Request) -> web.Response:
        slip = await self._slip(request)
        if slip is None:
            return self.paper.nothing()
        code = segno.make(await self.link(slip.number), error="m")
        # The first look at a font of many megabytes takes a tenth of a second; it is remembered.
        face = await asyncio.to_thread(face_here)
        body = printed(slip, self.shop, code.matrix_iter(border=2), face)
        part = slip.claim or slip.part
        name = f"{shown(slip.number)}{'-' if part else ''}{part}.pdf"
        headers = PRIVATE | {"Content-Disposition": f'inline; filename="{name}"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _slip(self, request: web.Request) -> Slip | None:
        found = unsealed(request.match_info["token"], purpose=PURPOSE, now=self.clock(), secret=self.secret)
        return await slip_of(found[0], found[1]) if found is not None and len(found) == 2 else None


def printed(slip: Slip, shop: str, code: object, face: Face | None = None) -> bytes:
    """The note as PDF, in this face. Its words stand in ``documents/slip.j2``: a line begins with where it goes."""
    desk = _Desk(face)
    desk.page.code(WIDTH - MARGIN - QR_SIDE, MARGIN, code, side=QR_SIDE)  # type: ignore[arg-type]
    title = ""
    for line in document("slip", slip=slip, shop=shop).splitlines():
        kind, *cells = line.split("\t")
        if kind == "title":
            title = cells[0]
            desk.write(cells[0], size=18.0)
        elif kind == "head":
            desk.head = cells
            desk.row(cells)
        elif kind == "row":
            desk.row(cells)
        elif kind == "line":
            desk.write(cells[0])
        elif kind == "gap":
            desk.y += STEP
    return pdf(desk.pages, title=title, face=face)


class _Desk:
    """Pages that are being written, from the top down; a table that runs over begins anew with its head."""

    def __init__(self, face: Face | None) -> None:
        self._face = face
        self.pages = [Page()]
        self.y = MARGIN + 18.0
        self.head: list[str] = []

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def write(self, words: str, *, size: float = 10.5) -> None:
        room = WIDTH - 2 * MARGIN - (QR_SIDE + 12 if len(self.pages) == 1 and self.y < MARGIN + QR_SIDE else 0)
        for line in folded(words, room, size, self._face):
            self._room(STEP)
            self.page.text(MARGIN, self.y, line, size=size)
            self.y += size + 5

    def row(self, cells: list[str]) -> None:
        columns = [folded(cell, room, 10, self._face) for cell, room in zip(cells, ROOMS, strict=False)]
        tall = max(len(column) for column in columns) * STEP
        if self._room(tall) and cells is not self.head:
            self.row(self.head)
        for left, column in zip(COLUMNS, columns, strict=False):
            for down, words in enumerate(column):
                self.page.text(MARGIN + left, self.y + down * STEP, words, size=10)
        self.y += tall
        self.page.rule(MARGIN, self.y - STEP + 5, WIDTH - 2 * MARGIN)
        self.y += 4

    def _room(self, tall: float) -> bool:
        """Go on to a new page when this one has no room; whether it had none."""
        if self.y + tall <= FOOT:
            return False
        self.pages.append(Page())
        self.y = MARGIN + STEP
        return True


__all__ = ["SlipPages", "printed", "width_of"]
