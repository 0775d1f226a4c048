"""The words of this shop: products, customers and units, filed so that a message is searched once for all of them."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import ahocorasick

from bot.grammar.compact import hanzi_count, key_of, keys_of, sounds
from bot.grammar.normal import fold
from bot.grammar.units import GenericUnit, Units

PRODUCT, GENERIC, CUSTOMER = "product", "generic", "customer"
_LONGEST_VARIANT_WORD = 4
_MOST_HEARD = 2048

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product as the grammar needs it; ``units`` are sizes in base units."""

    sku: str
    name: str
    aliases: tuple[str, ...]
    base_unit: str
    units: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """A customer as the grammar needs it."""

    code: str
    name: str
    short_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a key stands for: one product or customer, or several to choose from."""

    kind: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """An immutable index; build a new one when the catalog changes and swap it in."""

    products: Mapping[str, ProductEntry]
    customers: Mapping[str, CustomerEntry]
    units: Units
    entries: Mapping[str, Entry]
    by_sound: Mapping[str, Entry]
    sound_starts: frozenset[str]
    variants: Mapping[str, Mapping[str, str]]
    unit_words: tuple[str, ...]
    endings: frozenset[str] = frozenset()
    timezone: str = "Asia/Shanghai"
    _automaton: Any = None
    _learnt: Mapping[str, Entry] = field(default_factory=dict)
    _heard: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def build(  # noqa: PLR0917 - six tables make a lexicon
        cls,
        products: Iterable[ProductEntry],
        customers: Iterable[CustomerEntry],
        generic_terms: Mapping[str, Iterable[str]],
        customer_generic_terms: Mapping[str, Iterable[str]],
        unit_synonyms: Mapping[str, Iterable[str]],
        generic_units: Mapping[str, GenericUnit],
        timezone: str = "Asia/Shanghai",
    ) -> "Lexicon":
        """File everything; ten seconds at most for 50,000 products and 20,000 customers."""
        goods = {entry.sku: entry for entry in products}
        people = {entry.code: entry for entry in customers}
        units = Units(
            {unit: frozenset(w.lower() for w in words) for unit, words in unit_synonyms.items()}, generic_units
        )
        entries = _file(goods, people, generic_terms, customer_generic_terms)
        unit_words = tuple(units.words({unit for entry in goods.values() for unit in entry.units}))
        by_sound = _file_sounds(entries)
        named = (key for key, entry in entries.items() if entry.kind != CUSTOMER)
        return cls(
            products=goods,
            customers=people,
            units=units,
            entries=entries,
            by_sound=by_sound,
            sound_starts=frozenset(sounding[:3] for sounding in by_sound),
            variants=_variants(goods, generic_terms),
            unit_words=unit_words,
            endings=frozenset(key[-1] for key in (*named, *unit_words) if hanzi_count(key[-1:])),
            timezone=timezone,
            _automaton=_automaton(entries),
        )

    def with_aliases(self, aliases: Mapping[str, str]) -> "Lexicon":
        """The same lexicon with names that one customer uses, alias to sku; a name of the catalog keeps its meaning."""
        learnt = {key_of(fold(alias)): Entry(PRODUCT, (sku,)) for alias, sku in aliases.items() if sku in self.products}
        learnt = {key: entry for key, entry in learnt.items() if key and key not in self.entries}
        return replace(self, _learnt=learnt) if learnt else self

    def matches(self, key: str) -> Iterator[tuple[int, int, Entry]]:
        """Every name that occurs in a compact text, as start, end and entry, in no particular order."""
        if self._automaton is not None:
            for last, name in self._automaton.iter(key):
                yield last + 1 - len(name), last + 1, self.entries[name]
        for name, entry in self._learnt.items():
            start = key.find(name)
            while start >= 0:
                yield start, start + len(name), entry
                start = key.find(name, start + 1)

    def named(self, text: str) -> Entry | None:
        """The entry that a whole text names exactly."""
        key = key_of(text)
        return self._learnt.get(key) or self.entries.get(key)

    def unit_of(self, sku: str | None, written: str | None) -> tuple[str, Decimal] | None:
        """The product's unit for a spelling (its base unit when nothing was written) and its size in base units."""
        product = self.products.get(sku or "")
        if product is None:
            return None
        if not written:
            return product.base_unit, product.units.get(product.base_unit, Decimal(1))
        return self.units.resolve(written, product.units, product.base_unit)

    def keys_of_product(self, sku: str) -> tuple[str, ...]:
        """The keys of a product's code, name and aliases."""
        product = self.products.get(sku)
        return _keys_of((product.sku, product.name, *product.aliases)) if product else ()

    def once(self, what: Hashable, read: Callable[[], T]) -> T:
        """What was read before with this lexicon, or is read now; of the oldest it keeps nothing."""
        if what in self._heard:
            return self._heard[what]  # type: ignore[no-any-return]
        if len(self._heard) >= _MOST_HEARD:
            del self._heard[next(iter(self._heard))]
        found = self._heard[what] = read()
        return found

    def unit_pattern(self) -> str:
        """A regular expression for any unit word; words in Latin letters need a boundary behind them."""
        return _unit_pattern(self.unit_words)


