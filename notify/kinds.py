"""The kinds of notices that a person can set, numbered as they see them; a kind holds what belongs together."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.rules.wishes import Way, Wishes
from domain.values import CUSTOMER_ROLES, Role
from notify.notices import Notice
from notify.route import CUSTOMER


@dataclass(frozen=True, slots=True)
class Kind:
    """What is set together. ``needed`` is always told; ``roles``: only they are told such, nobody named is all.

    ``usual`` is how those are told who have set nothing.
    """

    code: str
    notices: frozenset[Notice]
    needed: bool = False
    roles: frozenset[Role] = frozenset()
    usual: Way = Way.ON

    def way(self, wishes: Wishes) -> Way:
        """How such notices are told to somebody who has set this."""
        return Way.ON if self.needed else wishes.ways.get(self.code, self.usual)


_CHANGES = frozenset({Notice.ORDER_CANCELLED, Notice.ORDER_AMENDED, Notice.ORDER_STOPPED, Notice.PROMISE_MOVED})
_PARCELS = frozenset(
    {Notice.ORDER_SHIPPED, Notice.PARCEL_MOVED, Notice.PARCEL_QUIET, Notice.PARCEL_RELABELLED, Notice.GOODS_RECEIVED}
)
_CLAIMS = frozenset({Notice.CLAIM_MADE, Notice.CLAIM_PHOTOS, Notice.CLAIM_DECIDED, Notice.GOODS_CAME_BACK})
_RESULTS = frozenset({Notice.ORDER_CONFIRMED, Notice.ORDER_HELD, Notice.ORDER_REJECTED})

REPORTING = frozenset({Role.MANAGER, Role.ADMIN})
"""Who may be sent reports of the whole shop."""

FOR_CUSTOMERS = (
    Kind("results", _RESULTS | {Notice.SHORTAGE_CHOICE}, needed=True),
    Kind("changes", _CHANGES | {Notice.SHORTAGE_SETTLED}),
    Kind("parcels", _PARCELS),
    Kind("claims", _CLAIMS),
    Kind("news", frozenset({Notice.ANNOUNCEMENT})),
)
FOR_STAFF = (
    Kind(
        "alerts",
        frozenset({Notice.ALERT_RAISED, Notice.ALERT_ESCALATED, Notice.STOCK_SHORT, Notice.CODES_GUESSED}),
        needed=True,
    ),
    Kind(
        "decisions",
        frozenset({Notice.ORDER_HELD, Notice.COUNT_WAITS}),
        needed=True,
        roles=frozenset({Role.REVIEWER, Role.MANAGER}),
    ),
    Kind(
        "changes",
        _CHANGES | {Notice.ORDER_CONFIRMED, Notice.ORDER_REJECTED, Notice.SHORTAGE_CHOICE, Notice.SHORTAGE_SETTLED},
    ),
    Kind("chases", frozenset({Notice.ORDER_CHASED, Notice.HELP_WANTED})),
    Kind("parcels", _PARCELS | {Notice.PARCEL_UNWATCHED}),
    Kind("claims", _CLAIMS, roles=frozenset({Role.SALES, Role.WAREHOUSE, Role.MANAGER})),
    Kind("floor", frozenset({Notice.PICK_SHORT, Notice.PICK_STOPPED, Notice.COUNT_DECIDED, Notice.WORK_STOPPED})),
    Kind("news", frozenset({Notice.ANNOUNCEMENT, Notice.ROSTER_CHANGED, Notice.HANDOVER, Notice.PERSON_JOINED})),
    Kind("daily", frozenset({Notice.DAILY_REPORT}), roles=REPORTING, usual=Way.OFF),
    Kind("weekly", frozenset({Notice.WEEKLY_REPORT}), roles=REPORTING, usual=Way.OFF),
    Kind("settled", frozenset({Notice.ALERT_SETTLED})),
)

ANSWERS = frozenset({Notice.REPLY, Notice.MISSED})
"""What its person has just asked for, in a way: told at once whatever they set."""


def kinds_for(roles: Collection[Role]) -> tuple[Kind, ...]:
    """The kinds that somebody in these roles is told, in the order of their numbers."""
    mine = frozenset(roles)
    every = FOR_CUSTOMERS if mine & CUSTOMER_ROLES else FOR_STAFF
    return tuple(kind for kind in every if not kind.roles or kind.roles & mine)


def kind_of(notice: Notice, audience: str) -> Kind | None:
    """The kind that a notice belongs to when it goes to this side; None for answers and what is gathered."""
    every = FOR_CUSTOMERS if audience == CUSTOMER else FOR_STAFF
    return next((kind for kind in every if notice in kind.notices), None)
