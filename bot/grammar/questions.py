"""Questions: stock, price, orders and reports, told apart by their words and by who asks."""

import re

from bot.grammar.marks import CustomerMark, QuantityMark
from bot.grammar.orders import named_customer
from bot.grammar.reports import LISTED, WHICH, period_of
from bot.grammar.scene import Scene
from domain.commands import NotUnderstood, QueryOrder, QueryPrice, QueryStock

_STOCK = re.compile(
    r"库存|有货|现货|存货|还有(?:没有)?(?:货|吗|不|么|没|多少|Q|吧|几)|有没有|有(?:吗|么|没"
    r"|不)(?=$|[,。?!呀啊])|有吗|还剩|剩(?:余|下)?(?:多少|Q|几)|够不够|够吗|够(?:Q|\S)?(?:吗|不)"
    r"|缺货(?:吗|了吗|没)|断货(?:吗|了吗|没)|货(?:够|足|全)(?:吗|不)|到货(?:了)?(?:吗|没)"
    r"|什么时候(?:能)?(?:有|到货|补货|来货)|还能(?:订|买|拿)"
    r"|供应(?:吗|得上)|(?<![a-z])(?:stock|available|availability|in stock|inventory|do you have"
    r"|have any|got any|how many.{0,12}left|any left)(?![a-z])|有Q(?:吗|么|没|不)|有P(?:吗|么|没有"
    r"|没|不|卖|$)"
)
_STOCK_ONLY = re.compile(r"库存|存货|现货|stock|inventory")
_UNNAMED_STOCK = re.compile(
    r"[\u4e00-\u9fffa-z0-9]{0,10}?(?:还有|有|有没有)?(?:货|现货|库存)(?:吗|么|没|没有|不|啊|多少|还有多少)"
)
_UNNAMED_PRICE = re.compile(
    r"(?:这个|那个|它|一?[个箱盒包]|Q|那|是|要|现在|的)*+(?:多少钱?|什么价格?|怎么卖|价格|单价"
    r"|几块钱?)(?:一?[个箱盒包]|Q|呢|啊|呀|多少)*|how much"
)
_PRICE = re.compile(
    r"多少钱|什么价|啥价|价格|价钱|单价(?!M)|报价|报个价|怎么卖|咋卖|怎么算|几块|几钱|几毛|几元"
    r"|多少一|多少元|多少块|贵不贵|贵吗|最低价|优惠价|批发价|底价|折扣|最低多少|优惠(?:吗|没|不|多少|点吗)|打折(?:吗|不)|几折|便宜(?:点|多少)?(?:吗|不)"
    r"|(?:什么|啥)行情|价目|(?<![a-z])(?:how much|price|prices|quote|quotation|cost|costs"
    r"|rate)(?![a-z])"
)
_PRICE_LIST = re.compile(r"\s*(?:价格表|价目表)\s*[:,]?\s*(?P<name>[^\s,。?]{1,32})\s*")
_PRICED_ORDER = re.compile(
    r"价格?.{0,3}(?:照|跟|同|改|调)|按.{0,6}价|(?:上次|老|原)价(?:格)?|价格.{0,4}(?:不变|照旧|按)|M|单价Q|价格Q"
)
_WANTS_THEN = re.compile(
    r"(?:有|够|行|可以)?的?话|就(?:要|来|订|拿|下|发|给)|帮我下|我(?:就)?要Q|来Q|来P|给我|下(?:了|单)|就行|订Q|then"
)
_HOLDS = re.compile(r"有.{0,6}(?:吗|没|不).{0,3}(?:要|来|订|拿)Q|(?:要|来|订|拿)Q")

