"""The parts of the grammar by themselves: numerals, dates, names, units, JSON."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from bot.grammar import Context, CustomerEntry, Lexicon, ProductEntry, understand
from bot.grammar.bargaining import bargain, figure
from bot.grammar.dates import find_dates
from bot.grammar.guard import addresses_the_machine
from bot.grammar.holidays import festival, is_workday, workday_after
from bot.grammar.jsonform import context_from_json, to_json, understand_rows
from bot.grammar.marks import DateMark
from bot.grammar.normal import fold, normalise
from bot.grammar.numerals import is_approximate, parse_number
from bot.grammar.scene import look
from domain.commands import (
    AcknowledgeAlert,
    Chase,
    ListReview,
    ListShipping,
    PlaceOrder,
    QueryPrice,
    ReceiveGoods,
    SnoozeAlert,
)
from domain.values import DeliveryKind
from tests.grammar.shorthand import NOW, lexicon, meaning

NUMBERS = {
    "0": "0", "7": "7", "007": "7", "1,234": "1234", "5,236,001": "5236001", "3.5": "3.5", ".5": "0.5",
    "1.5k": "1500", "2w": "20000", "2万": "20000", "1.2万": "12000", "3千": "3000", "3千5": "3500",
    "5万4千": "54000", "7万5千4百": "75400", "1万600": "10600", "2万5": "25000", "十": "10", "十二": "12",
    "二十": "20", "二十一": "21", "一百": "100", "一百二": "120", "一百零二": "102", "一百二十": "120",
    "两百五": "250", "四百五": "450", "一千五": "1500", "一千零五": "1005", "一千零五十": "1050",
    "一万三": "13000", "十万": "100000", "三百五十六": "356", "廿五": "25", "卅": "30", "半": "0.5", "俩": "2",
    "仨": "3", "三点五": "3.5", "零点二五": "0.25", "五二零": "520", "一亿": "100000000",
    "九千八百七十六": "9876",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_number_has_one_value(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "一切", "abc", "5号", "一箱", "k", "点五个", "1.2.3"])
def test_what_is_no_number_has_none(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["二三十", "三五", "七八", "两三", "十五六"])
def test_neighbours_are_no_exact_number(text: str) -> None:
    assert is_approximate(text)


@pytest.mark.parametrize("text", ["二十", "五二零", "一百二", "四百五"])
def test_other_numbers_are_exact(text: str) -> None:
    assert not is_approximate(text)


# Reference day, words, kind, first day, last day.
DAYS = [
    ("2026-12-31", "明天", "date", "2027-01-01"),
    ("2026-12-31", "下周一", "date", "2027-01-04"),
    ("2026-12-31", "下个月3号", "date", "2027-01-03"),
    ("2026-02-27", "后天", "date", "2026-03-01"),
    ("2026-01-30", "一个月后", "date", "2026-02-28"),
    ("2026-01-31", "31号", "date", "2026-01-31"),
    ("2026-02-01", "31号", "date", "2026-03-31"),
    ("2026-06-14", "周日", "date", "2026-06-21"),
    ("2026-06-14", "下周日", "date", "2026-06-21"),
    ("2026-06-14", "这周日", "date", "2026-06-14"),
    ("2026-06-14", "下周", "range", "2026-06-15", "2026-06-21"),
    ("2026-06-10", "礼拜六", "date", "2026-06-13"),
    ("2026-06-10", "星期3", "date", "2026-06-17"),
    ("2026-06-10", "6月底", "by", "2026-06-30"),
    ("2026-06-10", "7月上旬", "range", "2026-07-01", "2026-07-10"),
    ("2026-06-10", "2026-06-20前", "by", "2026-06-19"),
    ("2026-06-10", "2026年6月20日", "date", "2026-06-20"),
    ("2026-06-10", "最迟6月20号", "by", "2026-06-20"),
    ("2026-06-10", "截止到周五", "by", "2026-06-12"),
    ("2026-06-10", "双十一前", "by", "2026-11-10"),
    ("2026-06-10", "春节前", "by", "2027-02-05"),
    ("2026-06-10", "元旦前", "by", "2026-12-31"),
    ("2026-09-30", "国庆前", "by", "2026-09-30"),
    ("2026-06-10", "72小时内", "by", "2026-06-13"),
    ("2026-06-18", "3个工作日内", "by", "2026-06-24"),
    ("2026-09-30", "1个工作日内", "by", "2026-10-08"),
    ("2026-06-10", "12号到15号之间", "range", "2026-06-12", "2026-06-15"),
    ("2026-06-10", "12-15号", "range", "2026-06-12", "2026-06-15"),
    ("2026-06-10", "明天或者后天", "range", "2026-06-11", "2026-06-12"),
    ("2026-06-10", "next tuesday", "date", "2026-06-16"),
    ("2026-06-10", "by tuesday", "by", "2026-06-16"),
    ("2026-06-10", "before june 20", "by", "2026-06-19"),
    ("2026-06-10", "20th june", "date", "2026-06-20"),
    ("2026-06-10", "end of next month", "by", "2026-07-31"),
    ("2026-06-10", "asap", "asap"),
    ("2026-06-10", "加急", "asap"),
]


@pytest.mark.parametrize("case", DAYS, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_date_word_means_these_days(case: tuple[str, ...]) -> None:
    today, words, kind, *days = case
    wishes = [mention.wish for mention in find_dates(fold(words), date.fromisoformat(today)) if mention.wish]
    assert [wish.kind for wish in wishes] == [DeliveryKind(kind)]
    named = [day.isoformat() for day in (wishes[0].date, wishes[0].start, wishes[0].end) if day]
    assert named == days


@pytest.mark.parametrize(
    "words", ["周先生", "1.5吨", "2-3箱", "三天打鱼", "24小时营业", "5号电池", "3号仓库", "不急", "第3号单", "一号线"]
)
def test_what_is_no_date_wishes_nothing(words: str) -> None:
    marks = look(words, lexicon(), Context(), NOW.date()).of(DateMark)
    assert [mark for mark in marks if mark.mention.wish] == []


def test_holidays_are_no_workdays_and_make_up_days_do_not_count() -> None:
    assert not is_workday(date(2026, 10, 1))
    assert not is_workday(date(2026, 10, 10))
    assert workday_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert festival("中秋", date(2040, 1, 1)) is None


def test_raw_words_are_quoted_as_they_were_written() -> None:
    normal = normalise("幫我Ｓend：觀塘道１５號")
    start = normal.text.index("观")
    assert normal.text.startswith("帮我send:")
    assert normal.quote(start, len(normal.text)) == "觀塘道15號"


def test_a_learnt_name_belongs_to_its_overlay_alone() -> None:
    learnt = lexicon().with_aliases({"小红瓶": "T20", "绿罐子": "T10", "无主": "gone"})
    found = understand("小红瓶两箱，绿罐子3罐", learnt, Context(), NOW).commands[0]
    assert isinstance(found, PlaceOrder)
    assert [(line.sku, str(line.qty)) for line in found.lines] == [("T20", "2"), ("T10", "3")]
    plain = understand("小红瓶两箱", lexicon(), Context(), NOW).commands[0]
    assert isinstance(plain, PlaceOrder)
    assert plain.lines[0].sku is None
    assert lexicon().with_aliases({}) is lexicon()


def test_what_is_broken_is_of_the_product_named_before_it() -> None:
    found = understand("签收 1042 T20 少1罐 T10 破2", lexicon(), Context(), NOW).commands[0]
    assert isinstance(found, ReceiveGoods)
    assert [(fault.kind, fault.sku, str(fault.qty)) for fault in found.faults] == [
        ("short", "T20", "1"),
        ("broken", "T10", "2"),
    ]


def test_two_products_of_one_name_are_asked_about() -> None:
    twins = [
        ProductEntry(sku, name, ("蓝盖",), "个", {"个": Decimal(1)})
        for sku, name in (("Q1", "瓶盖甲"), ("Q2", "瓶盖乙"))
    ]
    shop = Lexicon.build(twins, [CustomerEntry("K1", "某店", ("某店",))], {}, {}, {}, {})
    found = understand("蓝盖5个", shop, Context(), NOW).commands[0]
    assert isinstance(found, PlaceOrder)
    assert found.lines[0].candidates == ("Q1", "Q2")
    assert found.clarify == ("product",)


def test_an_empty_shop_understands_what_needs_no_names() -> None:
    shop = Lexicon.build([], [], {}, {}, {}, {})
    assert to_json(understand("SO0700到哪了", shop, Context(), NOW).commands[0]) == {
        "intent": "query_order",
        "order_no": "SO0700",
    }
    assert to_json(understand("龙井20罐", shop, Context(), NOW).commands[0])["clarify"] == ["product"]


def test_staff_may_ask_for_totals_of_all_customers_but_export_nothing() -> None:
    assert not addresses_the_machine("所有客户本月销售额", staff=True)
    assert addresses_the_machine("所有客户的订单", staff=False)
    assert addresses_the_machine("导出所有客户数据", staff=True)


def test_json_speaks_the_common_vocabulary() -> None:
    assert to_json(ListShipping()) == {"intent": "report", "metric": "pending_shipment"}
    assert to_json(ListReview()) == {"intent": "report", "metric": "pending_approval"}
    assert to_json(Chase(order_no="1042")) == {"intent": "query_order", "order_no": "1042"}
    assert to_json(QueryPrice(skus=("T10",), qty=Decimal(5), unit="罐")) == {"intent": "query_price", "skus": ["T10"]}


def test_prices_remember_the_quantity_asked_for() -> None:
    found = understand("要100罐龙井什么价", lexicon(), Context(), NOW).commands[0]
    assert found == QueryPrice(skus=("T10",), qty=Decimal(100), unit="罐")


def test_alerts_are_acknowledged_and_put_off() -> None:
    assert understand("收到 A7", lexicon(), Context(role="sales"), NOW).commands == (AcknowledgeAlert(alert="A7"),)
    later = understand("A12 半小时", lexicon(), Context(role="sales"), NOW).commands[0]
    assert isinstance(later, SnoozeAlert)
    assert later.span.total_seconds() == 1800


def test_rows_are_read_and_answered_as_json() -> None:
    row = {
        "id": "r1",
        "text": "龙井 12罐",
        "reference_time": NOW.isoformat(),
        "sender": {"role": "customer", "customer": "K01"},
        "context": None,
    }
    (answer,) = understand_rows([json.dumps(row), "", "  "], lexicon(), explain=True)
    assert answer["id"] == "r1"
    assert answer["commands"] == [
        {"intent": "create_order", "lines": [{"sku": "T10", "qty": 12, "unit": "罐", "base_qty": 12}]}
    ]
    assert answer["ms"] >= 0
    assert answer["rules"][0] == "create"
    with pytest.raises(ValueError, match="reference_time"):
        list(understand_rows([json.dumps({"id": "r2", "text": "你好"})], lexicon()))
    moment = datetime.fromisoformat("2026-06-10T09:00:00+08:00")
    assert list(understand_rows([json.dumps({"id": "r2", "text": "你好"})], lexicon(), now=moment))


def test_a_context_is_read_from_json() -> None:
    context = context_from_json(
        {
            "draft": {"customer": "K01", "lines": [{"text": "灯", "qty": 1.5, "unit": "箱"}]},
            "pending": {"type": "ask_qty", "sku": "T10"},
        },
        {"role": "sales"},
    )
    assert context.staff
    assert context.draft is not None
    assert context.draft.lines[0].qty == Decimal("1.5")
    assert context.asks("ask_qty")
    assert context_from_json(None, None) == Context()


@pytest.mark.parametrize("text", ["龙井 -3罐", "龙井 －3罐", "龙井: -3罐", "龙井 minus 3罐"])
def test_a_minus_before_a_quantity_is_asked_about(text: str) -> None:
    assert meaning("c", "-", text) == ("create_order · clarify=qty · T10 罐",)


@pytest.mark.parametrize("text", ["龙井-3罐", "龙井 - 3罐", "-3罐 龙井", "- 龙井 3罐"])
def test_a_dash_that_only_sets_apart_is_no_minus(text: str) -> None:
    assert meaning("c", "-", text) == ("create_order · T10 3 罐",)


BARGAINS = {
    "T10 20箱 打9折": "打9折=0.9", "T10 20箱，九五折": "九五折=0.95", "20箱8.5折吧": "8.5折=0.85",
    "打 八 折": "打 八 折=0.8", "打八折": "打八折=0.8", "龙井 1折": "1折=0.1", "20罐龙井九折给李记": "九折=0.9",
    "T10 20箱，给95折": "95折=0.95", "20箱8折发": "8折=0.8", "20箱按8折发": "按8折=0.8",
    "整单打9折吧，谢谢": "打9折=0.9", "10折": "+10折", "打95折再优惠100元": "打95折=0.95+优惠100元",
    "打9折，一共2900元": "打9折=0.9+一共2900元", "A100 20箱 总价2900": "+总价2900",
    "20箱A100一口价：2900元": "+一口价：2900元", "总共680元": "+总共680元", "优惠100吧": "+优惠100",
    "便宜2块": "+便宜2块", "抹零": "+抹零", "不打9折": "off", "不要打9折": "off", "取消打9折": "off",
    "去掉9折": "off", "不打折了": "off", "恢复原价": "off", "能不能打9折": "+打9折", "客户要打8折": "+打8折",
    "打8折，没答应": "+打8折", "上次打9折的": "+打9折", "不能打9折": "off", "总共680": "", "一共20箱": "",
    "合计 300": "", "优惠20箱": "", "便宜点": "", "几折": "", "打折吗": "", "3打A100": "", "折叠椅3把": "",
    "三折叠手机": "", "2折扇": "", "四折页500张": "", "打三折叠好": "", "A100 20箱 备注：上次打9折": "",
    "送到八折路一共5号": "",
}  # fmt: skip


@pytest.mark.parametrize("text", BARGAINS)
def test_words_about_the_price_of_the_whole_order(text: str):
    found = bargain(look(text, lexicon(), Context(role="sales"), NOW.date()))
    given = f"{found.words}={found.rate}" if found.rate else ""
    assert given + "".join(f"+{words}" for words in found.others) + "off" * found.off == BARGAINS[text]


def test_a_sum_of_money_is_read_from_its_words():
    assert [figure(words) for words in ("总价2900", "总价1.85万", "抹零")] == [Decimal(2900), Decimal(18500), None]
