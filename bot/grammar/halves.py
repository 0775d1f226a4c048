"""Half a command of staff: its first word alone, which is answered with the form of that very command."""

from collections.abc import Callable

from bot.grammar.scene import Scene
from domain.commands import Command
from domain.dealcommands import PauseOrder, ResumeOrder
from domain.makecommands import FinishWork, MakeGoods, PauseWork, ReportWork, StartWork
from domain.stockcommands import CountStock, Prioritise, ReceivePurchase, TakeIn, TransferStock

_HALVES: dict[str, Callable[[], Command]] = {
    "盘点": CountStock,
    "入库": TakeIn,
    "调拨": TransferStock,
    "到货": ReceivePurchase,
    "排产": MakeGoods,
    "开工": lambda: StartWork(work=""),
    "报工": ReportWork,
    "停工": lambda: PauseWork(work=""),
    "完工": lambda: FinishWork(work=""),
    "优先": Prioritise,
    "暂停": PauseOrder,
    "恢复": ResumeOrder,
}


def half_a_phrase(scene: Scene) -> Command | None:
    """The command that a lone word of staff begins, with everything in it still open."""
    make = _HALVES.get(scene.core) if scene.context.staff and scene.context.draft is None else None
    return make() if make is not None else None