@lru_cache(maxsize=4096)
def _keys_of(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key_of(fold(name)) for name in names)


@lru_cache(maxsize=8)
def _unit_pattern(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(w) + (r"(?![a-z])" if w.isascii() else "") for w in words) + ")"


def _names(
    goods: Mapping[str, ProductEntry],
    people: Mapping[str, CustomerEntry],
    terms: Mapping[str, Iterable[str]],
    customer_terms: Mapping[str, Iterable[str]],
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for product in goods.values():
        for name in (product.sku, product.name, *product.aliases):
            yield name, PRODUCT, (product.sku,)
    for customer in people.values():
        for name in (customer.code, customer.name, *customer.short_names):
            yield name, CUSTOMER, (customer.code,)
    for name, skus in terms.items():
        yield name, GENERIC, tuple(skus)
    for name, codes in customer_terms.items():
        yield name, CUSTOMER, tuple(codes)


def _file(
    goods: Mapping[str, ProductEntry],
    people: Mapping[str, CustomerEntry],
    terms: Mapping[str, Iterable[str]],
    customer_terms: Mapping[str, Iterable[str]],
) -> dict[str, Entry]:
    """Key to entry; a name that two products share stands for both, and products come before other things."""
    filed: dict[str, Entry] = {}
    for name, kind, ids in _names(goods, people, terms, customer_terms):
        for key in keys_of(fold(name)):
            known = filed.get(key)
            if known is None:
                filed[key] = Entry(kind, ids)
            elif known.kind == kind and known.ids != ids:
                filed[key] = Entry(kind, tuple(dict.fromkeys((*known.ids, *ids))))
    filed.pop("", None)
    return filed


def _file_sounds(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Sound to entry for names of two hanzi and more; a sound that several share names them all."""
    heard: dict[str, dict[str, None]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    for key, entry in entries.items():
        if hanzi_count(key) < 2 or entry.kind == GENERIC:
            continue
        for sounding in sounds(key):
            if kinds.setdefault(sounding, entry.kind) == entry.kind:
                heard[sounding].update(dict.fromkeys(entry.ids))
    return {sounding: Entry(kinds[sounding], tuple(ids)) for sounding, ids in heard.items()}


def _automaton(entries: Mapping[str, Entry]) -> Any:
    if not entries:
        return None
    automaton = ahocorasick.Automaton()
    for key in entries:
        automaton.add_word(key, key)
    automaton.make_automaton()
    return automaton


def _variants(goods: Mapping[str, ProductEntry], terms: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """For a product the words that tell its variants apart: A100 has 黑色 for A100B."""
    by_name = {entry.name: sku for sku, entry in goods.items()}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for sku, entry in goods.items():
        for cut in range(1, _LONGEST_VARIANT_WORD + 1):
            plain = by_name.get(entry.name[:-cut])
            if plain and hanzi_count(entry.name[-cut:]) == cut:
                found[plain][fold(entry.name[-cut:])] = sku
    for term, skus in terms.items():
        for sku in skus:
            for stem, word in _alias_variants(goods, term, sku):
                found[stem][word] = sku
    return dict(found)


def _alias_variants(goods: Mapping[str, ProductEntry], term: str, sku: str) -> Iterator[tuple[str, str]]:
    """An alias that is a word before a generic term tells its product apart from the code that its own code extends."""
    entry = goods.get(sku)
    stems = {stem for cut in range(2, len(sku)) if (stem := sku[:cut].rstrip("-_ ")) in goods and stem != sku}
    for alias in entry.aliases if entry and stems else ():
        word = alias.removesuffix(term)
        if word != alias and 1 < len(word) <= _LONGEST_VARIANT_WORD and hanzi_count(word) == len(word):
            yield from ((stem, fold(word)) for stem in stems)
