"""Writing an order: from the first wish, through one short question per gap, to the read-back."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.dialogue import Draft, DraftLine, Question, Talk
from bot.drafting import Difference, Gap, changed, detailed, gap, started, worked_out
from bot.grammar.lexicon import Lexicon
from bot.haggling import bargained, discounted, plain, uncounted
from bot.replies import Reply, refused, say
from bot.router import BOUND, Answered, Ask, Router
from bot.vocabulary import as_called_by
from domain import earmarking, ordering
from domain.commands import GoBack, ModifyOrder, PlaceOrder, ShowDraft, TryOrder
from domain.errors import CustomerNotFound, PackRefused, QuantityRefused, Refusal
from domain.ordering import OrderDraft, Quote
from domain.rules.rights import WRITING
from domain.values import Actor
from handlers import amending

SHOWN_CHOICES = 9


def register(router: Router) -> None:
    """What this room answers."""
    router.on(PlaceOrder, roles=WRITING)(place)
    router.on(TryOrder, roles=WRITING)(dry_run)
    router.on(ModifyOrder, roles=WRITING)(modify)
    router.on(ShowDraft, roles=WRITING)(show)
    router.on(GoBack, roles=BOUND)(back)


async def place(ask: Ask) -> Answered:
    """下单: a new draft; an older one is put aside for it."""
    command = ask.given(PlaceOrder)
    _own(ask.actor, command.customer)
    draft = started(command, key=ask.key, customer=ask.actor.customer)
    return await proceed(ask, draft)


async def dry_run(ask: Ask) -> Answered:
    """试算: price, stock and day of an order that is not placed; nothing is kept."""
    command = ask.given(TryOrder).order
    _own(ask.actor, command.customer)
    draft = worked_out(started(command, key=ask.key, customer=ask.actor.customer), ask.lexicon)
    if draft.customer is None and ask.actor.is_staff:
        return say("try_whom")
    if gap(draft, staff=False) is not None:
        return say("try_incomplete")
    draft, quote, full = await _quoted(ask, draft)
    return say("try_order", quote=quote, **_bargain(ask, draft, quote, full))


async def modify(ask: Ask) -> Answered:
    """改: a change of the open draft; one of an order that is booked is read back first, as a difference."""
    command = ask.given(ModifyOrder)
    draft = ask.talk.draft
    if command.order_no is not None or draft is None:
        known = command.order_no or ask.talk.last_order
        return await amending.propose(ask, command) if known else say("no_draft_to_modify")
    if "qty" in command.clarify and not any(op.base_qty for op in command.ops):
        return _which_quantity(ask, draft, command)
    if command.customer:
        _own(ask.actor, command.customer)
        draft = replace(draft, customer=command.customer, candidates=())
    was_empty = not draft.lines
    draft = bargained(detailed(draft, command.details, command.clarify), command.bargain, command.ops)
    draft, differences = changed(draft, command.ops)
    return await proceed(ask, draft, () if was_empty else differences)


def _which_quantity(ask: Ask, draft: Draft, command: ModifyOrder) -> Reply:
    skus = [op.sku for op in command.ops if op.sku] or [line.sku for line in draft.lines if line.sku]
    where = next((i for i, line in enumerate(draft.lines) if line.sku == skus[0]), 0) if skus else 0
    return _question(ask, draft, Gap("qty", where))


async def show(ask: Ask) -> Answered:
    """草稿: read the open draft back."""
    return say("no_draft") if ask.talk.draft is None else await proceed(ask, ask.talk.draft)


async def back(ask: Ask) -> Answered:
    """返回: leave the question; the draft stays for 24 hours."""
    return say("back", replace(ask.talk, question=None), draft=ask.talk.draft)


async def proceed(ask: Ask, draft: Draft, differences: tuple[Difference, ...] = ()) -> Reply:
    """Ask for what is missing, one thing at a time, or read the draft back; a refusal keeps the draft."""
    draft = worked_out(draft, await _words_for(ask, draft))
    missing = gap(draft, staff=ask.actor.is_staff)
    if missing is not None:
        return _question(ask, draft, missing)
    return await read_back(ask, draft, differences)


async def _words_for(ask: Ask, draft: Draft) -> Lexicon:
    """The lexicon, with the customer's own names where something was not recognised: staff name the customer late."""
    unknown = any(line.sku is None for line in draft.lines)
    return await as_called_by(draft.customer, ask.lexicon) if unknown and ask.actor.is_staff else ask.lexicon


async def sure(ask: Ask) -> Answered:
    """没错: the quantity that was asked about is meant; without one there is nothing to be sure of."""
    question, draft = ask.talk.question, ask.talk.draft
    where = question.position if question is not None else None
    if draft is None or where is None or draft.lines[where].qty is None:
        return say("answer_again", kind="ask_qty")
    lines = tuple(replace(line, sure=True) if i == where else line for i, line in enumerate(draft.lines))
    return await proceed(ask, replace(draft, lines=lines))


async def read_back(ask: Ask, draft: Draft, differences: tuple[Difference, ...] = ()) -> Reply:
    """The draft in full, with conversions, prices and day: the version that a yes books; an odd quantity is asked about
    before."""
    try:
        draft, quote, full = await _quoted(ask, draft)
    except Refusal as no:
        return refused(no, replace(ask.talk, draft=_before(ask, draft, no), question=None), keeps_draft=True)
    odd = _odd(draft, quote)
    if odd is not None:
        return _again(ask, draft, quote, *odd)
    question = Question("confirm_order", heard_at=ask.heard_at)
    kept = await _kept_goods(ask, draft, quote)
    facts = {"quote": quote, "draft": draft, "differences": differences, "named": ask.name_of, "kept": kept}
    return say("readback", _kept(ask.talk, draft, question), **facts, **_bargain(ask, draft, quote, full))


