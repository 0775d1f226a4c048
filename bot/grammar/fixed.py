"""The product's own phrases, beside the language of orders: binding, inviting, alerts, lists, dry runs."""

import re
from collections.abc import Callable

from bot.grammar.alarms import alert_phrase
from bot.grammar.amounts import wanted
from bot.grammar.answers import option_of
from bot.grammar.faults import bare_quantity, faults_in
from bot.grammar.lines import pair
from bot.grammar.marks import CustomerMark, OrderMark, RemarkMark
from bot.grammar.scene import Scene
from bot.grammar.talk import confirmation
from domain.commands import (
    Bind,
    Chase,
    Command,
    Confirm,
    Deny,
    ForgetAlias,
    GoBack,
    HandOff,
    Help,
    Invite,
    ListAlerts,
    ListAliases,
    ListReview,
    ListShipping,
    ProvideInfo,
    ReceiveGoods,
    ShowDraft,
    ShowProducts,
    ShowUsuals,
    Unbind,
    Undo,
)
from domain.officecommands import AskHandover, ListAnnouncements, ListTodos
from domain.parcelcommands import CatchUp, RevokePast

_WORDS: tuple[tuple[str, Callable[[], Command]], ...] = (
    (r"解绑|解除绑定|取消绑定|unbind", Unbind),
    (r"提醒|告警|提醒列表|告警列表|我的提醒|alerts?", ListAlerts),
    (r"撤销|撤回|undo", Undo),
    (r"返回|上一步|back", GoBack),
    (r"草稿|购物车|我的草稿|看草稿|draft|cart", ShowDraft),
    (r"我的叫法|叫法", ListAliases),
    (r"常购|常买|常用商品|我的常购", ShowUsuals),
    (r"商品|产品|商品列表|产品列表|商品目录|产品目录|products|catalog", ShowProducts),
    (r"待发货|待发货列表", ListShipping),
    (r"待审核|待审批|待审", ListReview),
    (r"公告|最近公告|看公告|公告列表", ListAnnouncements),
    (r"交班|接班|交接班?|交班(?:摘要|清单)|handover", AskHandover),
    (r"待办|待办事项|我的待办|待办列表|todo", ListTodos),
    (r"(?:收回|作废|停用|撤回)历史(?:订单)?(?:的)?链接", RevokePast),
    (r"动态|最新动态|看动态|有什么变化|有啥变化|有什么新(?:动态|消息)|有新消息吗?", CatchUp),
    (r"人工", HandOff),
    (r"帮助|\?|help", Help),
)
_FIXED = tuple((re.compile(pattern), make) for pattern, make in _WORDS)
_BIND = re.compile(r"\s*(?:绑定|bind)\s*[:]?\s*(?P<code>[a-z0-9](?:[\s-]*[a-z0-9]){7})\s*[。.!]?\s*")
_BARE_CODE = re.compile(r"\s*(?P<code>[a-z0-9](?:[\s-]*[a-z0-9]){7})\s*")
_INVITE = re.compile(
    r"\s*邀请\s*(?P<name>[\u4e00-\u9fff]{1,4}?|[a-z]{2,12})\s*(?:(?:给|到|加入|进|-|,"
    r"|\s)\s*(?P<who>[^\s,]+?))?\s*(?:,|\s|作为|做|当)?\s*(?P<role>收货人?|采购员?|财务|老板)?\s*"
)
_ROLES = {"收货": "receiver", "采购": "buyer", "财务": "finance_contact", "老板": "boss"}
_FORGET = re.compile(r"\s*(?:忘记|忘掉|删除叫法)\s*[:]?\s*(?P<alias>[^\s,。]{1,20})\s*")
_CHASE = re.compile(r"催|hurry|chase")
_RECEIVE = re.compile(r"签收|N收货(?:了|完成|$)|(?:^|确认)收货N?")
_SIGNED = re.compile(r"(?:签收|收货)了?(?:$|,?[PQ]|[破坏碎烂少缺])")
_NOT_RECEIVE = re.compile(r"吗|没|[?？]|谁|什么|怎么|时间|哪|不|未|备注|几")
_TRY = re.compile(r"^\s*(?:试算|试单|算一下|测算)\s*(?:[:,]?\s*(?=\S)|$)")


def fixed_phrase(scene: Scene) -> Command | None:
    """The product's own phrase that is the whole message, if any."""
    for reader in (_binding, _word, alert_phrase, _invitation, _forgetting, _identity, _numbered):
        found = reader(scene)
        if found is not None:
            return found
    return None


