"""Goods that the catalog does not know: names that stand where a product stands, so that the bot asks."""

import re
from dataclasses import replace

from bot.grammar.compact import hanzi_count, key_of, sound
from bot.grammar.lexicon import PRODUCT, Lexicon
from bot.grammar.marks import Mark, ProductMark, QuantityMark
from bot.grammar.phrases import FILLERS, ORDER_VERBS
from bot.grammar.scene import Scene

_WORDS = "|".join(sorted({*FILLERS.split("|"), *ORDER_VERBS.split("|")}, key=len, reverse=True))
_FILLED = re.compile(rf"(?:{_WORDS}|[\s,.:;。、!+*x=()/-])*+$")
_LEADING = re.compile(rf"^(?:(?:{_WORDS})(?![a-z])|[\s:.、+*=(-])++")
_TRAILING = re.compile(r"(?:[要来订拿买]|[\s:*x=吧哈啊呀(,、-])+$")
_CODE = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,6}-?\d[a-z0-9]*(?:-[a-z0-9]+)*|\d+[a-z]{2,}\d*)(?![a-z0-9])")
_UNFIT = re.compile(
    r"[改换照样的了吗吧呢没是那这么什谁哪怎为因被让比很太已经过又再]|不(?!锈)|时候|今天|手机|电话|公司"
    r"|老板|客户|问题|价|钱|款|人|收到|同意|批准|驳回|通过|审核|取消|确认|订单|发了|快递|包裹"
)
_GLUED_UNIT = re.compile(r"[个只台套箱包袋瓶罐盒支根卷桶件]")
_CLAUSE = re.compile(r"[,;。!?\n]")
_WISHED = re.compile(
    r"(?:^|[\0\s,:给帮])(?:我|我们|想|给我|帮我|麻烦|请|再|先|还)*(?:要|来|拿|订|买|下单|订货|订购|采购|补货|补|进货"
    r"|need|order|want|buy)(?:点|些|一些|一批|[\s:])*(?P<name>[a-z0-9\u4e00-\u9fff-]{2,12}?)(?:吧|哈|啊|呢)*$"
)
_DOINGS = frozenset("喝吃睡看听玩走去做开关问查洗修学发收用打写说回找见约借租住坐上下出进点")
_SHORTEST_NAME, _LONGEST_NAME = 3, 8


def with_unknown_products(scene: Scene) -> tuple[Mark, ...]:
    """The marks of a scene with a product mark, without ids, for each unknown name beside a quantity."""
    with_codes = _with(scene.marks, _codes(scene))
    return _with(with_codes, _names(replace(scene, marks=with_codes)))


def _with(marks: tuple[Mark, ...], found: list[ProductMark]) -> tuple[Mark, ...]:
    return tuple(sorted((*marks, *found), key=lambda mark: mark.start)) if found else marks


def _codes(scene: Scene) -> list[ProductMark]:
    """Code-like words that no mark covers, if a quantity stands beside them."""
    found: list[ProductMark] = []
    for match in _CODE.finditer(scene.text):
        if any(mark.start < match.end() and match.start() < mark.end for mark in scene.marks):
            continue
        if any(
            _beside(scene.text, match.start(), match.end(), mark)
            for mark in scene.marks
            if isinstance(mark, QuantityMark)
        ):
            found.append(
                ProductMark(
                    start=match.start(),
                    end=match.end(),
                    text=scene.normal.quote(*match.span()),
                    key=key_of(match.group()),
                )
            )
    return found


def _beside(text: str, start: int, end: int, mark: QuantityMark) -> bool:
    gap = text[end : mark.start] if mark.start >= end else text[mark.end : start]
    return len(gap) <= 6 and _FILLED.match(gap) is not None and "\n" not in gap