async def _quoted(ask: Ask, draft: Draft) -> tuple[Draft, Quote, Decimal | None]:
    """The draft with its quote; where a rep gave a discount, with that worked in and the total before it."""
    draft = plain(draft)
    quote = await ordering.quote(order_draft(draft, ask.actor), by=ask.actor, now=ask.now)
    if draft.bargain.rate is None or not ask.actor.is_staff:
        return draft, quote, None
    lower = discounted(draft, draft.bargain.rate, quote.lines)
    return lower, await ordering.quote(order_draft(lower, ask.actor), by=ask.actor, now=ask.now), quote.total


def _odd(draft: Draft, quote: Quote) -> tuple[int, Decimal] | None:
    """The first line of an unusual quantity that was not repeated yet, and the usual one in base units."""
    usual = {one.facts["sku"]: Decimal(one.facts["usual"]) for one in quote.reasons if one.code == "unusual_quantity"}
    found = ((place, line) for place, line in enumerate(draft.lines) if line.sku in usual and not line.sure)
    return next(((place, usual[line.sku or ""]) for place, line in found), None)


async def _kept_goods(ask: Ask, draft: Draft, quote: Quote) -> datetime | None:
    """Until when the goods are kept for this read-back; a person has to see what is held anyway."""
    if ask.actor.identity is None or quote.review.verdict == "held":
        return None
    return await earmarking.earmark(draft.key, quote, owner=ask.actor.identity, now=ask.now)


def _before(ask: Ask, draft: Draft, no: Refusal) -> Draft:
    """The draft as it was before the change that was refused; a new one is kept without the quantity at fault."""
    if ask.talk.draft is not None and ask.talk.draft.key == draft.key:
        return ask.talk.draft
    if not isinstance(no, QuantityRefused | PackRefused):
        return draft
    return replace(
        draft,
        lines=tuple(replace(li, qty=None, base_qty=None) if li.sku == no.product else li for li in draft.lines),
    )


def order_draft(draft: Draft, actor: Actor) -> OrderDraft:
    """The draft as the business takes it; a customer's own idea of a price is no price."""
    assert draft.customer is not None
    lines = tuple(_priced(line, actor) for line in draft.lines)
    return OrderDraft(key=draft.key, customer=draft.customer, lines=lines, details=draft.details)


def _priced(line: DraftLine, actor: Actor) -> ordering.DraftLine:
    assert line.sku is not None
    assert line.qty is not None
    own = actor.is_staff and line.price is not None
    return ordering.DraftLine(
        line.sku, line.qty, line.unit or "", line.price if own else None, line.price_unit if own else None
    )


def _bargain(ask: Ask, draft: Draft, quote: Quote, full: Decimal | None) -> dict[str, Any]:
    """What a reply tells of words about the price: worked in, with the total before, or not counted."""
    bargain = uncounted(draft.bargain, quote.total, staff=ask.actor.is_staff)
    ignored = _ignored_price(ask, draft, quote)
    return {"said": draft.bargain.words, "full": full, "bargain": bargain, "ignored_price": ignored}


def _ignored_price(ask: Ask, draft: Draft, quote: Quote) -> bool:
    given = [line.price for line in draft.lines]
    return not ask.actor.is_staff and any(
        price is not None and price != quoted.unit_price for price, quoted in zip(given, quote.lines, strict=True)
    )


def _question(ask: Ask, draft: Draft, missing: Gap) -> Reply:
    line = draft.lines[missing.position] if missing.position is not None else None
    options = _options(ask, draft, missing, line)
    kind = f"ask_{missing.kind}"
    subject = line.sku if line is not None else None
    question = Question(kind, options, missing.position, subject, ask.heard_at)
    which = {"position": (missing.position or 0) + 1, "count": len(draft.lines)}
    return say(kind, _kept(ask.talk, draft, question), line=line, options=options, named=ask.name_of, **which)


def _options(ask: Ask, draft: Draft, missing: Gap, line: DraftLine | None) -> tuple[str, ...]:
    if missing.kind == "customer":
        mine = ask.actor.customers if not ask.actor.sees_everything else frozenset(ask.lexicon.customers)
        return tuple(code for code in draft.candidates if code in mine)[:SHOWN_CHOICES]
    if line is None:
        return ()
    if missing.kind == "product":
        return line.candidates[:SHOWN_CHOICES]
    product = ask.lexicon.products.get(line.sku or "")
    return tuple(product.units) if missing.kind == "unit" and product is not None else ()


def _again(ask: Ask, draft: Draft, quote: Quote, position: int, usual: Decimal) -> Reply:
    line, unit = draft.lines[position], quote.lines[position].base_unit
    question = Question("ask_qty", (), position, line.sku, ask.heard_at)
    return say("ask_again", _kept(ask.talk, draft, question), line=line, usual=usual, unit=unit)


def _kept(talk: Talk, draft: Draft, question: Question | None) -> Talk:
    focus = draft.lines[-1].sku if draft.lines else talk.focus
    return replace(talk, draft=draft, question=question, focus=focus, booked=None, booked_at=None, misses=0)


def _own(actor: Actor, customer: str | None) -> None:
    if customer is not None and not actor.may_see(customer):
        raise CustomerNotFound(customer)
