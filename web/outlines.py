"""The outlines of a CFF font: the table that they stand in, and one of them without its subroutines."""

import struct
from dataclasses import dataclass

_STEMS, _MASKS = frozenset({1, 3, 18, 23}), frozenset({19, 20})
_CALL, _RETURN, _CALL_GLOBAL, _END = 10, 11, 29, 14
DEEPEST = 10


class Unreadable(ValueError):
    """This is no CID-keyed CFF, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Index:
    """An INDEX of the format: ``count`` pieces, whose ends stand in ``size`` bytes each from ``begin`` on."""

    data: memoryview
    count: int
    size: int
    begin: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: int) -> memoryview:
        if not 0 <= place < self.count:
            raise IndexError(place)
        return self.data[self._start(place) : self._start(place + 1)]

    @property
    def end(self) -> int:
        """Where what follows it begins."""
        return self._start(self.count) if self.count else self.begin

    def _start(self, place: int) -> int:
        at = self.begin + place * self.size
        return self.begin + (self.count + 1) * self.size - 1 + int.from_bytes(self.data[at : at + self.size])


NONE = Index(memoryview(b""), 0, 0, 0)


class Flat:
    """Writes an outline with what its subroutines say in their place."""

    def __init__(self, shared: Index, own: Index) -> None:
        self._shared, self._own = shared, own
        self._out = bytearray()
        self._stack: list[int] = []
        """Where in what is written each number begins that no operator has taken yet."""
        self._last = 0
        self._stems = 0

    def outline(self, code: memoryview) -> bytes:
        """The outline as it is drawn."""
        self._write(code, 0)
        return bytes(self._out)

    def _write(self, code: memoryview, depth: int) -> bool:
        """Whether the outline ended in here."""
        at = 0
        while at < len(code):
            first = code[at]
            if first >= 32 or first == 28:
                at = self._operand(code, at)
            elif first in (_CALL, _CALL_GLOBAL):
                at += 1
                if self._call(self._shared if first == _CALL_GLOBAL else self._own, depth):
                    return True
            elif first == _RETURN:
                return False
            else:
                at = self._operate(code, at)
                if first == _END:
                    return True
        return False

    def _operand(self, code: memoryview, at: int) -> int:
        first = code[at]
        size = 3 if first == 28 else 5 if first == 255 else 1 if first < 247 else 2
        if first == 28:
            self._last = struct.unpack_from(">h", code, at + 1)[0]
        elif first < 247:
            self._last = first - 139
        elif first < 251:
            self._last = (first - 247) * 256 + code[at + 1] + 108
        elif first < 255:
            self._last = -(first - 251) * 256 - code[at + 1] - 108
        self._stack.append(len(self._out))
        self._out += code[at : at + size]
        return at + size

    def _call(self, subrs: Index, depth: int) -> bool:
        """The number of a subroutine was the last one that was written: it is taken back."""
        if depth >= DEEPEST:
            raise Unreadable("subroutines too deep")
        del self._out[self._stack.pop() :]
        bias = 107 if len(subrs) < 1240 else 1131 if len(subrs) < 33900 else 32768
        return self._write(subrs[self._last + bias], depth + 1)

    def _operate(self, code: memoryview, at: int) -> int:
        first = code[at]
        size = 2 if first == 12 else 1
        if first in _STEMS or first in _MASKS:
            self._stems += len(self._stack) // 2
        if first in _MASKS:
            size += (self._stems + 7) // 8
        self._stack.clear()
        self._out += code[at : at + size]
        return at + size
