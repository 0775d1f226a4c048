"""modify_order: which order a change is meant for, and whether a message is a change at all."""

import re
from dataclasses import replace

from bot.grammar.bargaining import bargain
from bot.grammar.changes import changes_of
from bot.grammar.details import details_of, has_details
from bot.grammar.marks import PoMark
from bot.grammar.orders import named_customer
from bot.grammar.scene import Scene
from domain.commands import NO_BARGAIN, NO_DETAILS, Command, Details, ModifyOrder

_CHANGE_WORDS = re.compile(
    r"改|换|加|减|去掉|删|不要|[也还]要|多|少|追加|补|翻倍|备注|地址|收货人|联系人|电话|提前|推迟|延"
    r"|changed?|add|remove|update|make|instead|用K|走K|发K|H|R|A|X|F|O"
)
_QUESTION = re.compile(r"[?？]|吗|什么|怎么|多少|几|哪|谁|没$|多久|何时")
_SELF_CORRECTED = re.compile(r"(?:PQ|QP|P[*x:]Q).{0,6}(?:改|换)")
_MODIFY_FIRST = re.compile(r"改|换|加(?!急)|减|去掉|删|追加|延期|推迟|提前|add|change|remove|update")
_PARTICULARS = re.compile(r"备注|地址|收货人|联系人|A|R")
_DELIVERY_WORDS = re.compile(
    r"好的?|可以的?|没问题|对的?|是的?|嗯+|但是?|不过|那就?|就|还是|改|成|到|为|再|送货?|发货?"
    r"|交货?|出货|要|前|吧|来|给我们?|帮我|能不能|能|吗|行|日期"
    r"|时间|交期|提前|推迟|延期?|后|我们?|麻烦|请|必须|一定|的话|过来|货|单|都|先|等|配送|收|需要"
    r"|希望|尽量|拿|取|上门|的|时候|了"
)
_NUMBERED = re.compile(r"N?[的,:]*O")
_CUSTOMER_CHANGED = re.compile(r"客户|(?:改成?|换成?|是|给|算)C")
_FEW = 2


def modify(scene: Scene) -> Command | None:
    """modify_order: of a named order, or of the open draft."""
    context = scene.context
    if scene.order_nos:
        return _modify_named(scene)
    if context.draft is None and not (context.last_order and _changes(scene)):
        return None
    if scene.says(_QUESTION) and not scene.says(_CHANGE_WORDS) and not scene.has("Q"):
        return None
    return _modified(scene, None)


def _changes(scene: Scene) -> bool:
    """Whether the words are plainly those of a change.

    An address, a remark or the customer's own number is one by itself; beside goods it belongs to a new order.
    """
    if scene.says(_MODIFY_FIRST) or _NUMBERED.fullmatch(scene.core) is not None:
        return True
    return scene.says(_PARTICULARS) and not (scene.has("P") and scene.has("Q") and not scene.order_nos)


def _modify_named(scene: Scene) -> Command | None:
    if not (scene.says(_CHANGE_WORDS) or scene.has("D") or (scene.has("P") and scene.has("QM"))):
        return None
    return _modified(scene, scene.order_nos[0])


def _modified(scene: Scene, order_no: str | None) -> ModifyOrder | None:
    ops, asked = changes_of(scene)
    details, unclear = details_of(scene)
    customer, several = named_customer(scene)
    money = bargain(scene)
    priced = money != NO_BARGAIN and order_no is None and scene.context.draft is not None
    if not ops and not has_details(details) and not customer and not unclear and not priced:
        return _unspecific(scene, order_no)
    renamed = customer and scene.says(_CUSTOMER_CHANGED)
    if not ops and order_no is None and not renamed and not priced and not _about_the_order(scene, details):
        return None
    asked = asked | ({"date"} if unclear else set()) | ({"customer"} if several else set())
    return ModifyOrder(
        order_no=order_no,
        customer=customer,
        customer_candidates=several,
        ops=ops,
        details=details,
        bargain=money,
        clarify=tuple(sorted(asked)),
    )


def _unspecific(scene: Scene, order_no: str | None) -> ModifyOrder | None:
    if re.search(
        r"^(?:我想|我要|帮我|想|要|把|N|能不能|可以)*(?:改一?下|修改|改单|改订单|改|变更|modify"
        r"|change|edit)(?:一下|订单|单子|单|N|吧|吗)*$|^(?:N的?)?(?:数量|地址|日期|交期|时间"
        r"|收货人)(?:要|得|需要)?(?:改|换)一?下?$",
        scene.core,
    ):
        return ModifyOrder(order_no=order_no)
    return None


def modify_unknown(scene: Scene) -> Command | None:
    """Words of change without a draft and without an order: which order is the question."""
    if scene.context.draft or scene.order_nos or scene.context.last_order or _SELF_CORRECTED.search(scene.skeleton):
        return None
    if scene.core == PoMark.letter:
        return ModifyOrder(details=details_of(scene)[0])
    if re.search(
        r"P.{0,6}(?:改成|改为|换成|改到)|(?:改|修改|变更)(?:一下|下)?(?:订单|单子|地址|数量|交期"
        r"|收货)|(?:地址|收货人|交期|数量|订单).{0,4}(?:改|换)",
        scene.skeleton,
    ):
        ops, asked = changes_of(scene)
        details, unclear = details_of(scene)
        return ModifyOrder(
            ops=ops, details=details, clarify=tuple(sorted({*asked, "order_no", *({"date"} if unclear else ())}))
        )
    return None


def _about_the_order(scene: Scene, details: Details) -> bool:
    """Whether a message that gives nothing but a date speaks of the delivery at all."""
    if details != replace(NO_DETAILS, delivery=details.delivery):
        return True
    left = _DELIVERY_WORDS.sub("", scene.core)
    return len(re.sub(r"[^\u4e00-\u9fff]", "", left)) <= _FEW


def modify_named(scene: Scene) -> Command | None:
    """modify_order of a named order whose words are plainly those of a change."""
    return modify(scene) if scene.order_nos and _changes(scene) else None
