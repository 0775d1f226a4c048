"""Decisions on orders: approve, reject, cancel."""

import re
from collections.abc import Iterator

from bot.grammar.dealing import said_behind
from bot.grammar.marks import OrderMark
from bot.grammar.normal import fold
from bot.grammar.phrases import APPROVE, REJECT
from bot.grammar.scene import Scene
from bot.grammar.talk import confirmation
from domain.commands import Approve, CancelOrder, Command, Confirm, Reject

_ASKING = re.compile(
    r"[?？]|(?:吗|么|没|没有|了没|不)[。!,\s]*$|了没|(?:过|批|好|完)了?(?:吗|没)|谁|什么|怎么|多久"
    r"|几时|何时|哪|是否|有没有|(?<![a-z])(?:has|is|was|did|when|where|status)(?![a-z])"
)
_DECISION = re.compile(rf"(?P<no>{REJECT})|(?P<yes>{APPROVE})")
_WITH_NUMBER = re.compile(
    rf"(?P<no>{REJECT}|不行|不可以|不能过|不给|no(?![a-z]))|(?P<yes>{APPROVE}|可以的?|没问题|行|ok"
    rf"|过了?(?=[,。;!吧]|$)|(?<!审)批(?!发)|👌|👍|✅)"
)
_LONE_YES = re.compile(rf"(?:我)?(?:{APPROVE})(?:了|吧|的|啊|哈|执行|发货|下单|这单|这个|此单|该单)*")
_LONE_NO = re.compile(
    rf"(?:我)?(?:{REJECT})(?:了|吧|的|啊|哈|掉|它|这单|这个|此单|该单)*(?:[,:;。\s]+(?P<why>.+)"
    rf"|(?P<glued>(?:因为|太|价|毛|利|交|账|客|超|没|信).+))?",
    re.DOTALL,
)
_PENDING_YES = re.compile(
    r"(?:(?:可以的?|行的?|好的?|ok|没问题|同意|批|过|嗯+|是的?|对|准|yes|y|sure|👌|👍|✅|1)(?:了"
    r"|吧|啊|的|哈|,|。|就这样)*+)++"
)
_PENDING_NO = re.compile(
    r"(?:不行|不可以|不能过|不好|不给|打回)(?:了|吧|啊|的|哈)*(?:[,:;。\s]+(?P<why>.+)|(?P<glued>[^,?吗].+))?"
    r"|(?:不|否|no|n|❌|👎|2)(?:了|吧|啊|的|哈)*(?:[,:;。\s]+(?P<why2>.+))?",
    re.DOTALL,
)
_REASON_FIRST = re.compile(rf"[^?吗批同PQ]{{2,30}}[,;。\s](?:{REJECT})(?:了|吧|掉)*")
_RELATIVE = re.compile(
    rf"(?:把)?(?:(?:C的?|D的?|刚才|刚刚|上次|上一|之前|前面|那|这|最近|最后)*(?:个|张|一|Z)?(?:单子?|订单|张|份))(?:都|就|给)?(?:{APPROVE}|{REJECT}"
    rf"|(?:{APPROVE})了)(?:吧|了|掉)*"
)
_LEAD = re.compile(
    r"^[\s,.:;。、，：；！!\-了吧掉]+(?:(?:原因|理由)(?:是|为)?\s*[:：]?\s*)?|^(?:原因|理由)(?:是|为)?\s*[:：]?\s*"
)
_NUMBERS_ONLY = re.compile(r"(?:还有|以及|[N、和跟与及也都吧了\s])+")
_ONE_EACH = re.compile(
    r"一(?:个|张|单|Q|Z)?(?:同意|批|通过|过|驳|不|拒)|其中|二选一|[PQZ](?:同意|批准|驳回).{0,2}[PQZ](?:同意|批准|驳回)"
)
_CLAUSE = re.compile(r"[,;。\n!]")
_CANCEL = re.compile(
    r"(?:取消|清空|删除|撤单|撤销|撤回|撤了|撤掉|作废|退单|退掉|退了|不用发了?|不用送了?|别发了|不想要了?"
    r"|不需要了|不要了|不买了|不订了|不下了|删掉|删了|终止|关闭|砍掉|废掉|废了|cancel(?:led)?"
    r"|void)"
)
_CANCEL_WHOLE = re.compile(
    r"(?:取消|作废|撤销|撤回|撤掉|删掉|删除|退掉|终止|cancel)(?:掉|了)?(?:一下|下)?(?:我的?"
    r"|我们的?|这|那|此|该|本|the|my|this|整|全部|所有|刚才的?|刚下的?|D的?|刚刚的?|之前的?"
    r"|上次的?|上一|last|前面的?|刚(?![刚才下])|了| )*(?:个|张|一|Z)?(?:订单|单子?|下单|order|采购单)"
    r"|(?:订单|单子?|那单|这单|整单|全部|都|货|东西|那张|这张|order)(?:给我|帮我|先|就|都|也|全"
    r"|全部)*(?:取消|作废|撤销|撤回|撤|退|不要|不用|不订|删|cancel)(?:了|掉|吧)?|撤单|退单|不买了"
    r"|不订了|不下单?了|(?:全部?|都|统统|全都)不要了?|清空|不要了$|不想要了$|不需要了$|取消(?:吧|了"
    r"|掉)*$|作废(?:吧|了)*$|^cancel(?:it|that| it| that| please)?$|^(?:先)?不要了"
    r"|(?:单|订单)(?:D|刚)?.{0,6}退了"
)
_POLITE = r"(?:请|帮我?|给我|麻烦|我要|把)*+"
_CALLED_OFF = r"(?:取消|作废|撤单|撤销|退单|cancel(?: order)?)"
_ENDS = r"(?:号|的(?=订?单))?(?:[这那](?:一?张|个|一)?(?=订?单))?(?:订单|单子|单)?(?:一下|了|掉|吧|啊|哈|嘛|呗|哦)*+"
_NAMED_OFF = re.compile(
    rf"{_POLITE}(?:同意|批准)?{_CALLED_OFF}(?:掉|一下|下)?(?:订单|单号)?N{_ENDS}"
    rf"|{_POLITE}N(?:[这那]?张?(?:订单|单子|单))?(?:帮我|给我|先|就)*+{_CALLED_OFF}{_ENDS}"
)
"""The order and that it is called off, in one breath: what stands behind is the reason, whatever it says."""
_CANCEL_FOR = re.compile(rf"{_NAMED_OFF.pattern}|N(?:订单|单子?)?(?:不要|退){_ENDS}")
_NO_REASON = re.compile(
    r"(?:好|行|可以|能|成)?(?:吗|么|吧|不)|行不行|可不可以|可以|能不能|好不好|可否|行|好|(?:麻烦|辛苦|拜托|谢)\S*|please"
    r"|thanks?.*|[\W_]*"
)
_KEPT = re.compile(r"(?:别|(?<![能可要])不(?:同意|准|许|要|用|想)?)把?N?(?:取消|作废|撤销)")
_LATER = re.compile(r"D(?:那|的|下|订|之前)?|上次|之前|前几天|上一|(?:那|这)(?:张|单|个单|一单|个订单)|最近那|last")
_RECENT = re.compile(r"刚才|刚刚|刚下|这单|这张|这个|上一单|(?<!D)那单")