def order_phrase(scene: Scene) -> Command | None:
    """The product's own phrases about an order: 催单 1042, 签收 1042 [3箱 破1]."""
    if (
        scene.says(_CHASE)
        and (scene.order_nos or re.fullmatch(r"催单", scene.core))
        and not scene.says(re.compile("催了"))
    ):
        return Chase(order_no=scene.order_nos[0] if scene.order_nos else None)
    if not scene.says(_RECEIVE) or scene.says(_NOT_RECEIVE) or not (scene.order_nos or _SIGNED.match(scene.core)):
        return None
    return _receipt(scene)


def _receipt(scene: Scene) -> Command:
    """签收 [1042] [A100] 3箱 破1: what came, what of it is broken, what is short."""
    start = max((mark.end for mark in scene.of(OrderMark)), default=0)
    faults, taken = faults_in(scene, start)
    marks = [mark for mark in scene.marks if not any(a < mark.end and mark.start < b for a, b in taken)]
    named = tuple(wanted(item, scene.lexicon) for item in pair(scene.text, marks))
    lines = tuple(line for line in named if line.qty is not None) or bare_quantity(scene, taken)
    number = scene.order_nos[0] if scene.order_nos else None
    return ReceiveGoods(order_no=number, lines=lines, remark=_beside(scene), faults=faults)


def is_trial(text: str) -> int:
    """How many folded characters announce a dry run; 0 when there is none."""
    match = _TRY.match(text)
    return match.end() if match else 0


def _beside(scene: Scene) -> str | None:
    """What was said beside the order number of a receipt, as written."""
    numbers = [mark.end for mark in scene.of(OrderMark)]
    remarks = [mark.text for mark in scene.of(RemarkMark)]
    if remarks:
        return remarks[0]
    said = re.search("签收|收货", scene.text)
    start = numbers[-1] if numbers else said.end() if said else len(scene.text)
    rest = scene.normal.quote(start, len(scene.text))
    return re.sub(r"^[\s,，:：]*(?:签收|收货)?[了]?[\s,，:：]*|[\s。!！]+$", "", rest) or None


def _binding(scene: Scene) -> Command | None:
    match = _BIND.fullmatch(scene.text)
    if match is None and scene.context.asks("ask_code"):
        match = _BARE_CODE.fullmatch(scene.text)
    return Bind(code=re.sub(r"[\s-]", "", match["code"]).upper()) if match else None


def _word(scene: Scene) -> Command | None:
    words = scene.text.strip(" .,。!~")
    return next((make() for pattern, make in _FIXED if pattern.fullmatch(words) or pattern.fullmatch(scene.core)), None)


def _invitation(scene: Scene) -> Command | None:
    match = _INVITE.fullmatch(scene.text)
    if match is None:
        return None
    customers = scene.of(CustomerMark)
    who = scene.normal.quote(*match.span("who")) if match["who"] else None
    if match["who"] and customers and customers[0].start >= match.end("name") and len(customers[0].ids) == 1:
        who = customers[0].ids[0]
    role = next((value for key, value in _ROLES.items() if (match["role"] or "").startswith(key)), None)
    return Invite(
        name=scene.normal.quote(*match.span("name")), customer=who.upper() if who and who.isascii() else who, role=role
    )


def _forgetting(scene: Scene) -> Command | None:
    match = _FORGET.fullmatch(scene.text)
    return ForgetAlias(alias=scene.normal.quote(*match.span("alias"))) if match else None


def _identity(scene: Scene) -> Command | None:
    if not scene.context.asks("confirm_identity"):
        return None
    if re.fullmatch(r"(?:对|是的?)?,?是我(?:本人)?(?:的|啊|呀|没错)?", scene.core):
        return Confirm()
    if re.fullmatch(r"(?:不|不对|不是),?不是我(?:本人)?|不是我(?:本人)?", scene.core):
        return Deny()
    option, pending = option_of(scene), scene.context.pending
    if option and pending and option <= len(pending.options):
        return Deny() if pending.options[option - 1].lstrip("0123456789.、 ").startswith("不") else Confirm()
    return confirmation(scene)


def _numbered(scene: Scene) -> Command | None:
    """A number under a question that offered numbered choices, unless the question has its own way with numbers."""
    pending = scene.context.pending
    if (
        pending is None
        or not pending.options
        or pending.kind in ("ask_qty", "ask_unit", "ask_date", "ask_product", "ask_customer", "confirm_order")
    ):
        return None
    option = option_of(scene)
    return ProvideInfo(option=option) if option is not None and 1 <= option <= len(pending.options) else None
