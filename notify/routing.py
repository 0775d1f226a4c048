"""Who hears what of an event, and why: a table, read by a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from domain.creditevents import OF_CREDIT
from domain.dealevents import (
    ChangeRefused,
    ChangeSubmitted,
    OrderAmended,
    OrderPaused,
    OrderResumed,
    OrderShortClosed,
    ShortageOffered,
    ShortageSettled,
)
from domain.events import (
    BusinessEvent,
    CodesGuessed,
    HelpWanted,
    LinksRevoked,
    OrderAccepted,
    OrderCancelled,
    OrderChased,
    OrderHeld,
    OrderPlaced,
    OrderRejected,
    PersonJoined,
    PersonLeft,
    PricesChanged,
    StockFellShort,
)
from domain.makeevents import WorkMoved, WorkOrdered, WorkReported, WorkStopped
from domain.officeevents import (
    Announced,
    ApprovalAsked,
    ApprovalGiven,
    DutySet,
    LeaveEnded,
    LeaveTaken,
    LevelsSet,
)
from domain.parcelevents import (
    ReceiptAssumed,
)
from domain.reviewevents import AlertLimitSet, RulesChanged
from domain.stockevents import (
    CountDecided,
    CountWaits,
    GoodsArrived,
    GoodsSwapped,
    LotExpired,
    PromiseMoved,
    PurchaseMoved,
)
from domain.telling import Affair, Listener
from domain.values import Role
from notify.audience import everybody, named, nobody, rep, rep_else, staff
from notify.notices import CUSTOM, TEMPLATE, Notice, Plan
from notify.occasions import (
    decided,
    of_staff,
    to_decide,
    undecided,
)
from notify.parcelroutes import PARCEL_ROUTES
from notify.route import BUYERS, CUSTOMER, Route, both_sides

_MANAGERS = staff(Role.MANAGER, Role.ADMIN)
_WRITER = Route(Notice.ORDER_AMENDED, nobody, "writer", hearers=True)

ROUTES: Mapping[type[BusinessEvent], tuple[Route, ...]] = {
    OrderAccepted: (
        Route(Notice.ORDER_CONFIRMED, BUYERS, "buyer", CUSTOMER, actor_too=True),
        Route(Notice.ORDER_CONFIRMED, rep, "rep", actor_too=True),
    ),
    OrderHeld: (Route(Notice.ORDER_HELD, BUYERS, "buyer", CUSTOMER),),
    ApprovalAsked: (
        Route(Notice.ORDER_HELD, staff(Role.REVIEWER, Role.MANAGER), "approver", hearers=True, when=to_decide),
    ),
    OrderRejected: both_sides(Notice.ORDER_REJECTED),
    OrderCancelled: both_sides(Notice.ORDER_CANCELLED),
    OrderAmended: (*both_sides(Notice.ORDER_AMENDED), _WRITER),
    ChangeRefused: (*both_sides(Notice.ORDER_AMENDED), _WRITER),
    OrderShortClosed: both_sides(Notice.ORDER_STOPPED),
    OrderPaused: (
        Route(Notice.ORDER_STOPPED, rep, "rep"),
        Route(Notice.ORDER_STOPPED, staff(Role.WAREHOUSE), "warehouse"),
    ),
    OrderChased: (
        Route(Notice.ORDER_CHASED, rep_else(Role.MANAGER), "rep"),
        Route(Notice.ORDER_CHASED, staff(Role.REVIEWER), "reviewer", when=undecided),
        Route(Notice.ORDER_CHASED, staff(Role.WAREHOUSE), "warehouse", when=decided),
    ),
    PersonJoined: (Route(Notice.PERSON_JOINED, staff(Role.MANAGER, Role.ADMIN), "manager", when=of_staff),),
    CodesGuessed: (Route(Notice.CODES_GUESSED, staff(Role.MANAGER, Role.ADMIN), "manager"),),
    PromiseMoved: (
        Route(Notice.PROMISE_MOVED, BUYERS, "buyer", CUSTOMER),
        Route(Notice.PROMISE_MOVED, rep, "rep"),
    ),
    ShortageOffered: (Route(Notice.SHORTAGE_CHOICE, BUYERS, "buyer", CUSTOMER),),
    ShortageSettled: both_sides(Notice.SHORTAGE_SETTLED),
    WorkStopped: (Route(Notice.WORK_STOPPED, staff(Role.MANAGER), "manager"),),
    CountWaits: (Route(Notice.COUNT_WAITS, staff(Role.MANAGER), "manager"),),
    CountDecided: (Route(Notice.COUNT_DECIDED, staff(Role.WAREHOUSE, Role.PURCHASING), "warehouse"),),
    HelpWanted: (Route(Notice.HELP_WANTED, rep_else(Role.MANAGER), "rep"),),
    LeaveTaken: (Route(Notice.ROSTER_CHANGED, _MANAGERS, "manager", hearers=True),),
    LeaveEnded: (Route(Notice.ROSTER_CHANGED, _MANAGERS, "manager", hearers=True),),
    Announced: (Route(Notice.ANNOUNCEMENT, everybody, "audience"),),
    DutySet: (Route(Notice.ROSTER_CHANGED, nobody, "member", hearers=True),),
    **PARCEL_ROUTES,
}
"""The table. Of two routes to the same person the first one counts."""

ALERTED: frozenset[type[BusinessEvent]] = frozenset({StockFellShort})
"""Events that raise an alert, which is told to its owner under a number."""

NOBODY: Mapping[type[BusinessEvent], str] = {
    ApprovalGiven: "the next level is asked, or the order is accepted and that is told",
    LevelsSet: "the one who set them has the answer, everybody else can ask for them",
    AlertLimitSet: "the one who set it has the answer, everybody else can ask for them",
    **dict.fromkeys((RulesChanged, *OF_CREDIT), "who did it has the answer, the next order concerned says so"),
    ChangeSubmitted: "who decides is asked, and who wants it has the answer",
    LinksRevoked: "the one who took them back has the answer",
    OrderResumed: "the warehouse sees it among what waits for dispatch again",
    OrderPlaced: "the outcome of the review follows at once and is told",
    PricesChanged: "who sets prices knows, and everybody else sees the price with the goods",
    GoodsArrived: "who waited is told by the day that moves, purchasing sees it in its list",
    LotExpired: "the alert of the lot is there by then, and who lost goods is told by the day that moves",
    GoodsSwapped: "the loser is told by the day that moves",
    WorkOrdered: "who waits is told by the day that moves, production sees it in its list",
    WorkMoved: "production did it, who waits is told by the day that moves",
    WorkReported: "who waited is told by the day that moves, production did it",
    PurchaseMoved: "purchasing did it, who waits is told by the day that moves",
    ReceiptAssumed: "everybody had the news that the parcel arrived",
    PersonLeft: "nothing can be told to them, and nobody has to act",
}
"""Events that are kept for the record only, and why."""


def is_told(event: BusinessEvent) -> bool:
    """Whether somebody may hear of this kind of event; for the others nothing needs to be read."""
    return type(event) in ROUTES or type(event) in ALERTED


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a routing decision knows beside the event: who did it, by name and identity, when, and the order's page."""

    by: str
    at: datetime
    url: str = ""
    identity: int | None = None


