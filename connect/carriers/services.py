"""What all carrier services can do for us, and how the pushes of each are read."""

from collections.abc import Callable, Mapping
from typing import Protocol

from connect.carriers import fleet, kdniao, kuaidi100
from domain.values import Trace


class Service(Protocol):
    """A service that can be asked to watch a parcel, and where it is."""

    name: str

    async def subscribe(self, carrier: str, waybill: str, *, callback: str, salt: str, phone: str = "") -> None:
        """Have the parcel watched; asking twice is harmless. Raises ``DeliveryFailed``."""

    async def query(self, carrier: str, waybill: str, *, phone: str = "") -> Trace:
        """Where the parcel is now. Raises ``DeliveryFailed``."""


PARSERS: Mapping[str, Callable[[str], tuple[Trace, ...]]] = {
    "kuaidi100": kuaidi100.parse_pushed,
    "kdniao": kdniao.parse_pushed,
    "fleet": fleet.parse_pushed,
}
