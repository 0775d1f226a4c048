"""What a customer owes, kept with them: changed by whatever changes it, within their limit where one counts.

The row of the customer is taken last, after the order and the goods, so that nobody waits in a circle.
"""

from dataclasses import replace
from decimal import Decimal

from tortoise.expressions import F

from domain.allocating import Covered, cover, uncover
from domain.lane import Script, Statement
from domain.models import Customer
from domain.models.scaled import MoneyField, scaled, uncents
from domain.quotedvalues import Quote
from domain.referring import po_taken_now
from domain.rules.credit import Credit
from domain.rules.review import Reason, over_limit, same_po

_MORE = "UPDATE customer SET owed = owed + ? WHERE id = ?"
_WITHIN = f"{_MORE} AND (credit_limit IS NULL OR owed + ? <= credit_limit * CAST(? AS DOUBLE PRECISION))"
"""A limit is kept in whole units and the rest in cents: so much percent of it, in cents, is the limit times that."""
_NOW = "SELECT credit_limit, owed FROM customer WHERE id = ? FOR UPDATE"


def owed_more(customer_id: int, amount: Decimal) -> Script[None]:
    """The customer owes so much more, or less."""
    if amount:
        yield Statement(_MORE, (scaled(amount, MoneyField.places), customer_id))


def owed_within(customer_id: int, amount: Decimal, part: Decimal | None) -> Script[Reason | None]:
    """The customer owes so much more if that stays within ``part`` percent of the limit; else why it does not."""
    if part is None:
        yield from owed_more(customer_id, amount)
        return None
    cents = scaled(amount, MoneyField.places)
    done = yield Statement(_WITHIN, (cents, customer_id, cents, float(part)))
    if done.count:
        return None
    # A payment, or a higher limit, may have come since: then it is within the limit after all, and owed.
    now = yield Statement(_NOW, (customer_id,))
    ((limit, owed),) = now.rows
    why = over_limit(Credit(None if limit is None else Decimal(limit), uncents(owed)), amount, part)
    if why is None:
        yield from owed_more(customer_id, amount)
    return why


def secured(offer: Quote) -> Script[tuple[Quote, tuple[Covered, ...]]]:
    """Goods and credit for an offer that passed the review.

    Other orders may have used the credit up since it was looked at, or have taken the same number of the customer's:
    then the offer is held after all, without goods.
    """
    if offer.review.verdict == "held":
        return offer, ()
    covered = yield from cover(offer.demands, offer.stock)
    why = yield from owed_within(offer.customer_id, offer.total, offer.credit_part)
    if why is None:
        # The row of the customer is ours now: of two orders of one number that come at once the second sees the first.
        twin = yield from po_taken_now(offer.customer_id, offer.po if offer.po_once else "")
        if not twin:
            return offer, covered
        yield from owed_more(offer.customer_id, -offer.total)
        why = same_po(offer.po, twin)
    yield from uncover(offer.demands, covered)
    review = replace(offer.review, verdict="held", reasons=(*offer.review.reasons, why))
    return replace(offer, review=review), ()


async def balance_held(customer: Customer) -> None:
    """Let nobody else change what a customer owes until the end of the transaction; ``customer`` is as it is then."""
    await Customer.filter(id=customer.id).update(owed=F("owed"))
    await customer.refresh_from_db(fields=["owed", "credit_limit"])
