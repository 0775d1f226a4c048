"""What the warehouse and receivers say about parcels; values like those of ``domain.commands``."""

from dataclasses import dataclass

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectWaybill(Command):
    """更正 1042 [旧单号] [承运商] SF…: what really stands on the parcel; ``parcel`` is the old number."""

    order_no: str | None = None
    parcel: str | None = None
    carrier: str | None = None
    tracking_no: str | None = None
