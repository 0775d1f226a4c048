"""What people were told at once: kept if it was acknowledged, and one answer per message however often it came."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.kept import FORGOTTEN_AFTER
from bot.models import InboundMessage, Progress
from bot.replybody import NOTHING
from notify.models import Delivery
from simulator.journal import Entry
from templates import render


@dataclass(frozen=True, slots=True)
class Ack:
    """One delivery of a message that was answered with 200: its key, the words of the answer, "" for success, and
    when it was; None is lately."""

    key: str
    text: str = ""
    at: datetime | None = None


def acks_of(journal: Iterable[Entry]) -> list[Ack]:
    """What the platform heard in answer to the messages of people."""
    pushes = [entry for entry in journal if entry.kind == "push" and "MsgId" in entry.request]
    heard = [entry for entry in pushes if entry.outcome["status"] == 200 and "problem" not in entry.outcome]
    return [Ack(f"m:{e.openid}:{e.request['MsgId']}", e.outcome.get("text") or "", e.at) for e in heard]


async def acknowledged(acks: Collection[Ack], *, now: datetime) -> list[str]:
    """I1: what was acknowledged is on disk as long as it is to be; that it was not kept is no acknowledgement."""
    regret = render("not_kept")
    kept = set(await InboundMessage.all().values_list("key", flat=True))
    due = [ack for ack in acks if ack.at is None or now - ack.at < FORGOTTEN_AFTER]
    lost = {ack.key for ack in due if ack.key not in kept and ack.text != regret}
    return [f"I1 {key} was acknowledged and is not kept" for key in sorted(lost)]


async def answered_once(acks: Collection[Ack]) -> list[str]:
    """I2: the same words every time, and not both at once and later."""
    regret = render("not_kept")
    words: dict[str, set[str]] = defaultdict(set)
    for ack in acks:
        if ack.text not in {"", regret}:
            words[ack.key].add(ack.text)
    return [
        *(
            f"I2 {key} was answered in {len(texts)} ways: {sorted(texts)}"
            for key, texts in words.items()
            if len(texts) > 1
        ),
        *await _both(),
        *await _silent(words),
    ]


async def _both() -> list[str]:
    later = set(await Delivery.filter(cause__startswith="inbound:").values_list("cause", flat=True))
    rows = InboundMessage.filter(progress=Progress.SETTLED).exclude(answer__in=(NOTHING, ""))
    at_once = [(row.account, row.key) for row in await rows.only("account", "key", "id")]
    return [
        f"I2 {key} was answered at once and later" for account, key in at_once if f"inbound:{account}:{key}" in later
    ]


async def _silent(words: dict[str, set[str]]) -> list[str]:
    """Words were heard for a message whose row says that there were none; who left takes the words out of the rows."""
    # By their answer and not by their keys: PostgreSQL takes no more than 32,767 values in one question.
    silent = InboundMessage.filter(progress=Progress.SETTLED, answer=NOTHING)
    rows = [row for row in await silent.values_list("key", "content") if row[0] in words]
    return [f"I2 {key} was answered, its row knows nothing" for key, content in rows if content]
