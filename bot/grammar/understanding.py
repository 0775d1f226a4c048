"""From a message to typed commands: an ordered list of rules, the first that knows the message decides."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.grammar.acts import stretches
from bot.grammar.answers import answer, option_of
from bot.grammar.changes import changes_of
from bot.grammar.context import Context
from bot.grammar.decisions import cancel, decide, ship
from bot.grammar.details import details_of, has_details
from bot.grammar.fixed import fixed_phrase, is_trial, order_phrase
from bot.grammar.guard import addresses_the_machine
from bot.grammar.lexicon import Lexicon
from bot.grammar.normal import fold
from bot.grammar.orders import create, named_customer, reorder
from bot.grammar.questions import own_count, query_both, query_order, query_price, query_stock, report
from bot.grammar.scene import Scene, look
from bot.grammar.talk import confirmation, handoff, help_wanted, small_talk
from domain.commands import Command, HandOff, ModifyOrder, NotUnderstood, PlaceOrder, SmallTalk, TryOrder

LONGEST = 600
_NOTHING = (NotUnderstood(),)
_CHANGE_WORDS = re.compile(
    r"改|换|加|减|去掉|删|不要|多|少|追加|补|翻倍|备注|地址|收货人|联系人|电话|提前|推迟|延"
    r"|changed?|add|remove|update|make|instead|用K|走K|发K|H|R|A|X|F"
)
_QUESTION = re.compile(r"[?？]|吗|什么|怎么|多少|几|哪|谁|没$|多久|何时")
_WITHDRAWN = re.compile(r"(?:不要|不买|不订|不下单|不想要|不需要)了|清空|取消|撤单|作废|cancel")
_SELF_CORRECTED = re.compile(r"(?:PQ|QP|P[*x:]Q).{0,4}(?:改|换)")
_LISTED = re.compile(r"P[:*x×-]*Q|QP")
_MODIFY_FIRST = re.compile(
    r"改|换|加(?!急)|减|去掉|删|备注|地址|收货人|联系人|追加|延期|推迟|提前|A|R|add|change|remove|update"
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """The commands of a message in order of the text, and the names of the rules that fired."""

    commands: tuple[Command, ...]
    fired: tuple[str, ...]


def understand(text: str, lexicon: Lexicon, context: Context, now: datetime) -> Understanding:
    """Understand one message; pure, total, and silent about what it does not know.

    ``now`` is aware; days are reckoned in the lexicon's time zone.
    """
    folded = fold(text)
    if len(text) > LONGEST or not folded.strip():
        return Understanding(_NOTHING, ("length",))
    if addresses_the_machine(folded, staff=context.staff):
        return Understanding(_NOTHING, ("machine",))
    today = now.astimezone(ZoneInfo(lexicon.timezone)).date()
    skipped = is_trial(folded)
    if skipped:
        return _trial(
            text[len(text) - len(folded[skipped:]) :] if len(text) == len(folded) else folded[skipped:],
            lexicon,
            context,
            today,
        )
    scene = look(text, lexicon, context, today)
    parts = [judge(look(scene.normal.text[a:b], lexicon, context, today)) for a, b in stretches(scene)]
    if parts and all(not isinstance(command, NotUnderstood | SmallTalk) for part in parts for command in part.commands):
        commands = tuple(command for part in parts for command in part.commands)
        return Understanding(commands, ("acts", *(rule for part in parts for rule in part.fired)))
    return judge(scene)


def judge(scene: Scene) -> Understanding:
    """Ask every rule in turn."""
    for name, rule in _RULES:
        found = rule(scene)
        if found:
            commands = (found,) if isinstance(found, Command) else tuple(found)
            return Understanding(commands, (name, *_evidence(scene)))
    return Understanding(_NOTHING, ("nothing", *_evidence(scene)))


def _trial(text: str, lexicon: Lexicon, context: Context, today: date) -> Understanding:
    scene = look(text, lexicon, replace(context, draft=None, pending=None), today)
    orders = create(scene)
    if not orders:
        return Understanding(_NOTHING, ("trial", *_evidence(scene)))
    return Understanding((TryOrder(order=orders[0], clarify=orders[0].clarify),), ("trial", *_evidence(scene)))


def _evidence(scene: Scene) -> tuple[str, ...]:
    """What was recognised, for --explain."""
    return tuple(
        f"{type(mark).__name__.removesuffix('Mark').lower()}:{scene.text[mark.start : mark.end].strip()}"
        for mark in scene.marks
    )


def _confirming(scene: Scene) -> list[Command] | Command | None:
    """yes, no, or an option number under the read-back of an order."""
    pending = scene.context.pending
    if pending is None or pending.kind != "confirm_order":
        return None
    if _WITHDRAWN.search(scene.core) and not re.search(r"[这那]个", scene.core):
        return cancel(scene)
    option = option_of(scene)
    if option is not None and 1 <= option <= len(pending.options):
        words = re.sub(r"^\s*\d+\s*[.、:)]?\s*", "", pending.options[option - 1])
        plain = look(words, scene.lexicon, replace(scene.context, pending=replace(pending, options=())), scene.today)
        return confirmation(plain) or cancel(plain) or ModifyOrder()
    return confirmation(scene)


def _answering(scene: Scene) -> Command | None:
    return answer(scene)


def _modify(scene: Scene) -> Command | None:
    """modify_order: of a named order, or of the open draft."""
    context = scene.context
    if scene.order_nos:
        return _modify_named(scene)
    if context.draft is None and not (context.last_order and scene.says(_MODIFY_FIRST)):
        return None
    if scene.says(_QUESTION) and not scene.says(_CHANGE_WORDS) and not scene.has("Q"):
        return None
    return _modified(scene, None)


def _modify_named(scene: Scene) -> Command | None:
    if not (scene.says(_CHANGE_WORDS) or scene.has("D") or (scene.has("P") and scene.has("Q"))):
        return None
    return _modified(scene, scene.order_nos[0])


def _modified(scene: Scene, order_no: str | None) -> ModifyOrder | None:
    ops, asked = changes_of(scene)
    details, unclear = details_of(scene)
    customer, several = named_customer(scene)
    if not ops and not has_details(details) and not customer and not unclear:
        return _unspecific(scene, order_no)
    asked = asked | ({"date"} if unclear else set()) | ({"customer"} if several else set())
    return ModifyOrder(
        order_no=order_no,
        customer=customer,
        customer_candidates=several,
        ops=ops,
        details=details,
        clarify=tuple(sorted(asked)),
    )


def _unspecific(scene: Scene, order_no: str | None) -> ModifyOrder | None:
    if re.search(
        r"^(?:我想|我要|帮我|想|要|把|N|能不能|可以)*(?:改一?下|修改|改单|改订单|改|变更|modify"
        r"|change|edit)(?:一下|订单|单子|单|N|吧|吗)*$|^(?:N的?)?(?:数量|地址|日期|交期|时间|收货人)(?:要|得|需要)?(?:改|换)一?下?$",
        scene.core,
    ):
        return ModifyOrder(order_no=order_no)
    return None


def _modify_nothing_open(scene: Scene) -> Command | None:
    """Words of change without a draft and without an order: which order is the question."""
    if scene.context.draft or scene.order_nos or scene.context.last_order or _SELF_CORRECTED.search(scene.skeleton):
        return None
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


def _continue(scene: Scene) -> list[PlaceOrder] | None:
    return create(scene)


def _hand_off(scene: Scene) -> HandOff | None:
    """After-sales words beside a draft may be changes (少要5个); those are left to modify_order."""
    if (
        scene.context.draft
        and scene.has("P")
        and scene.has("Q")
        and re.search(r"[少多减退漏]", scene.skeleton)
        and not re.search(r"少了|坏|破|收到", scene.skeleton)
    ):
        return None
    found = handoff(scene)
    if (
        found
        and found.topic == "finance"
        and (report(scene) or _LISTED.search(scene.skeleton) or (scene.context.draft and scene.has("XQ")))
    ):
        return None
    return found


_Rule = Callable[[Scene], Sequence[Command] | Command | None]
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("fixed", fixed_phrase),
    ("confirm", _confirming),
    ("answer", _answering),
    ("decide", decide),
    ("order_phrase", order_phrase),
    ("ship", ship),
    ("help", help_wanted),
    ("reorder", reorder),
    ("handoff", _hand_off),
    ("cancel", cancel),
    ("stock_and_price", query_both),
    ("price", query_price),
    ("stock", query_stock),
    ("report", report),
    ("own_count", own_count),
    ("modify_named", lambda scene: _modify(scene) if scene.order_nos and scene.says(_MODIFY_FIRST) else None),
    ("query_order", query_order),
    ("modify", _modify),
    ("modify_unknown", _modify_nothing_open),
    ("create", _continue),
    ("smalltalk", small_talk),
)
