"""Phrases about goods that are made: 生产单, 配方 A100, 排产 A100 200, 开工 W12, 报工 W12 良50 废2, 停工, 完工."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.grammar.goods import read_goods
from bot.grammar.marks import ProductMark
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.makecommands import FinishWork, ListWorks, MakeGoods, PauseWork, ReportWork, ShowRecipe, StartWork

_W = r"(?P<w>w\s?\d{1,9})(?![a-z0-9])"
_END = r"\s*+[。.!]?\s*+"
_LIST = re.compile(rf"\s*+(?:看|查)?(?:生产单|生产任务|生产计划|工单|要生产的|待生产)\s*+(?:{_W})?{_END}")
_RECIPE = re.compile(
    rf"\s*+(?:看|查)?(?:配方|物料清单|bom)\s*+[:,]?\s*+(?P<rest>\S.*)|(?P<own>\S.*?)的?配方{_END}", re.DOTALL
)
_MAKE = re.compile(r"\s*+(?:排产|安排生产|下生产单|生产)\s*+[:,]?\s*+(?P<rest>\S.*)", re.DOTALL)
_START = re.compile(
    rf"\s*+(?:(?:开工|复工|开始做|继续做)了?\s*+[:,]?\s*+{_W}|(?P<v>w\s?\d{{1,9}})\s*+(?:开工|复工)了?){_END}"
)
_REPORT = re.compile(
    rf"\s*+(?:(?:报工|报产|报数|完工了?)\s*+[:,]?\s*+{_W}|(?P<v>w\s?\d{{1,9}})\s*+(?:报工|报产|报数|完工了?|做[好完]?了)[:,]?)"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_REPORT_OF_ANY = re.compile(r"\s*+(?:报工|报产|报数)\s*+[:,]?(?P<rest>[^\dw]{0,4}\d.*)", re.DOTALL)
_PAUSE = re.compile(rf"\s*+(?:停工|停产|暂停生产)\s*+[:,]?\s*+{_W}\s*+[:,]?(?P<rest>.*)", re.DOTALL)
_FINISH = re.compile(
    rf"\s*+(?:(?:完工|结束生产|关闭生产单)了?\s*+[:,]?\s*+{_W}|(?P<v>w\s?\d{{1,9}})\s*+(?:完工|做完)了?){_END}"
)
_GOOD = re.compile(r"(?:良品?|好的?|合格品?|正品|完成)\s*[:]?\s*(?P<n>\d{1,6}(?:\.\d{1,3})?)")
_SCRAP = re.compile(r"(?:废品?|坏的?|次品?|报废|不良品?|不合格品?)\s*[:]?\s*(?P<n>\d{1,6}(?:\.\d{1,3})?)")
_PLAIN = re.compile(r"\s*(?P<n>\d{1,6}(?:\.\d{1,3})?)")
_ENDED = re.compile(r"(?:了|好|[\s,;.。、!])*+")
_QUESTION = re.compile(r"[?？]|吗|怎么|多少|谁|为什么")


def making_phrase(scene: Scene) -> Command | None:
    """The phrase about goods that are made that the message is, if any."""
    if _QUESTION.search(scene.text):
        return None
    return first_made(scene, _PHRASES)


def _listing(_scene: Scene, match: re.Match[str]) -> Command:
    return ListWorks(work=_number(match) if match["w"] else None)


def _recipe(scene: Scene, _match: re.Match[str]) -> Command | None:
    goods = scene.of(ProductMark)
    return ShowRecipe(sku=goods[0].sku) if len(goods) == 1 else None


def _making(scene: Scene, match: re.Match[str]) -> Command | None:
    lines, _ = read_goods(scene, match["rest"])
    return MakeGoods(lines=lines) if lines else None


def _starting(_scene: Scene, match: re.Match[str]) -> Command:
    return StartWork(work=_number(match))


def _reporting(scene: Scene, match: re.Match[str]) -> Command:
    rest, unit = match["rest"], re.compile(rf"\s*(?P<u>{scene.lexicon.unit_pattern()})?")
    scrap = _SCRAP.search(rest)
    said = _measured(scrap, unit)
    left = f"{rest[: scrap.start()]} {rest[said.end :]}" if scrap else rest
    good = _measured(_GOOD.search(left), unit)
    if good.qty is None:
        plain = _measured(_PLAIN.match(left), unit)
        good = plain if _ENDED.fullmatch(left, plain.end) else good
    nothing = Decimal(0) if scrap and not left.strip(" ,.;、") else None
    return ReportWork(
        work=_number(match) or None,
        good=nothing if good.qty is None else good.qty,
        unit=good.unit,
        scrap=said.qty or Decimal(0),
        scrap_unit=said.unit,
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """A quantity as it was reported, and where its words end."""

    qty: Decimal | None = None
    unit: str | None = None
    end: int = 0


def _measured(match: re.Match[str] | None, unit: re.Pattern[str]) -> _Measured:
    if match is None:
        return _Measured()
    word = unit.match(match.string, match.end())
    return _Measured(Decimal(match["n"]), word["u"] if word else None, word.end() if word else match.end())


def _pausing(scene: Scene, match: re.Match[str]) -> Command:
    return PauseWork(work=_number(match), reason=scene.normal.quote(*match.span("rest")).strip(" ,，:：。"))


def _finishing(_scene: Scene, match: re.Match[str]) -> Command:
    return FinishWork(work=_number(match))


def _number(match: re.Match[str]) -> str:
    named = match.groupdict()
    return re.sub(r"\s", "", named.get("w") or named.get("v") or "").upper()


_PHRASES: Sayings = (
    (_LIST, _listing),
    (_RECIPE, _recipe),
    (_START, _starting),
    (_FINISH, _finishing),
    (_REPORT, _reporting),
    (_REPORT_OF_ANY, _reporting),
    (_PAUSE, _pausing),
    (_MAKE, _making),
)
