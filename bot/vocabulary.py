"""The lexicon of this shop, built from the catalogue and built again in the background when the catalogue changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bot.grammar.lexicon import CustomerEntry, Lexicon, ProductEntry
from bot.grammar.units import GenericUnit
from domain.models import Product
from domain.naming import aliases_of
from domain.offering import ShopWords, shop_words
from domain.policy import current_policy

log = structlog.get_logger()

GLANCE = timedelta(seconds=1)
SMALL = 2000


class Vocabulary:
    """Keeps one lexicon and its version; looks at most once a second whether there is a newer catalogue.

    A first or small lexicon is built before the message is answered; a large one is built in a thread while the old
    one still serves.
    """

    def __init__(self, version: Callable[[], Awaitable[str]], build: Callable[[], Awaitable[Lexicon]]) -> None:
        self._version_of_catalogue = version
        self._build = build
        self._lexicon: Lexicon | None = None
        self._version = ""
        self._looked_at: datetime | None = None
        self._building: asyncio.Task[None] | None = None

    async def fresh(self, now: datetime) -> Lexicon:
        """The lexicon; waits for it only when there is none yet, or when the catalogue is small enough to be quick."""
        if self._lexicon is None or self._looked_at is None or not timedelta(0) <= now - self._looked_at < GLANCE:
            self._looked_at = now
            version = await self._version_of_catalogue()
            if version != self._version:
                await self._renew(version)
        assert self._lexicon is not None
        return self._lexicon

    async def _renew(self, version: str) -> None:
        if self._building is None or self._building.done():
            self._building = asyncio.create_task(self._rebuild(version), name="vocabulary")
        if self._lexicon is None or len(self._lexicon.products) <= SMALL:
            await asyncio.shield(self._building)

    async def _rebuild(self, version: str) -> None:
        lexicon = await self._build()
        self._lexicon, self._version = lexicon, version
        log.info("vocabulary_built", products=len(lexicon.products), customers=len(lexicon.customers))


async def shop_lexicon() -> Lexicon:
    """The lexicon of the catalogue as it is in the database; a large one is filed in a thread of its own."""
    words = await shop_words()
    return await asyncio.to_thread(_filed, words) if len(words.products) > SMALL else _filed(words)


async def as_called_by(customer: str | None, lexicon: Lexicon) -> Lexicon:
    """The lexicon with the names that this customer's people use for our goods; nobody else's."""
    names = await aliases_of(customer)
    return lexicon.with_aliases({name.alias: name.sku for name in names})


def _filed(words: ShopWords) -> Lexicon:
    terms: dict[str, dict[str, list[str]]] = {"product": {}, "customer": {}}
    for row in words.terms:
        terms[row.kind][row.term] = row.members
    return Lexicon.build(
        (_product(row) for row in words.products),
        (CustomerEntry(row.code, row.name, tuple(row.short_names)) for row in words.customers),
        terms["product"],
        terms["customer"],
        {row.unit: row.spellings for row in words.units},
        {row.unit: GenericUnit(Decimal(row.factor), row.of) for row in words.units if row.factor is not None},
        timezone=str(current_policy().zone),
    )


def _product(row: Product) -> ProductEntry:
    units = {unit: Decimal(size) for unit, size in row.units.items()}
    return ProductEntry(row.sku, row.name, tuple(row.aliases), row.base_unit, units)
