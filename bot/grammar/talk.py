"""Everything that is not about goods: yes and no, help, a person wanted, greetings."""

import re

from bot.grammar.courtesy import EMOJI
from bot.grammar.phrases import GREETINGS, NO, PARTICLES, THANKS, YES
from bot.grammar.scene import Scene
from domain.commands import Command, Confirm, Deny, HandOff, Help, SmallTalk


def _longest_first(words: str) -> str:
    """An alternation in which no word is cut short by another, so that loops over it need no second thoughts."""
    return "|".join(sorted(words.split("|"), key=len, reverse=True))


# Decoration that says neither yes nor no may stand between words of agreement.
_STICKER = r"\[(?!ok|强|弱|thumbs|好|对|no|不)[^\[\]\d]{1,6}\]"
_GLUE = rf"(?:{PARTICLES}|{_STICKER}|那(?=[不很好行])|[\s,.。!;、~:?-]|(?![👎🙅❌🚫👌👍✅💯🆗🤝]){EMOJI})*+"
_YES = re.compile(rf"{_GLUE}(?:(?:{_longest_first(YES)}){_GLUE})++")
_NO = re.compile(
    rf"{_GLUE}(?:(?:{_longest_first(NO)}){_GLUE})++(?:(?:我|让我)?(?:再)?(?:想想|看看|考虑一?下?|确认一?下"
    rf"|(?:问|跟|和)一?下?(?:老板娘?|领导|财务|老公|老婆|同事|公司|客户|他们|仓库)(?:商量|确认)?一?下?|问一?下|核对一?下|商量一?下|等会|一会儿?)(?:再说|再定|再下)?{_GLUE})*"
)
_LATER = re.compile(
    r"(?:我|让我|容我)?(?:先|再)?(?:想想|看看|考虑一?下?|考虑考虑|问问|核对一?下|商量一?下)(?:再说"
    r"|再定|吧|哈|先)*|(?:晚点|回头|一会儿?|等会儿?|明天)(?:再)?(?:说|定|确认|下)(?:吧)?"
)
_POSTPONED = re.compile(
    r"(?:D|先|不急|晚点|回头|改天|等等|等一下|,|吧)*(?:再说|再定|再看看?|再考虑|再议|再联系|再确认"
    r"|等我?(?:的)?(?:消息|通知|信|确认|回复)|等我?(?:问|看|想)(?:一下|下|看)?)(?:吧|再说|再定|哈"
    r"|啊|,)*"
)
_AFTER_SALES = re.compile(
    r"坏|破(?:了|损|的|裂)|碎(?:了|的)|裂(?:了|开|纹)|漏(?:了|水|液|气|发|装|油|的)|(?<!多)少(?:了|发|装"
    r"|给|送|到)|缺(?:了|件|少)(?!货)|差(?:了|Q)|短(?:少|装)|发错|送错|错发|拿错|装错|寄错|不是我(?:要|订)的"
    r"|货不对|型号不对|数量不对|颜色不对|质量(?:问题|差|不行|不好|太差)|有质量|退货|退换|换货|退款"
    r"|退回去|退掉货|退给|要退|想退|能退|可以退|怎么退|要换(?!成|个)|不亮|不能用|用不了|不好用"
    r"|没法用|没反应|不工作|不通电|烧(?:了|坏)|冒烟|生锈|变形|瑕疵|次品|残次|不良|故障|保修|维修"
    r"|返修|售后|有问题|出问题|对不上|多发了|多了(?=Q)|过期|发霉|受潮|压扁|磨损|掉漆|划痕"
    r"|(?<![a-z])(?:broken|damaged?|defective|wrong (?:item|product|goods|color|size)|missing"
    r"|refund|return|faulty|not working|doesn't work|does not work|short shipped"
    r"|warranty)(?![a-z])"
)
_FINANCE = re.compile(
    r"发票|开票|专票|普票|税票|对账|对帐|账单|帐单|账期|帐期|月结|结账|结算|付款|打款|汇款|转账"
    r"|收款|开户行|银行账|账号|户名|收据|货款|尾款|预付|定金|押金|赊账|欠款|多少钱没付|还欠"
    r"|欠(?:你们|您|了|着)?.{0,4}(?:多少|钱|款)|invoice|statement|payment|bank (?:account|details)"
    r"|vat|receipt|credit (?:limit|terms)|退税|税号|抬头|信用额度|额度"
)
_HUMAN = re.compile(
    r"人工|客服|真人|找(?:个)?人|找你们|投诉|举报|叫.{0,5}(?:人|经理|老板|业务|主管).{0,4}(?:来|接"
    r"|联系|回|打)|(?:经理|老板|业务员|负责人|主管|销售)(?:在吗|电话|联系|回|接|呢)|联系(?:你们"
    r"|一下|下|我)|给我(?:回|打)个?电话|打电话给我|回(?:我)?(?:个)?电话|(?:有|跟|和)人(?:说话|聊"
    r"|回|处理|在线)|转接|(?<![a-z])(?:human|agent|operator|real person|customer service|complain"
    r"|complaint|manager|speak to|talk to)(?![a-z])"
)
_HELP = re.compile(
    r"^(?:\?|help|帮助|菜单|功能|指令|说明|使用说明|使用帮助|操作说明|教程|指南|怎么玩|怎么弄"
    r"|怎么操作|怎么使用|怎么用|如何使用|如何操作|menu|commands?|使用方法|用法)$|(?:怎么|如何|咋"
    r"|怎样)(?:样)?(?:才能|可以|去|来|在这里?|在线)?(?:下单|订货|查(?:单|订单|物流|库存|价)|使用"
    r"|操作|用(?!了)|改单|取消|撤单|退单|审批|开始|注册|绑定|对接|下订单|买|订|加购|玩)"
    r"|(?:你|这个?|机器人|系统)(?:都)?(?:能|会|可以|有)(?:做|干|帮|什么|哪些|啥|干嘛|帮我)(?:什么"
    r"|啥|些什么|哪些|做什么|干什么|功能)?|有(?:什么|哪些|啥)功能|教(?:我|一下|教)|不会用|不会操作"
    r"|不会下单|(?<![a-z])(?:how (?:do|can|to|does)|what can (?:you|i)|instructions"
    r"|user guide)(?![a-z])|能做什么|可以做什么|给个例子|格式(?:是)?(?:什么|怎么)|下单格式"
    r"|什么格式"
)
_ACKNOWLEDGED = re.compile(
    rf"{_GLUE}(?:(?:收到|知道了|明白|了解|清楚|懂了|好的|好|可以的|可以|嗯++|哦++|噢|ok|okay|对|是的?"
    rf"|没问题|没事了?|不用了|不客气|客气了|哈++|呵++|嘿++|嘻++|拜拜|再见|回见|晚安|回头聊|bye|see you"
    rf"|got it|noted|welcome|{THANKS}|{GREETINGS}|{_longest_first(YES)}){_GLUE})++"
)
_LAUGHTER = re.compile(r"[哈呵嘿嘻嘎]++|(?:ha|he){2,}|lol")
_WISHES = re.compile(
    r"快乐|安康|恭喜|发财|新年好|节日好|中秋好|周末愉快|祝(?:你|您|大家|贵|生意|老板)|生意兴隆|合作愉快"
    r"|万事如意|辛苦|感谢|谢谢|多谢|thanks|thank you|happy (?:new year|weekend)|merry|好评|点赞"
    r"|真不错|很满意|挺好用?|很好用?|不错|棒|厉害|靠谱|合作|愉快|久仰|幸会|nice to meet"
    r"|how are you|你好吗|最近好吗|最近怎么样|忙吗|吃了吗"
)
_RECEIVED = re.compile(
    r"(?:货|东西|快递|包裹|款|钱|货款|定金|发票|P|Q|N|尾款|合同)(?:都|已经?|全部?|刚刚?|D"
    r"|全都)*(?:收到|到|付|打|转|汇|结|签收|收|入库|拿到|取)(?:过去)?(?:了|啦|咯|齐了|好了|过了"
    r"|货了)|(?:收到|付|打|转|汇|结清)了(?:货|款|钱|你们|货款|发票)|已(?:收到?|付|签收|打款|到货)"
    r"|都收到了|(?:付|打|汇|转)过?款了|我(?:已经)?(?:付|打)(?:过)?款?了|received|paid"
)
_MEDIA = re.compile(
    r"\[(?:语音|图片|照片|视频|小视频|位置|链接|文件|名片|红包|转账|小程序|音乐|不支持.*|未知.*"
    r"|voice|image|picture|photo|video|audio|file|location|link)[^\]]*\]"
)
_PROBLEM = re.compile(r"但|可是|不过|怎么|少|坏|错|问题|没|不|[?？]|吗")


