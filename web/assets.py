"""Style sheets, scripts and pictures: read once, addressed by their content, kept by browsers for a year."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"

_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_KEPT = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    kind: str
    version: str


class Assets:
    """The files of one folder, in memory: no path of a request ever reaches the disk."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._all = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in _KINDS}

    def link(self, name: str) -> str:
        """The address of a file in this version; KeyError for a file that is not there."""
        return f"/static/{name}?v={self._all[name].version}"

    def routes(self) -> list[web.RouteDef]:
        """``/static/{name}``."""
        return [web.get("/static/{name}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        asset = self._all.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        current = request.query.get("v") == asset.version
        headers = {
            "Cache-Control": _KEPT if current else "no-cache",
            "ETag": f'"{asset.version}"',
            "X-Content-Type-Options": "nosniff",
        }
        if f'"{asset.version}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.body, content_type=asset.kind, charset="utf-8", headers=headers)


def _read(path: Path) -> _Asset:
    body = path.read_bytes()
    return _Asset(body, _KINDS[path.suffix], hashlib.sha256(body).hexdigest()[:12])
