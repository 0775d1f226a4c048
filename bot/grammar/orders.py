"""Orders: new ones, and repeats of earlier ones."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.grammar.amounts import gaps, merged, wanted
from bot.grammar.bargaining import bargain, uncertain
from bot.grammar.changes import changes_of
from bot.grammar.details import details_of
from bot.grammar.lines import pair
from bot.grammar.marks import CustomerMark, Mark, ProductMark, QuantityMark
from bot.grammar.numerals import NUMBER, small_number
from bot.grammar.scene import Scene
from bot.grammar.unknowns import wished_unknown, with_unknown_products
from domain.commands import PlaceOrder, Reorder, Wanted

_WISH = re.compile(
    r"下个?单(?!了|的|没|吗|流程|时间)|下一单|下Z|录(?:一|Z|个)?单?|开(?:一|个)?单|订货|订点货"
    r"|要点货|来点货|拿点货|进点货|要货|叫货|补货|补点货|进货|报货|采购|报单|要订|想订|要买|想买"
    r"|订购|预订|来点|要点|来些|要些|加急订"
    r"|^(?:我|我们|帮我|给我|再|想|还|请|那|就|也)*(?:要|订|来|拿|买|整|搞|需要|补|带)(?!求|是"
    r"|不要|不|紧|么|么样|了没)|(?:给我|帮我|我)(?:要|拿|来|订|留|备|发|送|下|整|买)"
    r"|P(?:我|再|先|帮我|给我|多)*(?:要|来|拿|订|下|补)(?:一)?(?:些|点|一些|一批)?(?=$|[,。!吧])"
    r"|有(?:的话)?就?(?:要|来|拿|订|发|下)|够的?话|(?<![a-z])(?:order|need|want|buy|purchase|send"
    r"|po|get me|require)(?![a-z])"
)
_BARE_WISH = re.compile(
    r"^(?:我|我们|想|要|需要|帮我|给我|请|给C|帮C|C|替C|你|能|可以|再|那|先|为C|吗|现在|马上"
    r"|i want to|i'd like to|i would like to|we'd like to|want to|can i|let me|to|please| )*"
    r"(?:下个?单|下一?单|下Z|订货|订点货|要点货|来点货|拿点货|进点货|要货|叫货|补货|补点货|进货"
    r"|报货|报单|采购|订东西|订点东西|买东西|买点东西|来一?批货|place an order|make an order"
    r"|order something|order|new order|开单|开个单|录个?单|录Z)"
    r"(?:吧|了|哈|啊|呀|给C|D|送|到|要)*$"
)
# “来20个” after a product was spoken of: which one is known from the dialogue, or asked.
_WISH_OF_IT = re.compile(
    r"(?:那就?|就|先|再|给我|帮我|我|也|麻烦)*+(?:要|来|拿|订|买|下|发)Q(?:吧|哈|啊|就行|先|D|送|到|,)*"
)
_NAMES_ONLY = re.compile(r"C?[,:]?P(?:[,、和跟\n]?P)*")
_PAST = re.compile(
    r"收到(?=Q|P|D)|发了(?!吗|没)|(?:收到|付|打|买|订|用|卖|送来|签收|拿|下|结|汇|转|到货|到|取|换"
    r"|发来)(?:过|了|完|好了)(?!没|吗|就|你|我|N)|上次买的|之前买的|挺好用|很好用|收到的|不错用"
    r"|好用|已收|已付|已到"
)
_STILL = re.compile(r"再来|再要|再订|再拿|再下|再给|再补|来Q|要Q|来P|要P|帮我|给我|订Q|下Q|需要|麻烦|还要|补Q")
_LIKE = r"(?:跟|和|同|按照?|照着?|像|与)"
_EARLIER = r"(?:上次那样|上次|上回|上一次|上一批|上批|上一?单|之前|以前|前面|上个月|上周)"
_ITS = r"(?:那?(?:单|订单|单子|货|清单|内容|数量|一样|那样|来|再来|下|复制|那张|那批|样|配置|原样|安排))"
_REORDER = re.compile(
    rf"照旧|老样子|老规矩|返单|翻单|{_LIKE}{_EARLIER}(?:的)?(?:{_ITS}|$|[,。!](?!价))|{_LIKE}D(?:的)?{_ITS}"
    rf"|{_LIKE}N(?:的|那单|那张)?(?:一样|再|来|下|复制|原样|内容|数量|货|做|安排)"
    r"|上次(?:的|那)?(?:单子?|订单|那单|那样|那些|那批|货)?(?:原样|一样|照样|再|复制|来一份)"
    r"|上次(?:订|买|要|拿|下)的(?:那些|那批|那单|货|东西)?(?:再|照样|原样|一样)|(?:还|再"
    r"|就)要上次(?:那些|那批|的)(?:货|东西|单)?"
    r"|(?:再|又)?来(?:一|Z|个)?(?:单|份|批)?(?:跟|和)?(?:上次|之前)?一样的|一模一样|重复(?:一下)?(?:上一?|一)(?:次|单|个|张|笔)"
    r"|复制(?:一下)?(?:N|上|Z)|N(?:的)?(?:再|照|原样|复制|重)(?:来|下|单|做|一|Z|复)|再照"
    r"|再(?:来|下)(?:Z|一?单)(?=$|[,。!;吧]|给C)|(?:再|重新)(?:来|下)(?:一|Z)(?:单|次|遍|份)(?!P|Q)"
    r"|原单|同上(?:次|单|回)|同样的?(?:再|来|单)|(?:再|重新)(?:订|买|下|来|要)Z?上次|还是(?:上次|那些|老|原)(?!价)"
    r"|(?<![a-z])(?:same (?:as|order)|repeat|reorder|re-order|same again|usual order|the usual|order again"
    r"|copy ?(?:N|(?:my |the )?last))"
)
_NOT_REORDER = re.compile(
    r"价.{0,4}上次|上次(?:的)?(?:价|单价|地址)|上次那个P|按上次的?价|再来(?:一|Z)?单P(?!不|去|改|换)"
)
_TIMES = re.compile(rf"(?P<n>{NUMBER})\s?(?:单|份|遍|次|倍|times)(?!价)|(?<=[\s\d])[x*]\s?(?P<x>\d{{1,2}})(?!\d)\s*$")


def create(scene: Scene) -> list[PlaceOrder] | None:
    """create_order: products with quantities, or an explicit wish; one order for each customer that is named."""
    marks = wished_unknown(scene) or with_unknown_products(scene)
    wish = scene.says(_WISH) or _BARE_WISH.search(scene.core) is not None
    if scene.says(_PAST) and not scene.says(_STILL) and not _BARE_WISH.search(scene.core):
        return None
    if any(isinstance(mark, QuantityMark) and "多少" in scene.text[mark.start : mark.end] for mark in marks):
        return None
    quantified = any(isinstance(mark, QuantityMark) for mark in marks) or not set(marks) <= set(scene.marks)
    products = any(isinstance(mark, ProductMark) for mark in marks)
    if products and (quantified or wish or _only_names(scene)):
        parts = _by_customer(scene, marks)
        money = bargain(scene) if len(parts) == 1 else uncertain(bargain(scene))
        return [replace(_order(scene, part), bargain=money) for part in parts]
    if not products and _BARE_WISH.search(scene.core):
        return [_order(scene, marks)]
    if not products and _WISH_OF_IT.fullmatch(scene.core) and not scene.context.draft:
        focus = scene.context.focus_sku
        return [_order(scene, (ProductMark(start=0, end=0, ids=(focus,) if focus else ()), *marks))]
    return None


def _only_names(scene: Scene) -> bool:
    """Whether somebody who orders says nothing but what; how many is asked."""
    context = scene.context
    ordering = context.role in ("customer", "sales") and context.draft is None and context.pending is None
    return ordering and _NAMES_ONLY.fullmatch(scene.core) is not None


def reorder(scene: Scene) -> Reorder | None:
    """reorder: the words of repetition, with changes said in the same breath."""
    if not scene.says(_REORDER) or scene.says(_NOT_REORDER):
        return None
    ops, asked = changes_of(scene)
    details, unclear = details_of(scene)
    customer, several = named_customer(scene)
    asked = {*asked, *({"date"} if unclear else ()), *({"customer"} if several else ())}
    times = _times(scene)
    return Reorder(
        order_no=scene.order_nos[0] if scene.order_nos else None,
        customer=customer,
        customer_candidates=several,
        ops=ops,
        times=times,
        details=details,
        bargain=bargain(scene),
        clarify=tuple(sorted(asked)),
    )


def _times(scene: Scene) -> int | None:
    match = _TIMES.search(scene.text)
    count = small_number(match["n"] or match["x"]) if match else None
    return count if count and 1 < count < 20 else None


def named_customer(scene: Scene, marks: Sequence[Mark] | None = None) -> tuple[str | None, tuple[str, ...]]:
    """The customer that is named, or the several that a name may mean."""
    for mark in scene.marks if marks is None else marks:
        if isinstance(mark, CustomerMark) and _is_meant(scene, mark):
            return (mark.ids[0], ()) if len(mark.ids) == 1 else (None, mark.ids)
    return None, ()


def _is_meant(scene: Scene, mark: CustomerMark) -> bool:
    """A customer who writes 小李 addresses a person; staff who do name a customer."""
    if scene.context.staff or mark.end - mark.start > 2:
        return True
    before = scene.text[max(0, mark.start - 3) : mark.start]
    return re.search(r"给|替|我是|我们|这里是|这边|客户|for ?$", before) is not None


def _by_customer(scene: Scene, marks: tuple[Mark, ...]) -> list[tuple[Mark, ...]]:
    """The marks of each order, when one message orders for several customers."""
    heads = [mark for mark in marks if isinstance(mark, CustomerMark)]
    if len({mark.ids for mark in heads}) < 2:
        return [marks]
    goods = [mark.start for mark in marks if isinstance(mark, ProductMark | QuantityMark)]
    if not goods or heads[-1].start < goods[0]:
        return [tuple(mark for mark in marks if mark not in heads or mark == head) for head in heads]
    if heads[0].start < goods[0]:
        bounds = [0, *(mark.start for mark in heads[1:]), len(scene.text) + 1]
    else:
        bounds = [0, *(mark.end for mark in heads[:-1]), len(scene.text) + 1]
    parts = [tuple(mark for mark in marks if start <= mark.start < end) for start, end in pairwise(bounds)]
    return [part for part in parts if any(isinstance(mark, ProductMark) for mark in part)] or [marks]


def _order(scene: Scene, marks: Sequence[Mark]) -> PlaceOrder:
    lines = lines_of(scene, marks)
    details, unclear = details_of(scene, marks)
    customer, several = named_customer(scene, marks)
    asked = {gap for line in lines for gap in gaps(line, scene.lexicon)} | ({"date"} if unclear else set())
    if not lines:
        asked.add("lines")
    if several or (scene.context.staff and customer is None):
        asked.add("customer")
    return PlaceOrder(
        customer=customer,
        customer_candidates=several,
        lines=lines,
        details=details,
        clarify=tuple(sorted(asked)),
    )


def _since(scene: Scene, marks: Sequence[Mark]) -> int:
    """Where the words of some of the marks begin: the words of another customer's order do not count."""
    return 0 if not marks or marks[0] in scene.marks[:1] or not scene.marks else marks[0].start


def lines_of(scene: Scene, marks: Sequence[Mark]) -> tuple[Wanted, ...]:
    """The order lines among some marks, the same product added up."""
    lines = [wanted(item, scene.lexicon) for item in pair(scene.text, marks, since=_since(scene, marks))]
    generic = [set(line.candidates) for line in lines if line.sku is None and line.qty is None]
    named = {line.sku for line in lines if line.sku}
    doubled = [group for group in generic if group & named]
    kept = [line for line in lines if not (line.sku is None and line.qty is None and set(line.candidates) in doubled)]
    return merged(kept, scene.lexicon)
