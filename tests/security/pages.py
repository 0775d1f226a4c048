"""An order page whose every text is the one given."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from domain.models.shipments import ParcelState
from domain.orderviews import ScanView
from web.sheet import Goods, Parcel, Sheet, Step

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def a_sheet(text: str) -> Sheet:
    """Everything that people or carriers write is ``text``."""
    scan = ScanView(AT, ParcelState.COLLECTED, text, text)
    goods = Goods(text, text, text, text, text, text, Decimal(1), text, Decimal(1), "level", {"list": text})
    parcel = Parcel(text, text, "collected", "plain", AT, None, (scan,) * 4)
    sheet = Sheet(
        number="SO1001H", stage="on_the_way", tone="good", expected=None, late=False, short=False, open=False,
        delivered_at=None, steps=(Step("placed", "done", AT),), goods=(goods,), parcels=(parcel,), full=True,
        customer=text, reason=text, total=Decimal(1), ship_to={}, remark=text, po=text,
    )  # fmt: skip
    return replace(sheet, ship_to={"address": text, "name": text, "phone": text})