def decide(scene: Scene) -> list[Command] | None:
    """approve and reject: with order numbers, under a pending approval, or as an explicit word that is the message."""
    if asks(scene) or scene.says(_KEPT):
        return None
    if scene.order_nos:
        return list(_numbered(scene)) or None
    if scene.context.asks("approval"):
        found = _answer(scene)
        return [found] if found else None
    return _lone(scene)


def asks(scene: Scene) -> bool:
    """Whether a message about a decision or a shipment only asks about it."""
    return _ASKING.search(_REASONLESS.sub("", scene.skeleton)) is not None


_REASONLESS = re.compile(rf"(?:{REJECT}).*$", re.DOTALL)


def _numbered(scene: Scene) -> Iterator[Command]:
    """Each number takes the decision of its clause; a decision without numbers belongs to those before it."""
    waiting: list[str] = []
    skeleton = scene.skeleton
    found = list(_WITH_NUMBER.finditer(skeleton))
    if not found or not _close(skeleton, found) or _ONE_EACH.search(skeleton):
        return
    start = 0
    for index, match in enumerate(found):
        stop = found[index + 1].start() if index + 1 < len(found) else len(skeleton)
        stop = _own(skeleton, match.end(), stop, last=index + 1 == len(found))
        waiting += [m.number for m in scene.at(start, match.start()) if isinstance(m, OrderMark)]
        behind = [
            (place, m)
            for place, m in scene.spots.items()
            if match.end() <= place < stop and isinstance(m, OrderMark) and _goes_along(skeleton, match.end(), place)
        ]
        tail = behind[-1][0] + 1 if behind else match.end()
        waiting += [mark.number for _, mark in behind]
        reason = _quote(scene, tail, stop) if match["no"] else None
        for number in waiting:
            yield Reject(order_no=number, reason=reason) if match["no"] else Approve(order_no=number)
        waiting, start = [], stop