def _names(scene: Scene) -> list[ProductMark]:
    """Hanzi names directly before or behind a quantity that has a unit, in a clause that holds nothing else."""
    found: list[ProductMark] = []
    neighbours = zip((None, *scene.marks), scene.marks, (*scene.marks[1:], None), strict=False)
    for before, mark, behind in neighbours:
        if isinstance(mark, QuantityMark) and mark.unit:
            name = _name_before(scene, before, mark, behind) or _name_behind(scene, before, mark, behind)
            if name:
                found.append(name)
    return found


def _name_before(scene: Scene, before: Mark | None, mark: QuantityMark, behind: Mark | None) -> ProductMark | None:
    floor = before.end if before else 0
    words = scene.text[floor : mark.start]
    cuts = [cut.end() for cut in _CLAUSE.finditer(words)]
    begin = floor + (cuts[-1] if cuts else 0)
    glued = not cuts and words[:1].strip()
    leads = isinstance(behind, ProductMark) and not scene.text[mark.end : behind.start].strip(" \t")
    if (glued and isinstance(before, ProductMark)) or leads:
        return None
    return _fit(scene, begin, mark.start)


def _name_behind(scene: Scene, before: Mark | None, mark: QuantityMark, behind: Mark | None) -> ProductMark | None:
    lead = scene.text[before.end if before else 0 : mark.start]
    words = scene.text[mark.end : behind.start if behind else len(scene.text)]
    cut = _CLAUSE.search(words)
    if not _FILLED.match(_CLAUSE.split(lead)[-1]) or (isinstance(behind, ProductMark) and not cut):
        return None
    if isinstance(before, ProductMark) and not _CLAUSE.search(lead):
        return None
    return _fit(scene, mark.end, mark.end + (cut.start() if cut else len(words)))


def _fit(scene: Scene, start: int, end: int) -> ProductMark | None:
    words = scene.text[start:end]
    lead = _LEADING.match(words)
    start += lead.end() if lead else 0
    name = _TRAILING.sub("", scene.text[start:end])
    if not 2 <= len(name) <= 14 or name[-1] in "有是" or _UNFIT.search(name) or _FILLED.match(name):
        return None
    if hanzi_count(name) < 2 and not _lone_latin(scene.text, start, name):
        return None
    return ProductMark(start=start, end=start + len(name), ids=_heard(name, scene.lexicon), text=name, key=key_of(name))


def wished_unknown(scene: Scene) -> tuple[Mark, ...]:
    """The marks with a name that the catalog lacks, where the whole message only wishes for it (下单 X999)."""
    match = None if scene.has("PQNMWFKZ") else _WISHED.search(scene.text.strip(" .,。!~"))
    if match is None or any(mark.start < match.end() and match.start("name") < mark.end for mark in scene.marks):
        return ()
    name = match["name"].strip()
    if not _CODE.fullmatch(name) and not _like_goods(name, scene.lexicon):
        return ()
    start = scene.text.find(name)
    return _with(scene.marks, [ProductMark(start=start, end=start + len(name), text=name, key=key_of(name))])


def _like_goods(name: str, lexicon: Lexicon) -> bool:
    """Whether a name of a few hanzi ends as goods or units of this shop do; other nouns are no business of ours."""
    fits = hanzi_count(name) == len(name) and _SHORTEST_NAME <= len(name) <= _LONGEST_NAME
    return fits and name[-1] in lexicon.endings and not _UNFIT.search(name) and name[0] not in _DOINGS


def _lone_latin(text: str, start: int, name: str) -> bool:
    """PLC 2套: a word in Latin letters with nothing before it in its clause."""
    return re.fullmatch(r"[a-z]{2,10}", name) is not None and not _CLAUSE.split(text[:start])[-1].strip()


def _heard(name: str, lexicon: Lexicon) -> tuple[str, ...]:
    """A name that sounds exactly like one of the catalog is that product, however short."""
    entry = lexicon.by_sound.get(sound(key_of(name)))
    return entry.ids if entry and entry.kind == PRODUCT else ()
