"""The one checker: what must be true of a shop whatever went wrong, by what is in its database, on people's phones and
in the hands of those who wrote to it.

I1 what was acknowledged is kept · I2 one effect and one answer per message · I3 the books agree · I4 one notice per
cause and person · I5 what counts as sent was sent, and seen once · I6 what happened is told in order · I7 I8 every
order came to its state by legal steps that are in the ledger · I9 no lease is long dead · I10 nothing waits, nothing
died unexpectedly · I11 no secret was written anywhere · I12 the file is sound. An acknowledgement is never doubted; a
message without one may have been kept or not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.database import close_database, visit_database
from simulator.journal import Entry
from tests.checker import books, notices, vault, wire
from tests.checker.wire import Ack, acks_of

__all__ = ["Ack", "Evidence", "acks_of", "assert_sound", "violations", "violations_at"]


@dataclass(frozen=True)
class Evidence:
    """What is known beside the database.

    ``dedupe`` says whether the platform drops a second message of the same key, ``rest`` that everything had the time
    to end, ``patient`` that what is to be tried again later may wait, ``may_die`` that notices may have been given up
    or be unsure. ``texts`` are logs and pages by name, ``secrets`` what must not be in them.
    """

    now: datetime
    journal: Sequence[Entry] = ()
    acks: Collection[Ack] = ()
    dedupe: bool = True
    rest: bool = True
    patient: bool = False
    may_die: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    secrets: Collection[str] = ()


async def violations(seen: Evidence) -> list[str]:
    """Everything that is wrong, in words; the database is open."""
    found: list[Iterable[str]] = [
        await wire.acknowledged(seen.acks, now=seen.now),
        await wire.answered_once(seen.acks),
        await books.balanced(),
        await notices.once(),
        await books.legal(),
        await notices.leases(now=seen.now),
        vault.secrets(seen.texts, seen.secrets),
        await vault.sound(),
    ]
    if seen.journal:
        found += [
            await notices.seen_on_phones(seen.journal, dedupe=seen.dedupe),
            await notices.in_order(seen.journal),
        ]
    if seen.rest:
        found.append(await notices.at_rest(now=seen.now, patient=seen.patient, may_die=seen.may_die))
    return [one for several in found for one in several]


async def violations_at(url: str, seen: Evidence) -> list[str]:
    """The same of a database that is not open here."""
    await visit_database(url)
    try:
        return await violations(seen)
    finally:
        await close_database()


async def assert_sound(seen: Evidence) -> None:
    """Nothing is wrong."""
    found = await violations(seen)
    assert not found, "\n".join(found)