def _goes_along(skeleton: str, start: int, place: int) -> bool:
    """Whether a number behind a decision shares it: in its clause, or in one that holds nothing but numbers."""
    cuts = [cut.end() for cut in _CLAUSE.finditer(skeleton[start:place])]
    if not cuts:
        return True
    return _NUMBERS_ONLY.fullmatch(_CLAUSE.split(skeleton[start + cuts[-1] :])[0]) is not None


def _close(skeleton: str, found: list[re.Match[str]]) -> bool:
    """Whether every decision stands in a clause with an order number or right beside one."""
    first = _CLAUSE.split(skeleton[: found[0].start()])[-1] + skeleton[found[0].start() :]
    return "N" in first or "N" in skeleton[: found[0].start()]


def _own(skeleton: str, start: int, stop: int, *, last: bool) -> int:
    """Where the words of one decision end: before the clause that holds the numbers of the next."""
    if last:
        return len(skeleton)
    cuts = [
        start + cut.start()
        for cut in _CLAUSE.finditer(skeleton[start:stop])
        if "N" in skeleton[start + cut.start() : stop]
    ]
    return cuts[-1] if cuts else stop


def _quote(scene: Scene, start: int, stop: int) -> str | None:
    """The raw words of a stretch of the skeleton, as the reason of a decision."""
    words = _raw(scene, start, stop)
    lead = _LEAD.match(words)
    return (words[lead.end() :] if lead else words).strip(" ,，。.;；!！、") or None


def _raw(scene: Scene, start: int, stop: int) -> str:
    """The written words behind a stretch of the skeleton."""
    return scene.normal.quote(scene.place(start), scene.place(stop))


def _answer(scene: Scene) -> Command | None:
    core = scene.core or scene.skeleton
    if isinstance(confirmation(scene), Confirm) or _LONE_YES.fullmatch(core) or _PENDING_YES.fullmatch(core):
        return Approve()
    if _REASON_FIRST.fullmatch(core):
        return Reject()
    for pattern in (_LONE_NO, _PENDING_NO):
        match = pattern.fullmatch(core)
        if match:
            return Reject(reason=_why(scene, match))
    return None


def _why(scene: Scene, match: re.Match[str]) -> str | None:
    why = next((value for value in match.groupdict().values() if value), None)
    if not why:
        return None
    start = scene.skeleton.find(why)
    return _quote(scene, start, start + len(why)) if start >= 0 else None


def _lone(scene: Scene) -> list[Command] | None:
    core = scene.core
    if _LONE_YES.fullmatch(core):
        return [Approve(clarify=("order_no",))]
    match = _LONE_NO.fullmatch(core)
    if match:
        return [Reject(reason=_why(scene, match), clarify=("order_no",))]
    relative = _RELATIVE.fullmatch(core)
    if relative:
        refused = re.search(REJECT, core)
        return [Reject(clarify=("order_no",)) if refused else Approve(clarify=("order_no",))]
    return None


def call_off(scene: Scene) -> Command | None:
    """取消 1042 原因: one named order; asked before what the reason may sound like, a decision or a complaint."""
    if len(scene.order_nos) != 1 or not _NAMED_OFF.match(scene.core) or scene.has("P") or _asks_only(scene):
        return None
    return CancelOrder(order_no=scene.order_nos[0], reason=_why_cancelled(scene))


def cancel(scene: Scene) -> list[Command] | None:
    """cancel_order: a named order, or the whole of what is under way."""
    if not scene.says(_CANCEL) or scene.has("P") or _asks_only(scene) or scene.says(_KEPT):
        return None
    if scene.order_nos:
        reason = _why_cancelled(scene) if len(scene.order_nos) == 1 else None
        return [CancelOrder(order_no=number, reason=reason) for number in scene.order_nos]
    if not scene.says(_CANCEL_WHOLE) or re.search(r"[这那]个(?!单|订单)", scene.skeleton):
        return None
    context = scene.context
    relative = scene.says(_LATER) and not (scene.says(_RECENT) and (context.last_order or context.draft))
    known = context.draft or context.last_order or context.asks("confirm_order")
    return [CancelOrder(clarify=() if known and not relative else ("order_no",))]


def _why_cancelled(scene: Scene) -> str | None:
    """What stands behind 取消 1042: the reason, as it was written."""
    match = _CANCEL_FOR.match(scene.core)
    reason = said_behind(scene, match.group()) if match else None
    return None if reason is None or _NO_REASON.fullmatch(fold(reason)) else reason


def _asks_only(scene: Scene) -> bool:
    """Questions about cancelling are questions, but 能取消吗 is a polite wish."""
    return re.search(r"取消了(?:吗|没)|为什么|怎么|谁|被取消|已取消|会取消|是不是", scene.skeleton) is not None
