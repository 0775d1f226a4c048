"""Goods bought for the shelf, whether anybody waits for them or not, and who a product is bought from."""

from datetime import datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain.buying import Purchase, need_of, placed, purchase
from domain.counted import MOST, refuse_broken_of
from domain.errors import ProductNotFound, QuantityRefused
from domain.kits import refuse_kit
from domain.models import Product, PurchaseOrder
from domain.rules.rights import BUYING, require
from domain.transaction import transact
from domain.values import Actor


async def stock_up(sku: str, qty: Decimal, cause: str, *, by: Actor, now: datetime) -> Purchase:
    """Order so much of a product from its supplier, whoever waits for it; once per ``cause``."""
    require(by, BUYING)
    product = await Product.get_or_none(sku=sku, active=True)
    if product is None:
        raise ProductNotFound(sku)
    refuse_kit(product)
    if not 0 < qty <= MOST:
        raise QuantityRefused(sku, qty, MOST, product.base_unit)
    refuse_broken_of(product, qty)
    try:
        return await transact(lambda: placed(product.supplier, [need_of(product, qty)], cause, by, now))
    except IntegrityError:
        return await purchase((await PurchaseOrder.get(cause=cause)).number)


async def set_supplier(sku: str, supplier: str, *, by: Actor) -> None:
    """Keep who a product is bought from."""
    require(by, BUYING)
    if not await Product.filter(sku=sku).update(supplier=supplier[:64]):
        raise ProductNotFound(sku)
