"""Figures: reports that staff ask for, and counts that customers ask of their own orders."""

import re

from bot.grammar.marks import DateMark
from bot.grammar.orders import named_customer
from bot.grammar.scene import Scene
from domain.commands import QueryOrder, Report
from domain.values import Period

_OWN_COUNT = re.compile(r"(?:多少|几)(?:个|张|笔|Z)?(?:订单|单|货|钱)?|订单(?:数|量)|采购额|消费|总额|累计|花了")
_METRICS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (metric, re.compile(words))
    for metric, words in (
        ("on_time", r"(?:准时|按时|及时)(?:交付|交货|到货|送达|发货|达成)?(?:率|比例|的?比率)"
            r"|on.?time rate|(?<![a-z])otd(?![a-z])"),
        ("touchless", r"免审率?|免人工|自动(?:通过|审核)(?:率|比例|的?比率)|直通率|touchless"),
        ("top_products", r"卖得?(?:最|比较)(?:好|多|火|快)|最好卖|最畅销|畅销|热销|热卖|爆款|爆品|(?:销量|销售|产品"
            r"|商品|品类)(?:额)?(?:的)?(?:前|排名|排行|榜|top)|排行榜?|top\s?Z?Q?\d*|best.?sell"
            r"|top products|哪些?(?:产品|商品|货|个)?(?:卖|销).{0,4}最|什么(?:产品|商品|货)?(?:卖"
            r"|销).{0,3}(?:好|多)"),
        ("low_stock", r"缺货|低库存|库存(?:不足|预警|告急|偏低|低|不够|紧张|报警|少)|快(?:没|断)(?:货|了)|断货"
            r"|(?:要|该|需要?)补货|补货(?:清单|提醒|列表)|安全库存|没货|low (?:on )?stock|out of stock"
            r"|shortage|running low|库存.{0,4}(?:哪些|什么).{0,4}(?:低|少|不)"),
        ("pending_approval", r"(?:待|等|没|未|需要?|还要|要|等着|等待|没有)(?:我)?(?:审|批|处理审)(?:批|核|的)?|待审"
            r"|未审|没审|没批|未批|审批(?:列表|队列|中)|pending (?:approval|review)|awaiting approval"
            r"|to approve|卡在审"),
        ("pending_shipment", r"(?:没|未|待|等|还没|没有|等着|等待|需要?|要)(?:有)?(?:发货?|出货|出库|发出|发的|配货"
            r"|交货)|未交|没交付|欠货|积压|pending ship|unshipped|not shipped|to ship|not yet shipped"
            r"|backlog"),
        ("receivable", r"应收|欠款|欠(?:了|我们|我|着)?(?:多少|钱|款|几)|(?:没|未)(?:付|收|回|结)(?:款|钱|的|清)?"
            r"|账款|回款|欠账|赊账|逾期|尾款|没结|receivable|outstanding|overdue|owes?|unpaid"),
        ("weekly", r"周报|每周(?:汇总|总结|小结|报表)|weekly report"),
        ("daily", r"日报|每日|日结|(?:今天|今日|D)(?:的)?(?:汇总|总结|情况|概况|报表|数据|小结|简报|经营"
            r"|运营|业务)|daily|汇总一下今|今天怎么样|简报|summary of today|today's (?:report|summary)"),
        ("shipments", r"出货|出了(?:多少|几|Q)|发货(?:量|了?多少|情况|统计|数|Q|几|总)|发了(?:多少|Q|几)|出库"
            r"|发出(?:去)?(?:了)?(?:多少|几)|发多少|shipments?|shipped|发运"),
        ("orders", r"(?:多少|几)(?:张|个|笔|Z)?(?:新)?(?:订单|单子?)|订单(?:数|量|总数|统计|汇总|情况|报表"
            r"|多少|有多少)|下了(?:多少|几)(?:单|张|个|笔)|接了(?:多少|几)|新(?:增)?订单|新单|单量"
            r"|how many orders|orders? (?:count|today|this|last|number)|number of orders|Q单"),
        ("sales", r"销售|卖了|卖出|业绩|营业额|销量|成交|流水|订了(?:多少|Q|几)|买了(?:多少|Q|几)"
            r"|拿了(?:多少|几|Q)|要了多少|下了(?:多少|几)(?:钱|货|金额)|进账|收入|营收|金额|采购了多少"
            r"|进了多少|sales|revenue|turnover|sold|gmv|毛利|利润|采购额"),
    )
)  # fmt: skip
_LOOSE = ("shipments", "orders", "sales")
_REPORTING = re.compile(
    r"报表|统计|汇总|多少|几|哪些|哪几|排行|排名|情况|怎么样|如何|额|量|清单|列表|report|how many"
    r"|how much|数据|业绩|应收|欠|日报|周报|top|sales|看|查|有什么|有啥|了没|没有|预警|列|today|this"
    r"|last|summary|receivable|简报|还有|发我|低|缺货|待|未|没|畅销|热销|[?？]|D|销量|pending"
    r"|unshipped"
)
WHICH = re.compile(
    r"(?:哪些|哪几|什么|列表|明细|记录|到哪|哪里|状态|进度|审批|审核过|批了|发了?(?:没|吗)"
    r"|发货了?(?:没|吗)|到了?(?:没|吗)|什么时候|最近的?订单|的订单$|的单子?$|怎么样了|物流)"
)
LISTED = re.compile(
    r"(?:哪些|几|多少|列表|明细|记录|有什么|全部|所有)(?:个|张|笔|Z)?(?:的)?(?:订单|单|单子|货)"
    r"|(?:订单|单子?)(?:有)?(?:哪些|几|多少|列表|明细|记录)|D(?:的)?(?:订单|单子?|订货|采购)(?:$"
    r"|有|记录|明细)|(?:下|订|买|拿)(?:了|过|的)(?:多少|几|哪些|什么|啥)"
)


