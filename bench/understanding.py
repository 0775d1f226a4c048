"""How fast and how heavy understanding is: a small catalog, and 50,000 products with 20,000 customers."""

import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from bot.grammar import Context, CustomerEntry, GenericUnit, Lexicon, ProductEntry, understand

_KINDS = [
    "轴承", "电机", "阀门", "接头", "水泵", "开关", "灯管", "胶带", "手套", "螺栓", "垫圈", "滤芯",
    "软管", "皮带", "齿轮", "轮毂", "插座", "面板", "支架", "扳手", "机油", "油漆", "纸箱", "标签",
    "托盘", "电缆", "线槽", "风扇", "模块", "传感器",
]  # fmt: skip
_MAKERS = "宏达新源华强百川明信广泰恒丰瑞康荣昌金鼎天海东方正和永兴立德"
_TRADES = [
    "机电", "五金", "商贸", "电子", "建材", "化工", "食品", "物流", "汽配", "酒店",
]  # fmt: skip
_SYNONYMS = {"个": ["只", "pcs"], "箱": ["ctn", "box"], "公斤": ["kg"]}
_GENERIC = {"打": GenericUnit(Decimal(12)), "斤": GenericUnit(Decimal("0.5"), "公斤")}
_FORMS = (
    "{a} 20个", "要{x}两箱，{b} 30个", "来20个{a}，明天送", "{c}要{a}二十个，{b}两箱半，下周五前要", "{x}还有货吗",
    "{a}多少钱",
    "SO{n}到哪了", "同意SO{n}", "SO{n}驳回 价格太低", "{a}改成30个", "照旧", "你好", "今天出货多少", "我的货发了没",
    "1. {a} 20个\n2. {b} 2箱\n3. {x} 5个", "{a}、{b}各要一箱，送到东莞市长安镇乌沙村兴发路8号 王小姐收 18666668888",
    "{x}大概100个吧", "{a} 20个，不对，30个", "取消SO{n}", "中午吃啥",
)  # fmt: skip
_NOW = datetime(2026, 3, 18, 2, tzinfo=UTC)


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds of one core for a message, seconds of a build and megabytes that it adds, for both sizes."""
    return {"small": _run(62, 25), "large": _run(50_000, 20_000)}


def _run(products: int, customers: int) -> dict[str, float]:
    chance = random.Random(7)
    goods, people = list(_goods(products, chance)), list(_people(customers, chance))
    before = _megabytes()
    started = time.perf_counter()
    lexicon = Lexicon.build(goods, people, {}, {}, _SYNONYMS, _GENERIC)
    built = time.perf_counter() - started
    grown = _megabytes() - before
    times = sorted(_times(lexicon, goods, people, chance))
    return {
        "products": products,
        "customers": customers,
        "build_s": round(built, 2),
        "grown_mb": round(grown, 1),
        "p50_ms": round(times[len(times) // 2], 3),
        "p99_ms": round(times[len(times) * 99 // 100], 3),
        "max_ms": round(times[-1], 3),
    }


def _goods(count: int, chance: random.Random) -> Iterator[ProductEntry]:
    for number in range(count):
        kind = chance.choice(_KINDS)
        name = f"{''.join(chance.choices(_MAKERS, k=2))}牌{kind}{chance.randint(1, 999)}型"
        alias = f"{kind}{chance.choice('ABCDEFGH')}{number}"
        units = {"个": Decimal(1), "箱": Decimal(24)}
        yield ProductEntry(f"{chance.choice('ABCDKLPT')}{number + 1000}", name, (alias,), "个", units)


def _people(count: int, chance: random.Random) -> Iterator[CustomerEntry]:
    for number in range(count):
        short = "".join(chance.choices(_MAKERS, k=3)) + chance.choice(_TRADES)
        yield CustomerEntry(f"Z{number:05}", f"{short}有限公司", (short,))


def _times(
    lexicon: Lexicon, goods: list[ProductEntry], people: list[CustomerEntry], chance: random.Random
) -> Iterator[float]:
    understand("预热 20个", lexicon, Context(), _NOW)
    for turn in range(4000):
        one, two, three = chance.choices(goods, k=3)
        text = chance.choice(_FORMS).format(
            a=one.sku,
            b=two.name,
            x=three.aliases[0],
            c=chance.choice(people).short_names[0],
            n=chance.randint(100, 9999),
        )
        context = Context(role="sales" if turn % 3 == 0 else "customer")
        started = time.thread_time()
        understand(text, lexicon, context, _NOW)
        yield (time.thread_time() - started) * 1000


def _megabytes() -> float:
    """The peak of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    for size, figures in measure().items():
        print(size, *(f"{name}={value}" for name, value in figures.items()))
