"""Understanding messages: pure functions from text, lexicon and dialogue state to typed commands."""

from bot.grammar.context import Context, Draft, DraftLine, Pending
from bot.grammar.lexicon import CustomerEntry, Lexicon, ProductEntry
from bot.grammar.understanding import Understanding, understand
from bot.grammar.units import GenericUnit

__all__ = [
    "Context",
    "CustomerEntry",
    "Draft",
    "DraftLine",
    "GenericUnit",
    "Lexicon",
    "Pending",
    "ProductEntry",
    "Understanding",
    "understand",
]
