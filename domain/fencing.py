"""Keeps what a job writes from counting once another process leads: every transaction of a job names its term first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from domain import lane
from domain.lane import Script, Statement

T = TypeVar("T")

LEADERSHIP = "jobs"

_term: ContextVar[int | None] = ContextVar("term", default=None)


class Deposed(RuntimeError):
    """Another process leads by now; nothing of what was begun under the earlier term is kept."""


@contextmanager
def under(term: int) -> Iterator[None]:
    """What is written in here, and in tasks that begin in here, is kept only as long as this term lasts."""
    before = _term.set(term)
    try:
        yield
    finally:
        _term.reset(before)


async def hold_term() -> None:
    """In a transaction: nobody takes the lead before it ends, or it ends now with ``Deposed``."""
    term = _term.get()
    if term is not None:
        await lane.within(_held(term))


def fenced(script: Callable[[], Script[T]]) -> Callable[[], Script[T]]:
    """The same for a script; the term is that of the caller, for scripts are run elsewhere."""
    term = _term.get()

    def both(term: int) -> Script[T]:
        yield from _held(term)
        return (yield from script())

    return script if term is None else lambda: both(term)


def _held(term: int) -> Script[None]:
    # A write, because it locks the row on both kinds of database: who takes over waits for us, or we see that they did.
    held = yield Statement("UPDATE leadership SET term = ? WHERE name = ? AND term = ?", (term, LEADERSHIP, term))
    if not held.count:
        raise Deposed(f"term {term} is over")
