"""What the warehouse writes about parcels beside sending them: 更正 1042 顺丰 SF…."""

import re

from bot.grammar.marks import CarrierMark, WaybillMark
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.parcelcommands import CorrectWaybill

_CORRECT = re.compile(
    r"(?:更正|改正|订正)(?:一下)?(?:运单号?|单号|快递单号|快递|物流)?(?=N|W|K|$)"
    r"|N(?:的)?(?:运单号?|单号|快递单号|快递|物流)(?:填错了?|写错了?|错了)?,?(?:更正|改成|改为|应该是|应是|是)(?=W|K)"
)
RIGHTED = re.compile(
    r"W[^W]{0,16}(?:不对|不是|哦不|错|更正|改[成为正]|应[该是为])[^W]{0,12}W(?!.*W)|不是W[^W]{0,6}是W(?!.*W)"
)
"""A waybill and the one that was meant: one box, where two numbers side by side are two."""
_LEAVING = re.compile(r"[发寄]|出库|装车|走K")
_ASKING = re.compile(r"[?？]|吗|怎么|什么")


def parcel_phrase(scene: Scene) -> Command | None:
    """更正 1042 [旧单号] [承运商] 新单号, 1042单号 旧单号 错了，应该是 新单号; the last number is the right one."""
    if not scene.context.staff or scene.says(_ASKING):
        return None
    if _CORRECT.match(scene.core) is None and (not scene.says(RIGHTED) or scene.says(_LEAVING)):
        return None
    numbers = [mark.text for mark in scene.of(WaybillMark)]
    carriers = scene.of(CarrierMark)
    return CorrectWaybill(
        order_no=scene.order_nos[0] if scene.order_nos else None,
        parcel=numbers[0] if len(numbers) > 1 else None,
        carrier=carriers[-1].text if carriers else None,
        tracking_no=numbers[-1] if numbers else None,
    )
