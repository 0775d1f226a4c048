"""Binding codes that were wrong are counted, by person and in all, so that nobody finds one by trying."""

from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from domain.errors import TooManyTries
from domain.events import CodesGuessed
from domain.models import BindingTry, Event
from domain.recording import record
from domain.values import SYSTEM, Address

TRIES = 5
TRY_SPAN = timedelta(minutes=15)
GUESSES = 30
GUESS_SPAN = timedelta(hours=1)


async def count_try(address: Address, *, now: datetime) -> int:
    """Keep one try, by its id; refused after too many from this openid, or from all of them together."""
    # Asked before anything is written: a flood of guesses must not become a flood of rows.
    await _limit(BindingTry.all(), address, now)
    this = await BindingTry.create(account=address.account, openid=address.openid, at=now)
    try:
        # Asked again once it is written: of many tries at the same moment, no more than allowed get through.
        await _limit(BindingTry.filter(id__lt=this.id), address, now)
    except TooManyTries:
        await forgive(this.id)
        raise
    await BindingTry.filter(at__lte=now - GUESS_SPAN).delete()
    return this.id


async def forgive(this: int) -> None:
    """The code was right: this was no guess."""
    await BindingTry.filter(id=this).delete()


async def note_wrong(*, now: datetime) -> None:
    """A code was wrong: when that makes too many, say so, once as long as it goes on."""
    since = now - GUESS_SPAN
    if await BindingTry.filter(at__gt=since).count() < GUESSES:
        return
    if not await Event.filter(kind=CodesGuessed.__name__, at__gt=since).exists():
        await record(CodesGuessed(tries=GUESSES), by=SYSTEM, at=now)


async def _limit(tries: QuerySet[BindingTry], address: Address, now: datetime) -> None:
    here = tries.filter(account=address.account, openid=address.openid)
    await _at_most(here, TRIES, TRY_SPAN, now)
    await _at_most(tries, GUESSES, GUESS_SPAN, now)


async def _at_most(tries: QuerySet[BindingTry], most: int, span: timedelta, now: datetime) -> None:
    oldest = await tries.filter(at__gt=now - span).order_by("-at", "-id").offset(most - 1).limit(1)
    if oldest:
        raise TooManyTries(oldest[0].at + span - now)
