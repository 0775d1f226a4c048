"""Why an order has not been sent or has not arrived: the chain of causes, each with who has to act; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain.allocating import skus_of
from domain.errors import OrderNotFound
from domain.incoming import waiting_lines
from domain.models import Order, OrderLine, PurchaseOrder, PurchaseRequest
from domain.policy import shop_day
from domain.rules.blocking import Asked, Block, LineNow, Made, OrderNow, blocks
from domain.rules.lifecycle import OrderState
from domain.wording import entered
from domain.works import made_of


@dataclass(frozen=True, slots=True)
class Cause:
    """One link of the chain; ``goods`` in the unit in which they were ordered, ``expected`` when more will come.

    ``late`` counts the days since ``first``, which the supplier put off by ``slipped``.
    """

    code: str
    owner: str
    sku: str = ""
    goods: str = ""
    request: str = ""
    expected: date | None = None
    late: int = 0
    slipped: int = 0
    reason: str = ""
    state: str = ""
    done: str = ""
    materials: str = ""

    @property
    def first(self) -> date | None:
        """The day on which more was to come at first."""
        return self.expected and self.expected - timedelta(days=self.slipped)


@dataclass(frozen=True, slots=True)
class Explained:
    """An order with what stands in its way; no causes when nothing more is to come."""

    number: str
    state: OrderState
    promised: date | None
    causes: tuple[Cause, ...]


async def why(number: str, *, now: datetime) -> Explained:
    """What stands in the way of an order; whether it may be shown is the caller's question."""
    order = await Order.get_or_none(number=number)
    if order is None:
        raise OrderNotFound(number)
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    requests = await PurchaseRequest.filter(line_id__in=[line.id for line in lines], state="open")
    # A kit waits for the part that comes last.
    latest = sorted(requests, key=lambda row: (row.expected_on or date.min, row.id))
    asked = {row.line_id: Asked(row.number, row.expected_on) for row in latest}
    short = [line for line in lines if line.short > 0]
    asked |= await _bought(short, today=shop_day(now))
    made = await made_of({line.sku for line in short}, today=shop_day(now))
    situation = OrderNow(
        state=order.state,
        lines=tuple(_line(line, asked.get(line.id), made.get(line.sku)) for line in lines),
        today=shop_day(now),
        reasons=tuple(str(reason["code"]) for reason in order.review.get("reasons", ())),
        held_by=order.held_by or "",
        hold_reason=order.hold_reason or "",
        whole=order.ship_whole,
    )
    named = {line.sku: line for line in lines}
    causes = tuple(_cause(block, named) for block in blocks(situation))
    return Explained(number, order.state, order.promised_date, causes)


async def _bought(short: Sequence[OrderLine], *, today: date) -> dict[int | None, Asked]:
    """The purchases that bring the last of what these lines lack, as their suppliers say now; by line."""
    waiting = await waiting_lines(skus_of(short), today=today) if short else []
    numbers = {one.line.id: one.served.by or "" for one in waiting}
    bought = {line.id: number for line in short if (number := numbers.get(line.id, "")).startswith("P")}
    ids = {int(number[1:]) for number in bought.values()}
    found = {row.number: row for row in await PurchaseOrder.filter(id__in=list(ids))} if ids else {}
    return {line: _as_asked(found[number]) for line, number in bought.items() if number in found}


def _as_asked(row: PurchaseOrder) -> Asked:
    return Asked(row.number, row.expected_on, (row.expected_on - row.first_expected).days, row.ordered_by)


def _line(line: OrderLine, asked: Asked | None, made: Made | None) -> LineNow:
    return LineNow(line.sku, line.open, line.reserved, line.shipped - line.delivered, asked, made)


def _cause(block: Block, lines: dict[str, OrderLine]) -> Cause:
    facts = block.facts
    sku = facts.get("sku", "")
    amount = facts.get("missing") or facts.get("ready")
    return Cause(
        code=block.code,
        owner=block.owner,
        sku=sku or facts.get("skus", "").replace(",", "、"),
        goods=entered(lines[sku], Decimal(amount)) if sku and amount else "",
        request=facts.get("request", ""),
        expected=date.fromisoformat(facts["expected"]) if "expected" in facts else None,
        late=int(facts.get("late", 0)),
        slipped=int(facts.get("slipped", 0)),
        reason=facts.get("reason", "") or facts.get("reasons", ""),
        state=facts.get("state", ""),
        done=facts.get("done", ""),
        materials=facts.get("materials", ""),
    )
