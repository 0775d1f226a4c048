"""The rows of the business; other rooms read them through queries and use-cases."""

from domain.models.approvals import Approval, ApprovalScheme, SubmittedChange
from domain.models.catalogue import CatalogueVersion, CustomerAlias, GenericTerm, KitUse, Product, UnitSynonym
from domain.models.credit import Payment
from domain.models.installation import JobRun, Leadership, Mark
from domain.models.judging import AlertScheme, ReviewScheme
from domain.models.ledger import Event, InstanceSecret
from domain.models.making import Recipe, RecipePart, WorkHold, WorkOrder, WorkReport
from domain.models.office import Announcement
from domain.models.orders import Order, OrderLine, OrderNumber, ShortageOffer
from domain.models.people import BindingCode, BindingTry, Contact, Customer, Identity, Staff
from domain.models.picking import PickLine, PickList
from domain.models.purchases import PurchaseItem, PurchaseOrder
from domain.models.returns import Claim, ClaimLine, ClaimPhoto, PhotoBody
from domain.models.shipments import CarrierPush, Shipment, ShipmentLine, TrackingEvent
from domain.models.stock import Earmark, PurchaseRequest, Stock, StockCount, StockLot, StockMove, Warehouse
from domain.models.terms import PriceEntry, PriceList
from domain.models.work import Leave, Shift

__all__ = [
    "AlertScheme",
    "Announcement",
    "Approval",
    "ApprovalScheme",
    "BindingCode",
    "BindingTry",
    "CarrierPush",
    "CatalogueVersion",
    "Claim",
    "ClaimLine",
    "ClaimPhoto",
    "Contact",
    "Customer",
    "CustomerAlias",
    "Earmark",
    "Event",
    "GenericTerm",
    "Identity",
    "InstanceSecret",
    "JobRun",
    "KitUse",
    "Leadership",
    "Leave",
    "Mark",
    "Order",
    "OrderLine",
    "OrderNumber",
    "Payment",
    "PhotoBody",
    "PickLine",
    "PickList",
    "PriceEntry",
    "PriceList",
    "Product",
    "PurchaseItem",
    "PurchaseOrder",
    "PurchaseRequest",
    "Recipe",
    "RecipePart",
    "ReviewScheme",
    "Shift",
    "Shipment",
    "ShipmentLine",
    "ShortageOffer",
    "Staff",
    "Stock",
    "StockCount",
    "StockLot",
    "StockMove",
    "SubmittedChange",
    "TrackingEvent",
    "UnitSynonym",
    "Warehouse",
    "WorkHold",
    "WorkOrder",
    "WorkReport",
]
