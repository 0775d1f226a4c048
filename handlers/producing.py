"""Goods that are made, by chat: what is missing, work orders, and what is reported of them."""

from dataclasses import replace
from decimal import Decimal

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import kits, making, recipes, works
from domain.makecommands import FinishWork, ListWorks, MakeGoods, PauseWork, ReportWork, ShowRecipe, StartWork
from domain.rules.rights import MAKING
from domain.values import Role

ASKED = "make"
LOOKING = MAKING | {Role.PURCHASING, Role.SALES}
OFFERED = 3


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ShowRecipe, roles=LOOKING)(show_recipe)
    router.on(ListWorks, roles=LOOKING)(list_works)
    router.on(MakeGoods, roles=MAKING)(make)
    router.on(StartWork, roles=MAKING)(start)
    router.on(ReportWork, roles=MAKING)(report)
    router.on(PauseWork, roles=MAKING)(pause)
    router.on(FinishWork, roles=MAKING)(finish)


async def show_recipe(ask: Ask) -> Answered:
    """配方 A100: what goes into it."""
    sku = ask.given(ShowRecipe).sku
    if sku is None:
        return say("stock_unclear", what="recipe", lines=())
    parts = await kits.kit(sku)
    if parts:
        return say("kit", sku=sku, name=ask.name_of(sku), parts=parts, changed=False)
    return say("recipe", row=await recipes.recipe(sku))


async def list_works(ask: Ask) -> Answered:
    """生产单: what is missing and not being made, numbered, and what is being made; or one work order."""
    number = ask.given(ListWorks).work
    if number is not None:
        return say("work", did="seen", row=await works.work(number, now=ask.now))
    needs = await works.to_make()
    may_make = bool(ask.actor.roles & MAKING)
    offered = [need.sku for need in needs if need.known][:OFFERED] if may_make else []
    question = Question(ASKED, tuple(offered), heard_at=ask.heard_at) if offered else None
    talk = replace(ask.talk, question=question) if question or ask.talk.draft is None else None
    shown = sorted(needs, key=lambda need: not need.known)
    return say("works", talk, needs=shown[:OFFERED], running=await works.works(now=ask.now), may_make=bool(offered))


async def chosen(ask: Ask, options: tuple[str, ...], option: int) -> Answered:
    """A number under 生产单: as much as is missing now is ordered of that product."""
    if not 1 <= option <= len(options):
        return say("no_such_option", most=len(options))
    row = await making.release(options[option - 1], None, ask.key, by=ask.actor, now=ask.now)
    return say("work", replace(ask.talk, question=None), did="ordered", row=row)


async def make(ask: Ask) -> Answered:
    """排产 A100 200: whoever waits for it."""
    lines = ask.given(MakeGoods).lines
    if len(lines) != 1 or lines[0].sku is None or lines[0].base_qty is None:
        return say("stock_unclear", what="make", lines=lines)
    row = await making.release(lines[0].sku, lines[0].base_qty, ask.key, by=ask.actor, now=ask.now)
    return say("work", did="ordered", row=row)


async def start(ask: Ask) -> Answered:
    """开工 W12."""
    number = ask.given(StartWork).work
    if not number:
        return say("work_which", word="start", rows=await works.works(now=ask.now))
    row = await making.start(number, by=ask.actor, now=ask.now)
    return say("work", did="started", row=row)


async def report(ask: Ask) -> Answered:
    """报工 W12 良50 废2: goods on the shelf, materials off it, those who wait served."""
    command = ask.given(ReportWork)
    number = command.work or await making.reported_by(ask.key)
    if number is None:
        running = [row for row in await works.works(now=ask.now) if row.state == works.RUNNING]
        if len(running) != 1:
            return say("report_which", rows=running)
        number = running[0].number
    if command.good is None:
        return say("report_how", number=number, unit=None)
    output = await _output(ask, number, command)
    if output is None:
        return say("report_how", number=number, unit=command.unit or command.scrap_unit)
    row = await making.report(number, output, ask.key, by=ask.actor, now=ask.now)
    return say("work", did="reported", row=row, good=output.good, scrap=output.scrap)


async def _output(ask: Ask, number: str, command: ReportWork) -> making.Output | None:
    """What was made in base units; None when the product has no such unit."""
    good, scrap = command.good or Decimal(0), command.scrap
    if command.unit is None and command.scrap_unit is None:
        return making.Output(good, scrap)
    sku = (await works.work(number, now=ask.now)).sku
    sizes = [ask.lexicon.unit_of(sku, unit) for unit in (command.unit, command.scrap_unit)]
    if sizes[0] is None or sizes[1] is None:
        return None
    return making.Output(good * sizes[0][1], scrap * sizes[1][1])


async def pause(ask: Ask) -> Answered:
    """停工 W12 原因."""
    command = ask.given(PauseWork)
    if not command.work:
        return say("work_which", word="pause", rows=await works.works(now=ask.now))
    row = await making.pause(command.work, command.reason, by=ask.actor, now=ask.now)
    return say("work", did="paused", row=row)


async def finish(ask: Ask) -> Answered:
    """完工 W12: nothing more is made of it."""
    work = ask.given(FinishWork).work
    if not work:
        return say("work_which", word="finish", rows=await works.works(now=ask.now))
    row = await making.finish(work, by=ask.actor, now=ask.now, cause=ask.key, heard_at=ask.heard_at)
    return say("work", did="finished", row=row)
