"""What a customer calls our goods: learnt when an order is booked, listed, forgotten."""

from bot.dialogue import Draft
from bot.grammar.compact import key_of
from bot.grammar.lexicon import Lexicon
from bot.grammar.normal import fold
from bot.grammar.numerals import parse_number
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.commands import ForgetAlias, ListAliases
from domain.errors import NameNotFound
from domain.naming import aliases_of, forget_alias, learn_aliases
from domain.values import Role

BUYERS = frozenset({Role.BUYER, Role.BOSS})
SHORTEST, LONGEST = 2, 20


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ListAliases, roles=BUYERS)(listed)
    router.on(ForgetAlias, roles=BUYERS)(forget)


async def listed(ask: Ask) -> Answered:
    """我的叫法: the names we learnt from this customer, with when and by whom."""
    return say("aliases", rows=await aliases_of(ask.actor.customer), named=ask.name_of)


async def forget(ask: Ask) -> Answered:
    """忘记 小红瓶: the words are asked about again."""
    said = ask.given(ForgetAlias).alias
    customer = ask.actor.customer or ""
    key = key_of(fold(said))
    known = next((row.alias for row in await aliases_of(customer) if key_of(fold(row.alias)) == key), None)
    if known is None:
        raise NameNotFound(said)
    return say("alias_forgotten", was=await forget_alias(customer, known), named=ask.name_of)


async def remember(ask: Ask, draft: Draft) -> None:
    """Learn what the customer calls the goods of an order that has just been booked."""
    names = {line.called: line.sku for line in draft.lines if line.sku and _is_name(line.called, ask.lexicon)}
    if names and draft.customer:
        await learn_aliases(draft.customer, names, by=ask.actor, now=ask.now)


def _is_name(words: str, lexicon: Lexicon) -> bool:
    """Whether words may become a name: short, no number, and nothing that the catalogue itself calls something."""
    fits = SHORTEST <= len(words) <= LONGEST and parse_number(fold(words)) is None
    return fits and lexicon.named(fold(words)) is None