_ABOUT = (
    r"到哪|哪里|哪儿|哪了|物流|状态|进度|进展|发货|发出|发了?没|发了吗|发走|什么时候|啥时候|何时"
    r"|多久|几时|几号|几点|哪天|到了?(?:吗|没)|能到|会到|收到(?:吗|没)|谁|里面|里头|有啥|内容|明细"
    r"|详情|清单|审批|审核|批了|批下|怎么样|咋样|怎样|如何|查|看|跟踪|追踪|单号|快递|eta"
    r"|status|where|ship|track|when|arriv|deliver|update|what|how|detail|has|is|was|did|情况|消息"
    r"|处理|安排|签收|在途|完成|好了|走到|下单人|多少|几|哪|开票|收款"
)
_ORDER_NAMED = re.compile(_ABOUT)
_GOODS = r"(?:货物?|订单|单子?|快递|包裹|物流|东西|件|order|orders|shipment|package|parcel|goods|delivery)"
_ORDER_WORDS = re.compile(
    rf"{_GOODS}.{{0,10}}(?:到哪|哪里|哪儿|哪了|发了?没|发了吗|发货了?(?:吗|没)|发出(?:了)?(?:吗|没)"
    rf"|到了?(?:吗|没)|什么时候|啥时候|何时|多久|几时|几号|几点|哪天|状态|进度|进展|情况|审批|审核"
    rf"|批了|怎么样|咋样|能到|会到|在途|呢|明细|详情|怎么还|多少|几[张个]|有哪些|都有|处理)"
    rf"|(?:查|看|查询|跟踪|追踪|了解|问)(?:一?下|看|查|询)?(?:我的?|我们的?|下|C的?|D的?|一下"
    rf"|最近的?|那|这|个|上次的?|全部|所有)*{_GOODS}|^(?:查单|查订单|订单查询|物流查询|查物流"
    rf"|查快递|我的订单|我的单|我的货|订单|物流|快递|进度|催单|催货|催一?下|历史订单|最近订单"
    rf"|订单列表|订单状态|订单记录|myorders?|my orders?|order status|tracking)$"
    r"|怎么(?:还|都)?(?:不|没|没有)(?:发|到|送|来|出货)|(?:为什么|为啥|为何)(?:还|都)?(?:不|没|没有)(?:发(?!票)|到(?!账|帐)|送|出货)|还(?:没|不)(?:发货?|到货?|送到?|收到"
    r"|来)(?!再)|(?:^|[货单件我们的还都底DCPN,里])(?:发货了?(?:吗|没)|发了(?:吗|没)|寄出?了?(?:吗"
    r"|没))|(?:^|[货单件我们的还都底DCPN,里你概约问般]|物流)(?:什么时候|啥时候|几时|何时|多久|几天"
    r"|几号|几点|哪天|多长时间)(?:能|才|可以|会|给)?(?:发|到|送|出货|收到|交货|来|给|寄)|到哪(?:里"
    r"|儿)?了|(?:^|[货单件我们的还都底DCPN,里])到了(?:吗|没)|快递单号|物流单号|运单号|物流(?:信息"
    r"|到|怎么|呢|更新)|催(?:一下|下|催)?(?:发货|货|单|物流|进度)"
    rf"|(?:几|多少|哪些|什么)(?:个|张|笔|Z)?(?:订单|单|单子|货).{{0,8}}(?:没|未|还|在|待|没有|了)"
    rf"|(?:我|我们|咱).{{0,4}}(?:D|上次|最近|昨天|这个月|之前|总共|一共|目前|现在)?.{{0,6}}(?:下了"
    rf"|订了|买了|拿了|要了|订过|下过|买过|订的|下的|买的).{{0,8}}(?:吗|呢|多少|几|什么|啥|哪些|没)"
    rf"|(?:上次|D|最近|上一单)(?:我)?(?:订|下|买|要|拿)(?:了|的|过)(?:是)?(?:什么|啥|哪些|多少)"
    rf"|有(?:哪些|多少|几|什么)(?:Z|个|张|笔)?(?:在途|未完成|没完成|待发|没发|没到"
    rf"|未发)?(?:的)?(?:订单|单子?)"
    r"|(?<![a-z])(?:where(?:'s| is| are)|has|have|when will|when does|status of"
    r"|track)(?![a-z]).{0,20}(?:order|ship|arriv|goods|package|deliver|parcel)|my (?:order|orders"
    r"|shipment|delivery|package)|order status|^订单$|(?:未完成|没完成|未发货?|没发货?|在途"
    r"|待收货?|进行中)的?(?:订单|单子?)|^(?:都|货)?到货了(?:吗|没)|(?:快点|赶紧"
    r"|抓紧)(?:给我)?(?:发货|送货)$|(?:最近|最新)(?:的)?(?:Z|一单|那单|一张).{0,4}(?:谁|什么|情况"
    r"|到哪|怎么)|上(?:一|Z|个)?单|^(?:我的?|我们的?)?(?:最近"
    r"|近期)(?:的)?(?:订单|单子?)|^(?:我的?)?D?(?:能|会|可以|可)(?:不能|不会)?(?:到|送到?|发货?"
    r"|收到|交货?|出货)(?:货)?(?:吗|不|么|得)|那单(?:怎么样|呢)|(?:那|这)(?:张|个|单|批|票)(?:单"
    r"|订单|货)?.{0,6}(?:到哪|怎么样|呢|发|审|批|什么时候|到了)"
)
_WONDERING = re.compile(r"[?？]|吗|没(?!货|有货|法)|呢|怎|什么|啥|多少|几|谁|是不是")
_WHY = re.compile(r"为什么|为啥|为何|(?:怎么|咋)(?:还|都)?(?:不|没)|卡在|why")
_NUMBER_ALONE = re.compile(
    r"(?:订单编?号?|单号|查单|查询|查|看|下|一下|帮我|请|单子?|order|no|[N#,、和的号张那:.])++(?:呢|啊|吗)?"
)
_BARE_ORDER = re.compile(
    r"\s*+(?:看一?下?|看看|查一?下?|查查)?\s*+#?(?P<n>\d{4,8})\s*+(?:号|的|这|那|张|单|订单)*\s*+"
    r"(?:详情|明细|内容|(?:是|现在|什么|啥|的)*(?:状态|情况)|怎么样了?|如何了?)?\s*+[?。.!]?\s*+"
)
_LINES = re.compile(r"P[:*x要来订拿-]*Q|QP")
_ORDERING = re.compile(r"下单(?!了|的)|[要订来拿](?:Q|P)")
_ASKED = re.compile(r"[?？]|吗|没|什么|何|几|多久|哪|怎么")


