"""The signs of life of a person: what they last did, each kind by itself, because each lets us write for a while."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from domain import lane
from domain.lane import Script, Statement
from domain.models import Identity
from domain.values import Address


class Sign(StrEnum):
    """What somebody did; the moment of the last one stands in the identity's column of that name and ``_at``."""

    WROTE = "wrote"
    TAPPED = "tapped"
    FOLLOWED = "followed"
    SCANNED = "scanned"


Signs = Mapping[Sign, datetime]

_HEARD = (
    "INSERT INTO identity"
    " (account, openid, following, last_inbound_at, wrote_at, tapped_at, followed_at, scanned_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (account, openid) DO UPDATE SET"
    " following = excluded.following, last_inbound_at = excluded.last_inbound_at,"
    " wrote_at = CASE WHEN identity.wrote_at > excluded.wrote_at THEN identity.wrote_at"
    " ELSE COALESCE(excluded.wrote_at, identity.wrote_at) END,"
    " tapped_at = CASE WHEN identity.tapped_at > excluded.tapped_at THEN identity.tapped_at"
    " ELSE COALESCE(excluded.tapped_at, identity.tapped_at) END,"
    " followed_at = COALESCE(excluded.followed_at, identity.followed_at),"
    " scanned_at = CASE WHEN identity.scanned_at > excluded.scanned_at THEN identity.scanned_at"
    " ELSE COALESCE(excluded.scanned_at, identity.scanned_at) END"
)


def heard_from(address: Address, sign: Sign, *, at: datetime, now: datetime) -> Script[None]:
    """Somebody did this ``at`` a moment, and follows; one that arrives late does not undo a later one."""
    moments = [min(at, now) if one is sign else None for one in Sign]
    yield Statement(_HEARD, (address.account, address.openid, True, now, *moments))


async def signs_of(addresses: Collection[Address]) -> dict[Address, Signs]:
    """What each of these people last did, in one query."""
    openids = sorted({one.openid for one in addresses})
    rows = await lane.fetch(Identity, "WHERE openid IN ?", openids) if openids else []
    found = {Address(row.account, row.openid): _signs(row) for row in rows}
    return {address: found.get(address, {}) for address in addresses}


def _signs(row: Identity) -> Signs:
    known = {sign: getattr(row, f"{sign.value}_at") for sign in Sign}
    if not any(known.values()):
        # Heard before signs were told apart: nearly always somebody wrote.
        known[Sign.WROTE] = row.last_inbound_at
    return {sign: at for sign, at in known.items() if at is not None}
