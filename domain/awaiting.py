"""What waits for a decision, in a list: orders, and changes of orders that stand."""

from dataclasses import replace

from domain.listing import LISTED, OrderRow, rows_of, to_review
from domain.models import SubmittedChange
from domain.rules.lifecycle import OrderState
from domain.rules.review import Reason
from domain.values import Actor


async def orders_to_review(actor: Actor) -> list[OrderRow]:
    """Orders that wait for a decision, oldest first; one that stands is shown as its change would make it."""
    rows = await rows_of((await to_review(actor)).order_by("id").limit(LISTED))
    standing = [row.number for row in rows if row.state is not OrderState.AWAITING_APPROVAL]
    changes = await SubmittedChange.filter(state="waiting", order_number__in=standing) if standing else []
    changed = {change.order_number: change for change in changes}
    return [_as_changed(row, changed[row.number]) if row.number in changed else row for row in rows]


def _as_changed(row: OrderRow, change: SubmittedChange) -> OrderRow:
    reasons = tuple(Reason(reason["code"], reason["facts"]) for reason in change.reasons)
    return replace(row, goods=change.goods, total=change.total, reasons=reasons, changes=tuple(change.changes))
