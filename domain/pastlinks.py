"""Links to somebody's past orders: theirs alone to give out, and to take back all at once."""

from tortoise.expressions import F

from domain.models import Identity
from domain.queries import actor_of
from domain.transaction import transact
from domain.values import Actor, Address


async def generation_of(identity: int) -> int:
    """Of which generation the links are that a person gives out now."""
    found: int | None = await Identity.filter(id=identity).first().values_list("past_links", flat=True)  # type: ignore[assignment]
    return found or 0


async def owner_of_past(identity: int, generation: int) -> Actor | None:
    """Whose orders a link of this generation shows, with the rights of today; None once it was taken back."""
    row = await Identity.get_or_none(id=identity, past_links=generation)
    owner = await actor_of(Address(row.account, row.openid)) if row is not None else None
    return None if owner is None or owner.is_stranger else owner


async def revoke_past(*, by: Actor) -> None:
    """Take back every link to their past orders that this person gave out so far."""

    async def work() -> None:
        await Identity.filter(id=by.identity).update(past_links=F("past_links") + 1)

    await transact(work)
