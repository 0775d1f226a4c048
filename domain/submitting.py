"""A change that the review holds: submitted (改单送审), the order stays as it is until somebody decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from domain.amendplan import Wish, planned, worked_out
from domain.approving import Waiting, closed, waiting_of
from domain.asking import ask, started_for
from domain.consequences import consequences
from domain.dealerrors import OrderMoved
from domain.dealevents import ChangeRefused, ChangeSubmitted
from domain.holding import held
from domain.models import Approval, Order, OrderLine, Staff, SubmittedChange
from domain.recording import record
from domain.values import Actor, plain

_form = TypeAdapter(Wish)


async def submit_here(
    number: str, wish: Wish, version: int, by: Actor, now: datetime, *, cause: str = ""
) -> tuple[SubmittedChange, Waiting]:
    """Keep a change for somebody to decide on, in the place of an earlier one that still waits."""
    order = await held(number, by)
    if order.version != version + 1:
        raise OrderMoved(number)
    plan = await planned(order, wish, by)
    was = content_of(order, plan.lines)
    found = await worked_out(plan, wish, by, now)
    ahead = await consequences(order, plan.lines, now=now)
    credit = None if ahead.credit is None else ahead.credit - (found.total - order.total)
    await SubmittedChange.filter(order_number=number, state="waiting").update(state="replaced", decided_at=now)
    change = await SubmittedChange.create(
        order_number=number,
        wish=_form.dump_python(wish, mode="json"),
        was=was,
        changes=[*plan.texts, *_details_texts(wish)],
        reasons=[{"code": reason.code, "facts": dict(reason.facts)} for reason in found.reasons],
        goods=found.goods,
        total=found.total,
        ahead=_ahead(ahead.margin, credit, ahead.rivals),
        by=by.name,
        staff_id=by.staff,
        at=now,
    )
    approval = await started_for(order, change, now)
    event = ChangeSubmitted(order=number, changes=tuple(change.changes), by_reasons=_codes(change))
    await record(event, by=by, at=now, source=cause)
    await ask(approval, order, by, now)
    return change, waiting_of(approval)


def wish_of(change: SubmittedChange) -> Wish:
    """What was wanted."""
    return _form.validate_python(change.wish)


def content_of(order: Order, lines: Sequence[OrderLine]) -> list[str]:
    """What an order says, whatever has happened to its goods: another content is another order to decide on."""
    goods = [f"{line.sku} {plain(line.base_qty - line.cancelled)} {plain(line.unit_price)}" for line in lines]
    return [plain(order.total), str(order.requested_date or ""), *goods]


async def overtaken(number: str, only: int | None = None, *, by: Actor, now: datetime) -> None:
    """The change that waits for a decision on an order, if there is one, is about an order that is no more.

    With ``only`` another than that one stays.
    """
    change = await SubmittedChange.get_or_none(order_number=number, state="waiting")
    if change is not None and only in (None, change.id):
        await settle(change, "overtaken", "", by=by, now=now)
        await tell_refused(change, by=by, now=now)


async def settle(change: SubmittedChange, state: str, reason: str, *, by: Actor, now: datetime) -> None:
    """Note what became of a change; nobody is asked about it any more."""
    new: dict[str, Any] = {"state": state, "decided_by": by.name, "decided_at": now, "reason": reason[:400]}
    await SubmittedChange.filter(id=change.id).update(**new)
    change.update_from_dict(new)
    approval = await Approval.get_or_none(order_number=change.order_number)
    if approval is not None:
        await closed(approval)


async def tell_refused(change: SubmittedChange, *, by: Actor, now: datetime, source: str = "") -> None:
    """Say that a change was not made, and why, to whoever wanted it and both sides of the order."""
    event = ChangeRefused(
        order=change.order_number,
        changes=tuple(change.changes),
        outcome=change.state,
        reason=change.reason,
        hearers=await writer_of(change),
    )
    await record(event, by=by, at=now, source=source)


async def writer_of(change: SubmittedChange) -> tuple[str, ...]:
    """The staff code of who wanted the change; none for a customer, who hears as such."""
    row = await Staff.get_or_none(id=change.staff_id) if change.staff_id is not None else None
    return (row.code,) if row is not None else ()


def _codes(change: SubmittedChange) -> tuple[str, ...]:
    return tuple(reason["code"] for reason in change.reasons)


def _details_texts(wish: Wish) -> list[str]:
    details = wish.details
    day = details.delivery.last_day if details.delivery else None
    said = {
        "day": day.isoformat() if day else "",
        "address": details.address,
        "contact": details.contact_name,
        "phone": details.contact_phone,
        "po": details.po,
        "remark": details.remark,
    }
    return [f"{name}={text}" for name, text in said.items() if text]


def _ahead(margin: Any, credit: Any, rivals: Sequence[str]) -> dict[str, Any]:
    known = {"margin": margin, "credit": credit}
    return {name: "" if value is None else plain(value) for name, value in known.items()} | {"rivals": list(rivals)}
