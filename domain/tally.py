"""What the database's rooms count for watchers, per process: tries that had to be repeated, goods that others took,
messages for which there was no time, orders that passed the review by themselves or were held."""

from collections import Counter

DB_RETRIES = "db_retries"
STOCK_CONFLICTS = "stock_conflicts"
MESSAGES_SHED = "messages_shed"
ORDERS_PASSED = "orders_passed"
ORDERS_HELD = "orders_held"

_counts: Counter[str] = Counter()


def count(what: str) -> None:
    """It happened once more."""
    _counts[what] += 1


def counted(what: str) -> int:
    """How often it happened since this process began."""
    return _counts[what]
