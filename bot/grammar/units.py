"""Units of measure: which spelling means which unit of a product, and how many base units it holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

UNCOUNTED = frozenset({"米", "公斤", "升", "千克", "吨", "克", "毫升", "平方米", "立方米", "m", "kg", "l", "斤"})

# Measure words that may follow a number even if no product of the catalog has them; the bot then asks.
MEASURE_WORDS = (
    "个 只 件 台 套 箱 包 袋 瓶 罐 盒 打 条 支 根 卷 桶 米 公斤 千克 斤 吨 升 毫升 克 托 托盘 板 捆 "
    "扎 提 把 对 双 副 顶 节 粒 颗 枚 片 块 张 本 册 听 令 筐 篮 车 柜 筒 排 组 批 份 部 架 盘 圈 轴 "
    "千米 公里 厘米 平方 平方米 立方 pcs pc ea piece pieces unit units set sets box boxes carton "
    "cartons ctn ctns roll rolls bag bags pack packs pallet pallets bottle bottles can cans case "
    "cases pair pairs dozen doz kg g t m l meter meters "
)


@dataclass(frozen=True, slots=True)
class GenericUnit:
    """A unit that belongs to no product: so many of unit ``of``, or of any counted base unit when ``of`` is None."""

    factor: Decimal
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """The spellings of units: ``synonyms[unit]`` are other words for it, ``generic`` hold for every product."""

    synonyms: Mapping[str, frozenset[str]]
    generic: Mapping[str, GenericUnit]

    def resolve(self, written: str, units: Mapping[str, Decimal], base: str) -> tuple[str, Decimal] | None:
        """The product's unit that a spelling means, with its size in base units; None when it has no such unit."""
        word = written.lower()
        if word in units:
            return word, units[word]
        for unit, size in units.items():
            if word == unit.lower() or word in self.synonyms.get(unit, ()):
                return unit, size
        generic = self._generic(word)
        if generic is None:
            return None
        if generic.of is None:
            return None if base in UNCOUNTED else (self._spelling(word), generic.factor)
        if generic.of in units:
            return word, generic.factor * units[generic.of]
        return None

    def _generic(self, word: str) -> GenericUnit | None:
        return self.generic.get(self._spelling(word))

    def _spelling(self, word: str) -> str:
        if word in self.generic:
            return word
        return next((unit for unit in self.generic if word in self.synonyms.get(unit, ())), word)

    def usual(self, word: str) -> str:
        """The first unit that a spelling stands for, whatever the product; the spelling itself when it is none."""
        return next((unit for unit, words in self.synonyms.items() if word.lower() in words), word)

    def words(self, product_units: Iterable[str]) -> list[str]:
        """Every spelling that may stand behind a number, longest first."""
        known = {word.lower() for word in (*product_units, *self.generic, *MEASURE_WORDS.split())}
        known |= {word.lower() for words in self.synonyms.values() for word in words}
        return sorted(known - {""}, key=lambda word: (-len(word), word))
