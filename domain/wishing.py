"""How people want to be told: one person's own settings, read and changed."""

from collections.abc import Callable

from domain.errors import NotAllowed
from domain.models import Contact, Staff
from domain.rules.wishes import Wishes, wishes_of
from domain.transaction import transact
from domain.values import Actor


async def wishes(by: Actor) -> Wishes:
    """What this person has set."""
    row = await _row(by)
    return wishes_of(row.wishes)


async def wish(change: Callable[[Wishes], Wishes], *, by: Actor) -> Wishes:
    """Change what this person has set, and what it is then; two changes at once follow each other."""

    async def work() -> Wishes:
        # The write comes first: of two changes the second sees what the first did.
        mine = Staff.filter(id=by.staff, active=True) if by.is_staff else Contact.filter(id=by.contact, active=True)
        if not await mine.update(active=True):
            raise NotAllowed(())
        after = change(await wishes(by))
        await mine.update(wishes=after.kept())
        return after

    return await transact(work)


async def _row(by: Actor) -> Staff | Contact:
    found = await Staff.get_or_none(id=by.staff) if by.is_staff else await Contact.get_or_none(id=by.contact)
    if found is None:
        raise NotAllowed(())
    return found
