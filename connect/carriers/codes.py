"""Carriers by every name they go by, and what the return codes of carrier services mean. Data only."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.errors import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier (快递公司): its short name for people, its codes at 快递100 and 快递鸟, and other names."""

    name: str
    kuaidi100: str
    kdniao: str = ""
    aliases: tuple[str, ...] = ()
    asks_phone: bool = False


CARRIERS = (
    Carrier("顺丰", "shunfeng", "SF", ("顺丰速运", "顺风", "sf express"), asks_phone=True),
    Carrier("中通", "zhongtong", "ZTO", ("中通快递",), asks_phone=True),
    Carrier("圆通", "yuantong", "YTO", ("圆通速递", "圆通快递", "yt")),
    Carrier("申通", "shentong", "STO", ("申通快递",)),
    Carrier("韵达", "yunda", "YD", ("韵达快递", "韵达速递")),
    Carrier("极兔", "jtexpress", "JTSD", ("极兔速递", "j&t", "jt")),
    Carrier("京东", "jd", "JD", ("京东物流", "京东快递")),
    Carrier("EMS", "ems", "EMS", ("邮政ems", "邮政特快")),
    Carrier("邮政", "youzhengguonei", "YZPY", ("邮政包裹", "邮政快递", "中国邮政")),
    Carrier("邮政标快", "youzhengbk", "YZBK"),
    Carrier("德邦", "debangkuaidi", "DBL", ("德邦快递", "deppon")),
    Carrier("德邦物流", "debangwuliu", "DBL"),
    Carrier("百世", "huitongkuaidi", "HTKY", ("百世快递", "百世汇通", "汇通")),
    Carrier("宅急送", "zhaijisong", "ZJS"),
    Carrier("优速", "youshuwuliu", "UC", ("优速快递", "优速物流")),
    Carrier("安能", "annengwuliu", "ANE", ("安能物流", "安能快递")),
    Carrier("跨越", "kuayue", "KYSY", ("跨越速运", "ky")),
    Carrier("顺丰快运", "shunfengkuaiyun", asks_phone=True),
    Carrier("京东快运", "jingdongkuaiyun"),
    Carrier("中通快运", "zhongtongkuaiyun", "ZTOKY"),
    Carrier("丹鸟", "danniao", aliases=("丹鸟快递",)),
)


def carrier_named(text: str) -> Carrier | None:
    """The carrier behind a short name, an alias or the code of either service, however it is written."""
    return _BY_NAME.get(_folded(text))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _by_name() -> dict[str, Carrier]:
    found: dict[str, Carrier] = {}
    for carrier in CARRIERS:
        for name in (carrier.name, carrier.kuaidi100, carrier.kdniao, *carrier.aliases):
            found.setdefault(_folded(name), carrier)
    found.pop("", None)
    return found


_BY_NAME = _by_name()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a return code tells us to do, in the words of ``DeliveryFailed``."""

    kind: str
    permanent: bool = False
    retry_after: timedelta | None = None


def failed(code: str, table: Mapping[str, Meaning], otherwise: Meaning) -> DeliveryFailed:
    """The failure that a return code stands for; ``otherwise`` is what an unknown one means."""
    known = table.get(code, otherwise)
    return DeliveryFailed(code or "no code", permanent=known.permanent, retry_after=known.retry_after, kind=known.kind)


_CONFIG = Meaning("config", permanent=True)
_REFUSED = Meaning("content", permanent=True)

# 快递100, "订阅接口" and "实时查询接口": 501 of a subscription is no failure, 500 of a query is "nothing known yet".
KUAIDI100_SUBSCRIBE = {
    "408": _REFUSED,
    "500": Meaning("transient", retry_after=timedelta(minutes=5)),
    "600": _CONFIG,
    "601": _CONFIG,
    "700": _REFUSED,
    "701": _REFUSED,
    "702": _REFUSED,
}
KUAIDI100_QUERY = {
    "400": _CONFIG,
    "408": _REFUSED,
    "501": Meaning("transient", retry_after=timedelta(minutes=5)),
    "502": Meaning("throttled", retry_after=timedelta(minutes=30)),
    "503": _CONFIG,
    "601": _CONFIG,
}
KUAIDI100_UNKNOWN = Meaning("transient", retry_after=timedelta(minutes=30))

# 快递100 names the status of a node in words when it gives no code (resultv2=1).
KUAIDI100_STATUS = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "转单": "7",
    "清关": "8",
    "拒签": "14",
}

# 快递鸟 has no codes: what it says in ``Reason`` is all there is.
KDNIAO_REASONS = (
    ("没有可用套餐", _CONFIG),
    ("套餐", _CONFIG),
    ("非法参数", _CONFIG),
    ("余额", _CONFIG),
    ("ShipperCode", _REFUSED),
    ("快递公司", _REFUSED),
    ("手机", _REFUSED),
    ("CustomerName", _REFUSED),
    ("单号", _REFUSED),
    ("频", Meaning("throttled", retry_after=timedelta(minutes=30))),
)
