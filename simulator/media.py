"""Temporary media: uploaded or sent by people, good for three days."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from .chance import wordy
from .refused import Refused

KEPT = timedelta(days=3)
_SUFFIXES = {
    "image": {".png", ".jpg", ".jpeg", ".gif"},
    "voice": {".amr", ".mp3"},
    "video": {".mp4"},
    "thumb": {".jpg"},
}
_SIZES = {"image": (10 << 20, 40009), "voice": (2 << 20, 40006), "video": (10 << 20, 40006), "thumb": (64 << 10, 40006)}


@dataclass(frozen=True, slots=True)
class Medium:
    """A file the platform keeps, with the moment it throws it away."""

    media_id: str
    kind: str
    filename: str
    content_type: str
    content: bytes
    until: datetime


class Media:
    """The temporary media of one account."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, Medium] = {}

    def upload(self, kind: str, filename: str, content_type: str, content: bytes) -> Medium:
        """Keep an uploaded file; 40004 kind, 40005 file type, 40009 or 40006 size."""
        if kind not in _SUFFIXES:
            raise Refused(40004)
        if PurePath(filename).suffix.lower() not in _SUFFIXES[kind]:
            raise Refused(40005)
        largest, code = _SIZES[kind]
        if not 0 < len(content) <= largest:
            raise Refused(code)
        return self.keep(kind, filename, content_type, content)

    def keep(self, kind: str, filename: str, content_type: str, content: bytes) -> Medium:
        """Keep a file that a person sent, without the checks of an upload."""
        medium = Medium(wordy(64), kind, filename, content_type, content, self._clock() + KEPT)
        self._held[medium.media_id] = medium
        return medium

    def get(self, media_id: str) -> Medium:
        """The file, or 40007 for one that is unknown or older than three days."""
        medium = self._held.get(media_id)
        if medium is None or medium.until <= self._clock():
            raise Refused(40007)
        return medium


def snapshot(number: int, side: int = 48) -> bytes:
    """A small picture as a phone takes one: a PNG of a shade of its own for every number."""
    shade = bytes((40 + number * 37 % 180, 90 + number * 61 % 120, 140 + number * 17 % 100))
    row = b"\0" + b"".join(shade if (x // 8) % 2 else b"\xf0\xf0\xf0" for x in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * side)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
