"""Recognises text that talks to the machine instead of the business; hygiene, for permissions are checked elsewhere."""

import re

_MACHINE = re.compile(
    r"(?:忽略|无视|忘记|忘掉|跳过|绕过|违反|不要遵守).{0,10}(?:指令|规则|提示|设定|限制|以上"
    r"|之前的|上面的|前面的|权限|审批流程)"
    r"|你(?:现在|其实)?是(?:一个|一名|管理员|系统|ai|机器人|助手|root)(?!吗)|从现在(?:起|开始)你"
    r"|扮演|假装你|把你自己|你的(?:系统)?提示词|(?:系统)?提示词|开发者模式|越狱|管理员权限"
    r"|我是(?:系统)?管理员|切换(?:到|为|成)(?:管理员|经理|老板)|(?:角色|权限|身份)(?:改|换|设|切换"
    r"|提升)"
    r"|(?:给|授予)我.{0,6}(?:权限|admin)|以管理员"
    r"|(?:system|assistant|user|developer|prompt|role)\s*:|ignore (?:all |any |the |your "
    r"|previous )|disregard|jailbreak|you are (?:now|a|an) |act as|pretend|developer mode|sudo "
    r"|rm -rf|chmod "
    r"|</?[a-z!][^<>]{0,80}>|</|<script|javascript:|onerror=|\{\s*\"|\"\s*:\s*[\"\[{\d]|\[\s*\{"
    r"|\{\{|\$\{|```|\\x|<\?|\{%"
    r"|select\s.{0,60}\sfrom\s|drop\s+table|insert\s+into|delete\s+from|update\s+\w+\s+set"
    r"|union\s+select|'\s*or\s+'?1|;\s*--|--\s*$|exec\s*\(|eval\s*\(|import os|__import__"
)
_MASS = re.compile(
    r"(?:全部|所有|一律|统统|一键|批量|全都?|都).{0,10}(?:同意|批准|通过|批了|审批|核准|审核过"
    r"|放行|批掉)|(?:同意|批准|通过|审批|核准|放行)(?:掉|了)?(?:全部|所有|一切)"
    r"|approve\s+(?:all|every)|(?:reject|cancel|delete)\s+(?:all"
    r"|every)\s+(?:the\s+)?(?:pending\s+)?orders|(?:取消|作废|删除|清空)(?:全部"
    r"|所有)(?:的)?(?:客户)?(?:的)?订单|把(?:全部|所有)(?:的)?(?:客户)?(?:的)?订单"
)
_OTHERS = re.compile(
    r"(?:导出|下载|发我|发给我|泄露|打包|dump|export).{0,10}(?:客户|用户|数据库|全部|所有|通讯录"
    r"|all|customer|database|user)|(?:其他|其它|别的|别家|所有|全部|每个)(?:的)?(?:客户|用户"
    r"|公司).{0,8}(?:订单|数据|资料|价格|电话|名单|信息|联系方式|地址|报价|什么价)"
    r"|数据库|(?:all|other) customers?'?s? ?(?:data|orders?|list|prices?|info)"
)
_NUMBERED = re.compile(r"s[o0]-?\d|\d{3,}")


def addresses_the_machine(text: str, *, staff: bool) -> bool:
    """Whether a folded text gives orders to the program: role change, markup, code, mass decisions, data of others."""
    if _MACHINE.search(text):
        return True
    if _MASS.search(text) and not _NUMBERED.search(text):
        return True
    found = _OTHERS.search(text)
    return bool(found) and not (staff and not re.search(r"导出|下载|dump|export|打包|数据库", text))
