"""From a message to typed commands: an ordered list of rules, the first that knows the message decides."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.grammar.acts import stretches
from bot.grammar.answers import answer, option_of
from bot.grammar.claims import claim_phrase
from bot.grammar.context import Context
from bot.grammar.crediting import credit_phrase
from bot.grammar.dealing import deal_phrase
from bot.grammar.decisions import call_off, cancel, decide
from bot.grammar.departures import ship
from bot.grammar.fixed import fixed_phrase, is_trial, order_phrase
from bot.grammar.goods import goods_phrase
from bot.grammar.guard import addresses_the_machine
from bot.grammar.halves import half_a_phrase
from bot.grammar.lacking import shortage_phrase
from bot.grammar.lexicon import Lexicon
from bot.grammar.links import link_phrase
from bot.grammar.lots import lot_phrase
from bot.grammar.making import making_phrase
from bot.grammar.modifying import modify, modify_named, modify_unknown
from bot.grammar.normal import fold
from bot.grammar.office import office_phrase
from bot.grammar.orders import create, reorder
from bot.grammar.parcels import parcel_phrase
from bot.grammar.picking import picking_phrase
from bot.grammar.proclaiming import proclaims, proclamation
from bot.grammar.questions import bare_order, query_both, query_order, query_price, query_stock
from bot.grammar.referring import reference_asked
from bot.grammar.reports import own_count, past_orders, report
from bot.grammar.ruling import ruling
from bot.grammar.scene import Scene, look
from bot.grammar.supplies import supply_phrase
from bot.grammar.talk import confirmation, handoff, help_wanted, small_talk
from bot.grammar.wishing import wish_phrase
from domain.commands import Command, HandOff, ModifyOrder, NotUnderstood, PlaceOrder, SmallTalk, TryOrder

LONGEST = 600
_NOTHING = (NotUnderstood(),)
_WITHDRAWN = re.compile(r"(?:不要|不买|不订|不下单?|不想要|不需要)了|清空|取消|撤单|作废|cancel")
_LISTED = re.compile(r"P[:*x×-]*Q|QP")


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
    # One sign may fold into many: what the patterns see is bounded too.
    if len(text) > LONGEST or len(folded) > 2 * LONGEST or not folded.strip():
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
    parts = [
        judge(look(scene.normal.text[a:b], lexicon, context, today))
        for a, b in ([] if proclaims(scene) else stretches(scene))
    ]
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
    orders = create(scene) or [PlaceOrder(clarify=("lines",))]
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
    ("proclamation", proclamation),
    ("ruling", ruling),
    ("wish", wish_phrase),
    ("credit", credit_phrase),
    ("office", office_phrase),
    ("reference", reference_asked),
    ("deal_phrase", deal_phrase),
    ("parcels", parcel_phrase),
    ("picking", picking_phrase),
    ("shortage", shortage_phrase),
    ("claims", claim_phrase),
    ("goods", goods_phrase),
    ("lots", lot_phrase),
    ("supplies", supply_phrase),
    ("making", making_phrase),
    ("confirm", _confirming),
    ("answer", _answering),
    ("link_phrase", link_phrase),
    ("call_off", call_off),
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
    ("past_orders", past_orders),
    ("own_count", own_count),
    ("modify_named", modify_named),
    ("query_order", query_order),
    ("modify", modify),
    ("modify_unknown", modify_unknown),
    ("half", half_a_phrase),
    ("bare_order", bare_order),
    ("create", _continue),
    ("smalltalk", small_talk),
)
