"""A past made inside the database itself, on SQLite and PostgreSQL alike: orders of a year, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from domain.rules.numbering import FIRST, LETTERS

CUSTOMERS = 20_000
ORDERS_EACH = 50
OPEN_EACH = 2
BUYERS = 200
STAFF = 40
YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Past:
    """So many orders, fifty for each customer who has any; the two newest of each are under way.

    Of 20,000 customers as many have orders as there are orders for, evenly spread, so that the two hundred who ask
    and what they own are the same at every size.
    """

    orders: int

    @property
    def buying(self) -> int:
        """How many customers have orders."""
        return min(CUSTOMERS, self.orders // ORDERS_EACH)

    @property
    def apart(self) -> int:
        """How far apart their ids lie."""
        return CUSTOMERS // self.buying

    @property
    def settled(self) -> int:
        """How many orders are sent and signed for."""
        return self.orders - OPEN_EACH * self.buying

    def newest_of(self, asker: int) -> int:
        """The serial of the newest order of somebody who asks."""
        return self.orders - self.buying + (customer_of(asker) - 1) // self.apart + 1


def customer_of(asker: int) -> int:
    """The id of the customer of a buyer."""
    return asker % BUYERS * (CUSTOMERS // BUYERS) + 1


def filling(past: Past, now: int, *, sqlite: bool) -> Sequence[str]:
    """The statements that fill empty tables."""
    words = _words(past, now, sqlite=sqlite)
    return [Template(statement).substitute(words) for statement in (*_PEOPLE, *_ORDERS)]


def _words(past: Past, now: int, *, sqlite: bool) -> dict[str, object]:
    placed = f"({now - YEAR} + CAST(n AS BIGINT) * {YEAR} / {past.orders})"
    serial = f"(n + {FIRST - 1})"
    letter = " + ".join(f"{place + 2} * ({serial} / {10**place} % 10)" for place in range(8))
    moment = "(datetime({}, 'unixepoch') || '+00:00')" if sqlite else "to_timestamp({})"
    day = "date({}, 'unixepoch')" if sqlite else "CAST(to_timestamp({}) AS DATE)"
    return {
        "customers": _numbers(CUSTOMERS),
        "buyers": _numbers(BUYERS),
        "colleagues": _numbers(STAFF),
        "goods": _numbers(40),
        "orders": _numbers(past.orders),
        "staff": STAFF,
        "between": CUSTOMERS // BUYERS,
        "number": f"('SO' || {serial} || substr('{LETTERS}', 1 + ({letter}) % {len(LETTERS)}, 1))",
        "customer": f"((n - 1) % {past.buying} * {past.apart} + 1)",
        "settled": f"n <= {past.settled}",
        "now": moment.format(now),
        "placed": moment.format(placed),
        "stage": moment.format(f"{placed} + stage * 40000"),
        "day": day.format(f"{placed} + 20 * 86400"),
        "tail": "right('000000000000000000000' || (n - 1), 22)"
        if not sqlite
        else "substr('000000000000000000000' || (n - 1), -22)",
    }


def _numbers(count: int) -> str:
    counted = f"SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {count}"
    return f"(WITH RECURSIVE t(n) AS ({counted}) SELECT n FROM t) AS numbers"


_PEOPLE = (
    """INSERT INTO customer (id, code, name, short_names, city, ship_to, blocked, active)
    SELECT n, 'C' || n, '第' || n || '号客户有限公司', '[]', '深圳', '{"address": "科技园1号"}', FALSE, TRUE
    FROM $customers""",
    """INSERT INTO contact (id, name, role, active, customer_id)
    SELECT n, '买家', 'buyer', TRUE, (n - 1) * $between + 1 FROM $buyers""",
    """INSERT INTO staff (id, code, name, roles, customers, active)
    SELECT n, 'M' || n, '经理' || n, '["manager"]', '[]', TRUE FROM $colleagues""",
    """INSERT INTO staff (id, code, name, roles, customers, active)
    SELECT n + $staff, 'R' || n, '业务' || n, '["sales"]', '["C1","C101","C201","C301","C401"]', TRUE
    FROM $colleagues""",
    """INSERT INTO identity (account, openid, following, bound_at, contact_id)
    SELECT 'main', 'oBuyer' || $tail, TRUE, $now, n FROM $buyers""",
    """INSERT INTO identity (account, openid, following, bound_at, staff_id)
    SELECT 'main', 'oManager' || $tail, TRUE, $now, n FROM $colleagues""",
    """INSERT INTO identity (account, openid, following, bound_at, staff_id)
    SELECT 'main', 'oRep' || $tail, TRUE, $now, n + $staff FROM $colleagues""",
    """INSERT INTO product (sku, name, aliases, base_unit, units, list_price, lead_days, make_or_buy, active)
    SELECT 'A' || (99 + n), '货品A' || (99 + n), '[]', '个', '{"箱":"50"}', 185000, 7, 'buy', TRUE FROM $goods""",
)
_ORDERS = (
    """INSERT INTO "order" (id, number, asked_by, placed_by, channel, state, review, wish, promised_date,
        first_promised, ship_to, remark, currency, total, version, placed_at, reason, customer_id)
    SELECT n, $number, 'past:' || n, '买家', 'chat', CASE WHEN $settled THEN 'closed' ELSE 'accepted' END, '{}', '{}',
        $day, $day, '{}', '', 'CNY', 370000, 1, $placed, '', $customer FROM $orders""",
    """INSERT INTO orderline (id, position, sku, name, qty, unit, base_unit, ratio, base_qty, unit_price, price_unit,
        price_source, amount, reserved, shipped, delivered, cancelled, promised_date, order_id)
    SELECT n * 2 + place - 2, place, 'A' || (100 + (n + place) % 40), '货品', 2000, '箱', '个', 50000000, 100000,
        185000, '个', 'list', 185000, CASE WHEN $settled THEN 0 ELSE 100000 END,
        CASE WHEN $settled THEN 100000 ELSE 0 END, CASE WHEN $settled THEN 100000 ELSE 0 END, 0, $day, n
    FROM $orders, (SELECT 1 AS place UNION ALL SELECT 2) AS places""",
    """INSERT INTO event (id, kind, order_number, facts, by, source, at, routed_at)
    SELECT n * 3 + stage - 2, CASE stage WHEN 0 THEN 'OrderAccepted' WHEN 1 THEN 'OrderShipped' ELSE 'ParcelMoved' END,
        $number,
        '{"goods": "货品 2箱", "carrier": "SF", "waybill": "SF1", "state": "delivered"}', '系统', '', $stage, $now
    FROM $orders, (SELECT 0 AS stage UNION ALL SELECT 1 UNION ALL SELECT 2) AS stages WHERE stage = 0 OR $settled""",
    """INSERT INTO shipment (id, number, carrier, waybill, tail, state, hook_token, salt, watched, watch_tries,
        shipped_by, shipped_at, delivered_at, received_by, order_id)
    SELECT n, $number || '-1', 'SF', 'SF' || (1390000000000 + n), '', 'delivered', 'past' || n, '', 'done', 0, '阿强',
        $placed, $placed, '王', n FROM $orders WHERE $settled""",
    """INSERT INTO shipmentline (id, qty, line_id, shipment_id)
    SELECT n * 2 + place - 2, 100000, n * 2 + place - 2, n
    FROM $orders, (SELECT 1 AS place UNION ALL SELECT 2) AS places WHERE $settled""",
    """INSERT INTO trackingevent (digest, at, state, code, text, place, first_in_state, received_at, shipment_id)
    SELECT 'd' || stage, $stage, CASE stage WHEN 1 THEN 'collected' ELSE 'delivered' END, '', '深圳', '深圳', TRUE,
        $stage, n FROM $orders, (SELECT 1 AS stage UNION ALL SELECT 2) AS stages WHERE $settled""",
)