_PAST = re.compile(
    r"(?:请|帮|给|我们?|查|看|问|一下|一?下|C|的)*D(?:C|我们?)?的?(?:全部|所有|历史)?(?:P的?)?(?:订单|单子?|订货|采购)(?:记录|列表|明细|情况)?"
)
_BOUGHT = re.compile(r"[买订拿进采].{0,3}(?:多少|几)")


def report(scene: Scene) -> Report | None:
    """report: figures that staff ask for."""
    metric = _metric(scene)
    if not scene.context.staff or metric is None or scene.order_nos:
        return None
    if (metric in _LOOSE or (scene.has("P") and metric != "on_time")) and not scene.says(_REPORTING):
        return None
    customer, _ = named_customer(scene)
    if customer and scene.says(WHICH) and not re.search(r"多少|几|额|量|应收|欠", scene.skeleton):
        return None
    period = period_of(scene)
    return Report(metric=metric, period=period, customer=customer, skus=scene.skus)


def _metric(scene: Scene) -> str | None:
    return next((metric for metric, words in _METRICS if words.search(scene.skeleton)), None)


def own_count(scene: Scene) -> QueryOrder | None:
    """A customer who asks for figures asks about the own orders."""
    if (
        scene.context.staff
        or not _metric(scene)
        or not scene.says(_OWN_COUNT)
        or _metric(scene) in ("low_stock", "top_products")
    ):
        return None
    return QueryOrder(skus=scene.skus, period=period_of(scene) if scene.says(LISTED) else None)


def past_orders(scene: Scene) -> QueryOrder | None:
    """上个月订单, A100今年买了多少: what was ordered within some days."""
    period = period_of(scene)
    if period is None or scene.order_nos or not (_PAST.fullmatch(scene.core) or _asks_bought(scene.core)):
        return None
    customer, several = named_customer(scene) if scene.context.staff else (None, ())
    if several or (scene.context.staff and not _PAST.fullmatch(scene.core)):
        return None
    return QueryOrder(customer=customer, skus=scene.skus, period=period)


def _asks_bought(core: str) -> bool:
    """A product anywhere, and behind a date how much of it was bought."""
    day = core.find("D")
    return "P" in core and day >= 0 and _BOUGHT.search(core, day) is not None


def period_of(scene: Scene) -> Period | None:
    """The days asked about; a period that still runs ends today."""
    found = [mark.mention.period for mark in scene.of(DateMark) if mark.mention.period]
    if not found:
        return None
    start, end = found[0].start, found[0].end
    return Period(start, scene.today if start <= scene.today < end else end)
