"""A bad wire: a relay on loopback between one of ours and whom it talks to; it can be slow, narrow, dead or cut."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

PIECE = 1 << 14
_GONE = (ConnectionError, TimeoutError, OSError)


@dataclass(eq=False)
class Wire:
    """All connections through one port; what is set holds for those that are open and those to come.

    ``latency`` are seconds for every piece, each way. ``bandwidth`` are bytes a second, None for no limit. While
    ``frozen`` connections stand and are accepted, and nothing passes: the other end is gone and nobody says so.
    ``refusing`` resets whoever comes. ``cut_after`` resets a connection once so many bytes of answers have passed, as
    often as ``cuts`` says.
    """

    host: str
    port: int
    latency: float = 0.0
    bandwidth: int | None = None
    refusing: bool = False
    cut_after: int = 0
    cuts: int = 0
    address: tuple[str, int] = ("127.0.0.1", 0)
    taken: int = 0
    """How many connections were accepted."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)
    _thawed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __post_init__(self) -> None:
        self._thawed.set()

    def freeze(self) -> None:
        """Let nothing pass any more, in neither direction."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Let everything pass that waits, and what comes."""
        self._thawed.set()

    def strand(self) -> None:
        """Let nothing pass on the connections that are open, ever again; those to come are well."""
        self._thawed.clear()
        self._thawed = asyncio.Event()
        self._thawed.set()

    def reset(self) -> int:
        """Cut every open connection with a reset; how many ends were cut."""
        ends = list(self._open)
        for writer in ends:
            _reset(writer)
        return len(ends)

    def cut(self, after: int, times: int = 1) -> None:
        """Reset a connection in the middle of an answer, after so many bytes of it."""
        self.cut_after, self.cuts = after, times

    async def carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """One connection, until one of both ends it."""
        self.taken += 1
        if self.refusing:
            _reset(near_out)
            return
        await self._thawed.wait()
        try:
            far_in, far_out = await asyncio.open_connection(self.host, self.port)
        except OSError:
            _reset(near_out)
            return
        self._open |= {near_out, far_out}
        try:
            there, back = self._pass(near_in, far_out), self._pass(far_in, near_out, answers=True)
            await asyncio.gather(there, back)
        finally:
            self._open -= {near_out, far_out}
            for end in (near_out, far_out):
                end.close()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool = False) -> None:
        passed, thawed = 0, self._thawed
        with suppress(*_GONE):
            while piece := await source.read(PIECE if self.bandwidth is None else max(1, self.bandwidth // 20)):
                await self._delayed(len(piece))
                await thawed.wait()
                if answers and self.cuts and passed + len(piece) > self.cut_after:
                    sink.write(piece[: max(0, self.cut_after - passed)])
                    await sink.drain()
                    self.cuts -= 1
                    _reset(sink)
                    return
                sink.write(piece)
                await sink.drain()
                passed += len(piece)
            sink.write_eof()

    async def _delayed(self, size: int) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if self.bandwidth is not None:
            await asyncio.sleep(size / self.bandwidth)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other end is told of a reset, and not of an end."""
    end: socket.socket | None = writer.get_extra_info("socket")
    if end is not None and end.fileno() >= 0:
        # The transport's view of its socket forbids little else; this one option is what makes the reset.
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def wire(host: str, port: int) -> AsyncIterator[Wire]:
    """A wire to there; ``address`` is its near end."""
    made = Wire(host, port)
    tasks: set[asyncio.Task[None]] = set()

    def accept(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(made.carry(near_in, near_out), name="wire")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.address = server.sockets[0].getsockname()[:2]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        made.reset()