def query_stock(scene: Scene) -> QueryStock | None:
    """query_stock: whether products are there; a question that leads into an order is none."""
    if not scene.says(_STOCK) or (_leads_to_order(scene) and not _pure(scene)):
        return None
    focus = scene.context.focus_sku
    if scene.skus and not scene.order_nos:
        return QueryStock(skus=scene.skus)
    if not scene.has("PNC") and _UNNAMED_STOCK.fullmatch(scene.core):
        return QueryStock(skus=(focus,)) if focus else QueryStock(clarify=("product",))
    if not scene.has("PN") and re.search(
        r"^(?:我想|帮我|请|麻烦)?(?:查|看|问)?(?:一?下|询)?(?:P)?库存(?:查询|多少|情况)?$|^stock$|^库存$", scene.core
    ):
        return QueryStock()
    return None


def _pure(scene: Scene) -> bool:
    return not scene.says(_HOLDS) and not re.search(r"的话|就(?:要|来|订|拿|下|发|给)|帮我下|下单|下了", scene.skeleton)


def _leads_to_order(scene: Scene) -> bool:
    return scene.says(_WANTS_THEN) and scene.has("Q")


def query_both(scene: Scene) -> list[QueryStock | QueryPrice] | None:
    """Stock and price of the same products in one breath (A100有货吗，多少钱)."""
    found = _STOCK.search(scene.skeleton), _PRICE.search(scene.skeleton)
    stock, price = query_stock(scene), query_price(scene)
    if not (found[0] and found[1] and stock and price and stock.skus):
        return None
    return [stock, price] if found[0].start() < found[1].start() else [price, stock]


def query_price(scene: Scene) -> QueryPrice | None:
    """query_price, also when it names a quantity."""
    if not _PRICE.search(scene.text) or scene.says(_PRICED_ORDER) or scene.order_nos:
        return None
    quantities = scene.of(QuantityMark)
    first = quantities[0] if quantities else None
    if scene.skus:
        customer, _ = named_customer(scene) if scene.context.staff else (None, ())
        qty, unit = (first.qty, first.unit) if first else (None, None)
        return QueryPrice(skus=scene.skus, qty=qty, unit=unit, customer=customer)
    named = _PRICE_LIST.fullmatch(scene.text) if scene.context.staff else None
    if named is not None:
        return QueryPrice(price_list=scene.normal.quote(*named.span("name")).upper())
    if re.search(
        r"^(?:有|给我|发|发我|看|查|要|最新的?|一?份|个|下|一下|你们的?|Q|的)*(?:报价单?|价格表?"
        r"|价目表|价钱|报个价|price ?list|quotation)(?:吧|给我|多少|呢)*$",
        scene.core,
    ):
        return QueryPrice()
    focus = scene.context.focus_sku
    return QueryPrice(skus=(focus,)) if focus and not scene.has("PC") and _UNNAMED_PRICE.fullmatch(scene.core) else None


def query_order(scene: Scene) -> list[QueryOrder] | None:
    """query_order: named orders that are asked about or stand alone, or words about one's goods."""
    if scene.order_nos:
        if _NUMBER_ALONE.fullmatch(scene.core) or scene.says(_ORDER_NAMED) or _WONDERING.search(scene.text):
            return [QueryOrder(order_no=number, why=scene.says(_WHY)) for number in scene.order_nos]
        return None
    if _LINES.search(scene.skeleton) and (_ORDERING.search(scene.skeleton) or not _asks_about_goods(scene)):
        return None
    if not scene.says(_ORDER_WORDS) and not (scene.context.staff and scene.of(CustomerMark) and scene.says(WHICH)):
        return None
    customer, several = named_customer(scene)
    return [
        QueryOrder(
            customer=customer,
            customer_candidates=several,
            skus=scene.skus,
            period=period_of(scene) if scene.says(LISTED) else None,
            clarify=("customer",) if several else (),
            why=scene.says(_WHY),
        )
    ]


def bare_order(scene: Scene) -> QueryOrder | NotUnderstood | None:
    """1001, 看1001, 1001 什么状态: the digits of an order, where no draft and no question about an amount is open.

    Digits alone are one only if there is such an order.
    """
    context = scene.context
    open_gap = context.pending is not None and context.pending.kind.startswith("ask_")
    match = None if context.draft is not None or open_gap or scene.has("P") else _BARE_ORDER.fullmatch(scene.text)
    if match is None:
        return None
    alone = match["n"] == scene.text.strip(" ?。.!")
    return NotUnderstood(order_no=match["n"]) if alone else QueryOrder(order_no=match["n"])


def _asks_about_goods(scene: Scene) -> bool:
    """Whether a question stands in the clause of the goods; behind an order it only asks when that will come."""
    clauses = re.split(r"[,;。!\n]", scene.skeleton)
    return any(_ASKED.search(clause) for clause in clauses if "P" in clause)