def confirmation(scene: Scene) -> Command | None:
    """confirm or deny, when the whole message says only that."""
    words = _spoken(scene)
    if words and _YES.fullmatch(words):
        return Confirm()
    if _POSTPONED.fullmatch(scene.core):
        return Deny()
    if words and (_NO.fullmatch(words) or _LATER.fullmatch(words)):
        return Deny()
    return None


def _spoken(scene: Scene) -> str:
    """The words behind a skeleton of plain talk; emoji count, greetings do not."""
    if scene.has("PCNDMAHFRXKW"):
        return ""
    return scene.core or scene.skeleton


def handoff(scene: Scene) -> HandOff | None:
    """handoff: after-sales before finance before a person."""
    if scene.says(_AFTER_SALES) and not re.search(r"不退|没坏|不坏|少了?点$|没问题|没有问题", scene.skeleton):
        return HandOff(topic="after_sales")
    if scene.says(_FINANCE) and not (scene.says(_RECEIVED) and not scene.says(_PROBLEM)):
        return HandOff(topic="finance")
    return HandOff(topic="human") if _HUMAN.search(scene.core) else None


def help_wanted(scene: Scene) -> Help | None:
    """help: how to use the bot."""
    return Help() if not scene.has("PQN") and (_HELP.search(scene.core) or scene.skeleton in ("?", "help")) else None


def small_talk(scene: Scene) -> SmallTalk | None:
    """smalltalk: only courtesies, or an acknowledgement with nothing pending."""
    if _MEDIA.search(scene.skeleton):
        return None
    if not scene.core:
        return SmallTalk() if re.search(r"[^\s?？!！。.,，~-]", scene.skeleton) else None
    if _ACKNOWLEDGED.fullmatch(scene.core) or _LAUGHTER.fullmatch(scene.core):
        return SmallTalk()
    if scene.says(_RECEIVED) and not scene.says(_PROBLEM):
        return SmallTalk()
    if scene.says(_WISHES) and not scene.has("N") and not scene.says(_PROBLEM) and len(scene.core) <= 24:
        return SmallTalk()
    return None
