"""What the rooms have to show at this moment, as figures for the metrics."""

import asyncio
from datetime import datetime
from pathlib import Path

import structlog

from bot import kept
from domain.nightly import copies
from domain.tally import DB_RETRIES, MESSAGES_SHED, ORDERS_HELD, ORDERS_PASSED, STOCK_CONFLICTS, counted
from notify import listing
from notify.notices import EVERY_WAY
from notify.outbox import due_count
from notify.tokens import expiries
from web.metrics import Figure

log = structlog.get_logger()

Readings = list[Figure]

ANSWERS_WITHIN = 2.0
"""Seconds that the database may take to tell its figures: whoever asks wants the others in any case."""


async def readings(now: datetime, *, leads: bool, copies_in: Path | None = None) -> Readings:
    """Every figure that is read when somebody asks; ``leads`` when the clock-driven jobs are run by this process.

    Without the database, or while it does not answer, those are left out that only it knows.
    """
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            stored, answers = await _stored(now), True
    except Exception as error:  # drivers have no common class for a database that is away
        log.warning("figures_left_out", error=type(error).__name__)
        stored, answers = [], False
    reviewed = {"passed": counted(ORDERS_PASSED), "held": counted(ORDERS_HELD)}
    return [
        *await _copies(copies_in),
        *stored,
        Figure("gendan_database_up", "Whether the database answers this process", answers),
        Figure("gendan_leader", "Whether this process runs the clock-driven jobs", leads),
        Figure("gendan_db_retry_total", "Transactions that were tried again", counted(DB_RETRIES)),
        *_each("gendan_orders_reviewed_total", "Orders placed, by what the review said", "verdict", reviewed),
        Figure("gendan_messages_shed_total", "Messages not taken in, too many being in work", counted(MESSAGES_SHED)),
        Figure("gendan_stock_conflicts_total", "Goods that somebody else took first", counted(STOCK_CONFLICTS)),
    ]


async def _stored(now: datetime) -> Readings:
    waiting = await listing.pending()
    return [
        *_outbox(waiting, now),
        *[
            Figure(
                "gendan_token_expiry_timestamp_seconds", "When the access token ends", at.timestamp(), {"account": of}
            )
            for of, at in (await expiries()).items()
        ],
        Figure("gendan_inbox_unsettled", "Messages that are not answered", await kept.unsettled()),
        Figure("gendan_alerts_open", "Alerts that are not resolved", waiting.open_alerts),
    ]


async def _copies(folder: Path | None) -> Readings:
    if folder is None:
        return []
    last = max(await asyncio.to_thread(copies, folder), default=None)
    name, words = "gendan_backup_last_success_timestamp_seconds", "When the last nightly copy was made, 0 for never"
    return [Figure(name, words, last.timestamp() if last else 0)]


def _outbox(waiting: listing.Pending, now: datetime) -> Readings:
    age = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    return [
        *_each("gendan_outbox_deliveries", "Notices by state", "state", waiting.by_state),
        *_each("gendan_outbox_pending", "Notices that wait, by channel", "kind", _every_way(waiting.waiting)),
        *_each("gendan_outbox_dead", "Notices that were given up, by channel", "kind", _every_way(waiting.dead)),
        Figure("gendan_outbox_oldest_seconds", "Age of the oldest notice that waits", age),
    ]


def _every_way(found: dict[str, int]) -> dict[str, int]:
    # A line that begins at zero shows its first rise; one that is not there yet does not.
    return dict.fromkeys(EVERY_WAY, 0) | found


def _each(name: str, words: str, label: str, found: dict[str, int]) -> Readings:
    return [Figure(name, words, count, {label: value}) for value, count in found.items()]


async def trace(now: datetime) -> dict[str, object]:
    """What travelled lately and what waits, for the demonstration; never what somebody wrote."""
    return {
        "now": now.isoformat(),
        "unsettled": await kept.unsettled(),
        "due": await due_count(now),
        "messages": await kept.latest(20),
        "deliveries": [_shown(row) for row in await listing.deliveries(limit=30)],
    }


def _shown(row: listing.DeliveryRow) -> dict[str, object]:
    return {
        "id": row.id,
        "notice": row.notice,
        "order": row.order,
        "state": row.state.value,
        "channel": row.channel,
        "attempts": row.attempts,
        "created_at": row.created_at.isoformat(),
        "settled_at": row.settled_at.isoformat() if row.settled_at else None,
    }