def plan(event: BusinessEvent, affair: Affair, occasion: Occasion) -> list[Plan]:
    """The notices that follow from an event, one per person, a reason each."""
    planned: dict[int, Plan] = {}
    for route in ROUTES.get(type(event), ()):
        if not route.when(event, affair):
            continue
        actor = None if route.actor_too else _actor(event, occasion)
        for person in _people(route, event, affair):
            if person.identity != actor and person.identity not in planned:
                planned[person.identity] = _plan(event, affair, occasion, route, person)
    return list(planned.values())


def _people(route: Route, event: BusinessEvent, affair: Affair) -> tuple[Listener, ...]:
    own = named(getattr(event, "hearers", ()), affair) if route.hearers else ()
    return own or route.who(affair)


def _actor(event: BusinessEvent, occasion: Occasion) -> int | None:
    """The one who did it and has had an answer; names are never compared, for two people may bear one."""
    own: int | None = getattr(event, "identity", None)
    return occasion.identity if own is None else own


def _plan(event: BusinessEvent, affair: Affair, occasion: Occasion, route: Route, person: Listener) -> Plan:
    facts = {**facts_of(event, affair, occasion), "audience": route.to}
    return Plan(
        person.address, route.notice, facts, f"{type(event).__name__}:{route.why}", event.order, wishes=person.wishes
    )


def facts_of(event: BusinessEvent, affair: Affair, occasion: Occasion) -> dict[str, Any]:
    """What a template may speak of: the order's facts, then the event's own."""
    return {
        "order": event.order or "",
        "customer_name": affair.customer_name,
        "total": affair.total,
        "promised": affair.promised,
        "phone": affair.phone,
        "by": occasion.by,
        "at": occasion.at.isoformat(),
        "url": occasion.url,
        **event.facts(),
    }


AT_ONCE = 20
"""Announcements go out so many a second, and what happens to orders goes in between."""


def unhurried(plans: list[Plan]) -> list[Plan]:
    """The same plans spread over time, in full words where the person wrote lately, on a card where not."""
    ways = (CUSTOM, TEMPLATE)
    return [replace(one, channels=ways, wait=timedelta(seconds=n // AT_ONCE)) for n, one in enumerate(plans)]
