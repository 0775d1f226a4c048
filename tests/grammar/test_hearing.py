"""What was heard before is not read anew, and never taken as it was meant elsewhere, another day, or of old goods."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot import hearing
from bot.dialogue import NEW, Draft, Question, Talk
from bot.grammar import CustomerEntry, Lexicon, ProductEntry
from bot.grammar import understand as reads
from domain.commands import Command, PlaceOrder, QueryOrder
from domain.values import Actor, Role
from tests.grammar.shorthand import NOW

BUYER = Actor("王", identity=1, contact=1, customer="K1")
REP = Actor("李", frozenset({Role.SALES}), identity=2, staff=2)
Count = Callable[[], int]


def shop_with(*skus: str) -> Lexicon:
    """The words of a shop that sells this."""
    goods = [ProductEntry(sku, f"瓶盖{sku}", ("蓝盖",), "个", {"个": Decimal(1)}) for sku in skus]
    return Lexicon.build(goods, [CustomerEntry("K1", "某店", ("某店",))], {}, {}, {}, {})


@pytest.fixture
def times_read(monkeypatch: pytest.MonkeyPatch) -> Count:
    """How often the grammar was asked."""
    asked: list[str] = []

    def counted(text: str, *others: object) -> object:
        asked.append(text)
        return reads(text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(hearing, "understand", counted)
    return lambda: len(asked)


def hear(text: str, lexicon: Lexicon, talk: Talk = NEW, *, by: Actor = BUYER, days: int = 0) -> tuple[Command, ...]:
    """What is heard so many days from now."""
    return hearing.commands_in(text, by, talk, lexicon, NOW + timedelta(days=days))


def test_the_same_words_in_the_same_place_are_read_once(times_read: Count) -> None:
    shop = shop_with("Q1")
    assert {type(one) for one in hear("查订单", shop) + hear("查订单", shop)} == {QueryOrder}
    assert times_read() == 1


def test_another_day_speaker_question_or_talk_is_another_place(times_read: Count) -> None:
    shop = shop_with("Q1")
    tomorrow = hear("明天要5个蓝盖", shop)
    assert tomorrow != hear("明天要5个蓝盖", shop, days=1)
    hear("1", shop)
    assert hear("1", shop) != hear("1", shop, Talk(question=Question("ask_product", ("Q1", "Q2"))))
    hear("1", shop, by=REP)
    hear("1", shop, Talk(last_order="SO0700"))
    assert times_read() == 6


def test_new_goods_make_all_words_new() -> None:
    (alone,), (both,) = hear("蓝盖5个", shop_with("Q1")), hear("蓝盖5个", shop_with("Q1", "Q2"))
    assert isinstance(alone, PlaceOrder)
    assert isinstance(both, PlaceOrder)
    assert (alone.lines[0].sku, both.lines[0].sku, both.clarify) == ("Q1", None, ("product",))


def test_the_names_of_one_customer_are_heard_by_nobody_else() -> None:
    shop = shop_with("Q1", "Q2")
    (before,) = hear("小蓝5个", shop)
    (own,) = hear("小蓝5个", shop.with_aliases({"小蓝": "Q2"}))
    assert isinstance(own, PlaceOrder)
    assert own.lines[0].sku == "Q2"
    assert hear("小蓝5个", shop) == (before,)
    assert before != own


def test_drafts_and_long_texts_are_not_kept(times_read: Count) -> None:
    shop = shop_with("Q1")
    for _ in range(2):
        hear("你好", shop, Talk(draft=Draft("key", "K1")))
        hear("你好，" * 5, shop)
    assert times_read() == 4


def test_what_is_kept_has_an_end() -> None:
    shop = shop_with("Q1")
    for number in range(3000):
        assert shop.once(number, lambda kept=number: kept) == number  # type: ignore[misc]
    assert len(shop._heard) == 2048
    assert shop.once(2999, lambda: -1) == 2999
    assert shop.once(0, lambda: -1) == -1
