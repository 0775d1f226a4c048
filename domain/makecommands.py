"""What staff can say about goods that are made; values like those of ``domain.commands``."""

from dataclasses import dataclass
from decimal import Decimal

from domain.commands import Command, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRecipe(Command):
    """配方 A100: what goes into it, where it is made, how many a day."""

    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWorks(Command):
    """生产单 [W12]: what has to be made and what is being made, or one work order."""

    work: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGoods(Command):
    """排产 A100 200: make so many, whoever waits for them."""

    lines: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWork(Command):
    """开工 W12."""

    work: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWork(Command):
    """报工 W12 良50 废2: units as they were said; ``work`` None means the one that runs."""

    work: str | None = None
    good: Decimal | None = None
    unit: str | None = None
    scrap: Decimal = Decimal(0)
    scrap_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWork(Command):
    """停工 W12 原因."""

    work: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWork(Command):
    """完工 W12: nothing more is made of it."""

    work: str
