"""Questions about an order that is named by the customer's own number for it (客户单号)."""

import re

from bot.grammar.marks import PoMark
from bot.grammar.scene import Scene
from domain.commands import QueryOrder

_ASKING = re.compile(
    r"查|看|到哪|哪里|哪儿|哪了|进度|进展|状态|物流|发货?了?(?:吗|没)|为什么|怎么|什么时候|多久|情况|[?？]"
    r"|where|status|track"
)
_WHY = re.compile(r"为什么|为啥|(?:怎么|咋)(?:还|都)?(?:不|没)|why")


def reference_asked(scene: Scene) -> QueryOrder | None:
    """查 PO-889, PO-889到哪了: an order by the customer's number; ``客户单号 PO-889`` alone gives one that number."""
    marks = scene.of(PoMark)
    if len(marks) != 1 or scene.has("PQN"):
        return None
    alone = scene.core == PoMark.letter and not marks[0].named and scene.context.draft is None
    if not alone and not _ASKING.search(scene.skeleton):
        return None
    text = marks[0].text
    # As it is written here it is no number of ours.
    return QueryOrder(
        order_no=text if text.startswith("PO") else f"PO-{text}", why=_WHY.search(scene.skeleton) is not None
    )
