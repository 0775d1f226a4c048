"""Who hears what of goods that leave, travel, arrive and come back."""

from collections.abc import Mapping

from domain.events import BusinessEvent, CarrierUnreachable, GoodsReceived, OrderShipped, ParcelMoved
from domain.models.shipments import ParcelState
from domain.parcelevents import (
    ClaimDecided,
    ClaimMade,
    GoodsCameBack,
    GoodsPacked,
    ParcelQuiet,
    ParcelRelabelled,
    PhotosCame,
    PickStopped,
)
from domain.rules.tracking import WRONG
from domain.values import Role
from notify.audience import rep_else, staff
from notify.notices import Notice
from notify.occasions import by_others, lacking, remarked, state_in, state_is
from notify.route import BUYERS, CUSTOMER, RECEIVERS, Route, both_sides

_TOLD_STATES = frozenset(
    {
        ParcelState.COLLECTED,
        ParcelState.OUT_FOR_DELIVERY,
        ParcelState.READY_FOR_PICKUP,
        ParcelState.DELIVERED,
        *WRONG,
    }
)

PARCEL_ROUTES: Mapping[type[BusinessEvent], tuple[Route, ...]] = {
    OrderShipped: (Route(Notice.ORDER_SHIPPED, RECEIVERS, "receiver", CUSTOMER),),
    ParcelMoved: (Route(Notice.PARCEL_MOVED, RECEIVERS, "receiver", CUSTOMER, when=state_in(_TOLD_STATES)),),
    ClaimMade: (Route(Notice.CLAIM_MADE, rep_else(Role.MANAGER), "rep", actor_too=True),),
    PhotosCame: (Route(Notice.CLAIM_PHOTOS, rep_else(Role.MANAGER), "rep"),),
    ClaimDecided: (
        Route(Notice.CLAIM_DECIDED, BUYERS, "buyer", CUSTOMER),
        Route(Notice.CLAIM_DECIDED, staff(Role.WAREHOUSE), "warehouse", when=state_is("approved")),
    ),
    GoodsCameBack: both_sides(Notice.GOODS_CAME_BACK),
    GoodsPacked: (Route(Notice.PICK_SHORT, rep_else(Role.MANAGER), "rep", when=lacking),),
    PickStopped: (Route(Notice.PICK_STOPPED, staff(Role.WAREHOUSE), "warehouse", when=by_others),),
    ParcelQuiet: (Route(Notice.PARCEL_QUIET, RECEIVERS, "receiver", CUSTOMER),),
    ParcelRelabelled: (Route(Notice.PARCEL_RELABELLED, RECEIVERS, "receiver", CUSTOMER),),
    GoodsReceived: (Route(Notice.GOODS_RECEIVED, rep_else(Role.MANAGER), "rep", when=remarked),),
    CarrierUnreachable: (Route(Notice.PARCEL_UNWATCHED, staff(Role.WAREHOUSE), "warehouse"),),
}
