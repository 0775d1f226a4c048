"""What is wrong with the hub itself: ways out that are shut, notices that fit no template."""

from datetime import datetime, timedelta

from domain.watching import Condition
from notify.models import ChannelPause, Delivery, DeliveryState

LATELY = timedelta(hours=24)
UNFIT = frozenset({"40036", "40037", "40249", "43116", "47003", "no_template"})
"""Codes that say: this kind of notice will not go out until somebody mends its template."""


async def shut_channels(now: datetime) -> list[Condition]:
    """Ways out that are shut: by a mistake in their setup until a success, by a spent quota until the next day."""
    rows = await ChannelPause.all()
    return [
        Condition(f"{row.account}:{row.channel}", None, "", None, row.since, {"channel": row.channel, "code": row.code})
        for row in rows
        if row.kind != "quota" or row.until > now
    ]


async def unfit_notices(now: datetime) -> list[Condition]:
    """Kinds of notices of which one was refused for its template within a day and has not gone out since."""
    failed = Delivery.filter(state__in=(DeliveryState.FAILED, DeliveryState.GIVEN_UP), created_at__gt=now - LATELY)
    rows = await failed.exclude(last_code="").order_by("id").only("id", "account", "notice", "last_code", "created_at")
    found: dict[str, Condition] = {}
    for row in rows:
        code = row.last_code.split(" ")[0]
        subject = f"{row.account}:{row.notice}"
        if code in UNFIT and subject not in found:
            found[subject] = Condition(subject, None, "", None, row.created_at, {"notice": row.notice, "code": code})
    return list(found.values())
