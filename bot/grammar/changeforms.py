"""The phrases in which people change an order, as an ordered table over the skeleton; see changes for their meaning."""

import re

_P = r"(?:P(?:的)?(?:(?:[、和,跟与]|and)?P(?:的)?){0,20})"
_TO = (
    r"(?:数量)?(?:都|各|全部|全都|还是|就|也|再|给我|帮我)?(?:改成|改为|改到|改做|改|变成|变为|调成"
    r"|调到|调整为|调整到|调为|换成|换|更新为|更正为|设为|加到|增加到|增到|加至|减到|减少到|减至|降到"
    r"|只要|只需要?|只来|要|就|to|=|→|->|changed? to|set to)"
)
_GOT = "[加来补要添订]Q"
_OUT = (
    r"(?:的)?(?:这个|这款|那个|全部|都|就|先|也|还是|帮我|给我)*(?:不要|不用|不需要|去掉|删掉|删|删除|取消|不订|拿掉|撤掉"
    r"|撤|撤销|算|免)(?:了|掉|吧)?"
)
CHANGE_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("replace", r"(?:把|将|不要|replace|change|swap)?(?P<old>P)(?:的|都|全部|全)*(?:(?:不要|取消|去掉"
            r"|删掉)了?)?,?(?:换成"
            r"|换为|换做|替换成|替换为|改成|改为|改|换|→|->|with|to|for|要"
            r"|用)(?P<new>Q?的?P(?:Q)?)(?!Q)"),
        ("remove", rf"(?:去掉|删掉|删除|删去|删了|不要|取消|撤掉|拿掉|减掉|去除|划掉|剔除|不用|remove|delete"
            rf"|drop|cancel|no)(?:了| ?the)?(?P<gone>{_P})(?:了|这个|这行|那个|from|行)?(?!Q|要|改|换)"),
        ("remove", rf"(?:把|将)?(?<!{_GOT})(?P<gone>{_P}){_OUT}(?=$|[,。!;\n吧了]|P|再|,|加|换)"),
        # 要3箱T10不要了 takes T10 out; 加3箱T10 去掉M25 takes out M25.
        ("remove", rf"(?<={_GOT})(?P<gone>P){_OUT}(?=$|[,。!;\n吧再加换]|了(?!P))"),
        ("mul", rf"(?P<gone>{_P})?(?:数量|全部|都|的数量|每样|整单|所有)*(?:再)?(?P<double>翻倍|翻一?番"
            rf"|翻一倍|加倍|双倍|加一倍|乘以?2|double[d]?)|(?:double|halve)(?P<gone2>P)"
            rf"|(?P<gone3>{_P})?(?:数量|全部|都|的数量)*(?P<half>减半|对半|砍半|减一半|减少一半"
            rf"|halved?)"),
        ("price", rf"(?P<gone>{_P})(?:的)?(?:单价|价格|价)?(?:都)?(?:按|改成|改为|改|调成|调到|算|给|to|at"
            rf"|是)*(?P<price>M)(?!Q)"),
        ("sub", rf"(?P<gone>{_P})(?:的)?(?:数量)?(?:各|都|再|每样|分别)*"
            r"(?:少|减少|减|扣掉?|去掉|去|退|减掉|少要|少来|少拿|less"
            r"|minus)(?:要|了|去|掉|个)?(?P<amount>Q)|(?:少|减少|减|扣|退|减掉|remove|less|minus"
            r"|reduce)(?:要|来|掉|拿|by)?(?P<amount2>Q)(?:of|的)?(?P<gone2>P)|(?:少|减少|减|扣"
            r"|reduce)(?:要|来|掉|拿)?(?P<gone3>P)(?:by)?(?P<amount3>Q)"),
        ("set", rf"(?P<amount2>Q)(?:instead of|rather than|而不是)Q(?:for|of|的)?(?P<gone2>P)|(?:把|将"
            rf"|change|make|set|update)?(?P<gone>{_P})(?:的)?{_TO}(?:成|为|到"
            rf"|一下)?(?P<amount>Q)(?!P(?!Q))"),
        ("add", rf"(?P<gone>{_P})(?:的)?(?:各|都|每样|分别)?"
            r"(?:再|多|加|追加|还要|还|另外|补|增加)+(?:来|要|加|拿|订|补|上"
            rf"|个)*(?P<amount>Q)(?!P)"),
        ("vague", rf"(?:把|将)?(?P<gone>{_P})(?:的)?(?:数量)?(?:再)?(?:改|调|要|来)?(?:一下|下|少|多|加"
            rf"|减)+(?:一点|一些|点|些|数量|量)*(?=$|[,。!;吧哈呢]|可以)|(?:改|调整?)(?:一下"
            rf"|下)?(?P<gone2>P)(?:的)?数量"),
        ("replace_focus", r"(?:换成|改成|改为|换|改要)(?P<new>P(?:Q)?)(?!Q)"),
        ("restate", r"不是(?P<was2>Q),?(?:而)?(?:是|要)(?P<amount2>Q)(?!P)|(?:把|从)?(?P<was>Q)(?:改成|改为"
            r"|换成|变成|改到|to)(?P<amount>Q)(?!P)"),
        ("set_focus", r"^(?:我?要|来|给我|就)?(?P<amount2>Q)(?:吧|就行|就好|就可以|即可|就够了)?$"
            r"|(?:数量)?(?:改成|改为|改到|改|变成|调成|调到|调整为|换成|加到|增加到|减到|只要|就要"
            r"|还是要?|make it|change to|change it to)(?P<amount>Q)(?!P)"),
        ("sub_focus", r"(?:少|减少|减|扣)(?:要|来|掉|拿)?(?P<amount>Q)(?!P)"),
        ("add_focus", r"(?:再|多|加|还|另外|追加|再多|再加)(?:来|要|加|拿|订|补|给我|上)*(?P<amount>Q)(?!P)"),
    )
)  # fmt: skip
