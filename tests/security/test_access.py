"""Who may do what: every command and every address against a table that is declared here; nothing is left out."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.dialogue import NEW
from bot.grammar.lexicon import Lexicon
from bot.replies import Reply, refused
from bot.router import Ask, Router
from domain.commands import Command, PlaceOrder
from domain.errors import Refusal
from domain.models import Event, Order
from domain.values import CUSTOMER_ROLES, STAFF_ROLES, Actor, Role
from handlers import fill
from templates import render
from tests.harness import QIANG, WANG, Chat
from tests.shop import NOW, Cast, a_product, an_order, the_cast

KINDS: dict[str, Any] = {kind.__name__: kind for kind in Command.__subclasses__()}
NO_WORDS = Lexicon.build([], [], {}, {}, {}, {})
EVERYBODY = frozenset({"stranger", *(role.value for role in Role)})
BOUND = EVERYBODY - {"stranger"}
CUSTOMERS = frozenset(role.value for role in CUSTOMER_ROLES)
STAFF = frozenset(role.value for role in STAFF_ROLES)
HIRERS = frozenset({"manager", "admin"})
MONEY = frozenset({"finance", "manager"})
WRITERS = frozenset({"buyer", "boss", "sales", "manager"})

# The policy of the chat: a command that is missing here fails the build.
CHAT: dict[str, frozenset[str]] = {
    "AcknowledgeAlert": STAFF,
    "AlertRules": HIRERS,
    "DismissAlert": STAFF,
    "PassAlert": STAFF,
    "Announce": HIRERS,
    "ApprovalLevels": HIRERS,
    "Approve": frozenset({"reviewer", "manager"}),
    "AskReturn": WRITERS,
    "AttachPhotos": WRITERS | {"receiver"},
    "Bind": EVERYBODY,
    "BlockCustomer": MONEY,
    "SetCreditDays": MONEY,
    "SetCreditLimit": MONEY,
    "ShowReceivables": MONEY | {"sales", "reviewer"},
    "ShowCredit": MONEY | {"sales", "reviewer"},
    "TakeBackPayment": MONEY,
    "TakePayment": MONEY,
    "UnblockCustomer": MONEY,
    "DecideClaim": frozenset({"sales", "manager"}),
    "ListClaims": CUSTOMERS | {"sales", "warehouse", "manager"},
    "TakeBack": frozenset({"warehouse", "manager"}),
    "CancelOrder": WRITERS,
    "CatchUp": BOUND,
    "ChooseWay": STAFF,
    "Chase": CUSTOMERS | {"sales", "manager"},
    "ClearDuty": HIRERS,
    "CloseShort": WRITERS,
    "Confirm": EVERYBODY,
    "CorrectWaybill": frozenset({"warehouse", "manager"}),
    "CountStock": frozenset({"warehouse", "purchasing", "manager"}),
    "DecideCount": frozenset({"manager"}),
    "ConfirmShipment": frozenset({"warehouse", "manager"}),
    "Deny": EVERYBODY,
    "EndLeave": STAFF,
    "ForgetAlias": frozenset({"buyer", "boss"}),
    "GoBack": BOUND,
    "HandOff": BOUND,
    "Help": EVERYBODY,
    "Invite": frozenset({"boss", "sales", "manager", "admin"}),
    "ListAlerts": STAFF,
    "ListAliases": frozenset({"buyer", "boss"}),
    "ListLeave": STAFF,
    "ListAnnouncements": BOUND,
    "AskHandover": STAFF,
    "ListTodos": STAFF,
    "ListReview": frozenset({"reviewer", "manager"}),
    "ListShipping": STAFF,
    "Media": EVERYBODY,
    "ModifyOrder": WRITERS,
    "NotUnderstood": EVERYBODY,
    "PackGoods": frozenset({"warehouse", "manager"}),
    "PickGoods": frozenset({"warehouse", "manager"}),
    "UnpickGoods": frozenset({"warehouse", "manager"}),
    "PassOn": frozenset({"reviewer", "manager"}),
    "OpenWarehouse": frozenset({"manager"}),
    "ChooseShortage": WRITERS,
    "FinishWork": frozenset({"production", "warehouse", "manager"}),
    "ListWorks": frozenset({"production", "warehouse", "manager", "purchasing", "sales"}),
    "MakeGoods": frozenset({"production", "warehouse", "manager"}),
    "PauseWork": frozenset({"production", "warehouse", "manager"}),
    "ReportWork": frozenset({"production", "warehouse", "manager"}),
    "ShowRecipe": frozenset({"production", "warehouse", "manager", "purchasing", "sales"}),
    "StartWork": frozenset({"production", "warehouse", "manager"}),
    "PauseOrder": frozenset({"sales", "reviewer", "finance", "manager"}),
    "PlaceOrder": WRITERS,
    "PrintSlip": frozenset({"warehouse", "sales", "manager"}),
    "ProvideInfo": BOUND,
    "QueryOrder": BOUND,
    "QueryPrice": BOUND,
    "QueryStock": BOUND,
    "ReceiveGoods": CUSTOMERS | {"sales", "manager"},
    "Reject": frozenset({"reviewer", "manager"}),
    "Reorder": WRITERS,
    "Report": BOUND,
    "ReverseMove": frozenset({"warehouse", "purchasing", "manager"}),
    "ResumeOrder": frozenset({"sales", "reviewer", "finance", "manager"}),
    "ReviewRules": frozenset({"reviewer", "manager"}),
    "RevokeLinks": WRITERS,
    "RevokePast": BOUND,
    "PrintReturn": CUSTOMERS | {"sales", "warehouse", "manager"},
    "SetDuty": HIRERS,
    "ShareLink": WRITERS,
    "ShowDraft": WRITERS,
    "ShowDuty": STAFF,
    "ShowProducts": BOUND,
    "ShowUsuals": WRITERS,
    "SmallTalk": EVERYBODY,
    "SnoozeAlert": STAFF,
    "TakeLeave": STAFF,
    "ClosePurchase": frozenset({"purchasing", "manager"}),
    "BuyGoods": frozenset({"purchasing", "manager"}),
    "ListPurchases": frozenset({"warehouse", "purchasing", "manager"}),
    "MovePurchase": frozenset({"purchasing", "manager"}),
    "Prioritise": frozenset({"manager"}),
    "ReceivePurchase": frozenset({"warehouse", "purchasing", "manager"}),
    "SetKit": frozenset({"manager"}),
    "SetLots": frozenset({"warehouse", "purchasing", "manager"}),
    "ShowLots": frozenset({"warehouse", "purchasing", "manager"}),
    "SetSupplier": frozenset({"purchasing", "manager"}),
    "ShowPromises": BOUND,
    "TakeIn": frozenset({"warehouse", "purchasing", "manager"}),
    "TransferStock": frozenset({"warehouse", "purchasing", "manager"}),
    "TryOrder": WRITERS,
    "Unbind": BOUND,
    "WishNotices": BOUND,
    "WishDigest": BOUND,
    "WishQuiet": BOUND,
    "MuteOrder": BOUND,
    "WhyUntold": BOUND,
    "Undo": WRITERS,
}

# The policy of the web: method and address, then what somebody with nothing at all gets.
WEB: dict[str, int] = {
    "GET /healthz": 200,
    "GET /readyz": 200,
    "GET /metrics": 200,  # loopback only; tests/web/test_health.py has the others
    "GET /wechat/{account}": 403,
    "POST /wechat/{account}": 403,
    "GET /o/{token}": 404,
    "GET /o/{token}/live": 404,
    "GET /o/{token}/in": 404,
    "GET /o/{token}/photo/{photo}": 404,
    "GET /h/{token}": 404,
    "GET /h/{token}/in": 404,
    "GET /h/{token}/orders.{kind}": 404,
    "GET /d/{token}": 404,
    "GET /d/{token}/pdf": 404,
    "GET /static/{name}": 404,
    "POST /hooks/carriers/{provider}/{token}": 200,  # in the vendor's words: not taken
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

EXAMPLES: dict[str, dict[str, Any]] = {
    "AcknowledgeAlert": {"alert": "A1"},
    "DismissAlert": {"alert": "A1"},
    "PassAlert": {"alert": "A1"},
    "SnoozeAlert": {"alert": "A1", "span": timedelta(hours=2)},
    "Bind": {"code": "WRONG234"},
    "ForgetAlias": {"alias": "小红瓶"},
    "Invite": {"name": "小新"},
    "Media": {"kind": "image"},
    "Report": {"metric": "pending_shipment"},
    "TryOrder": {"order": PlaceOrder()},
    "DecideCount": {"count": 1},
    "TakeBackPayment": {"payment": 1},
    "DecideClaim": {"claim": "R1"},
    "TakeBack": {"claim": "R1"},
    "PrintReturn": {"claim": "R1"},
    "AttachPhotos": {"claim": "R1"},
    **{name: {"work": "W1"} for name in ("FinishWork", "PauseWork", "ReportWork", "StartWork")},
    "ReverseMove": {"move": 1},
    "ClosePurchase": {"purchase": "P1"},
    "MovePurchase": {"purchase": "P1"},
    "ReceivePurchase": {"purchase": "P1"},
    "SetKit": {"sku": "K100"},
    "SetLots": {"sku": "A100", "wanted": True},
    "SetSupplier": {"sku": "A100", "supplier": "华南电子"},
    "OpenWarehouse": {"name": "北仓"},
}


def test_every_command_has_a_policy():
    assert set(KINDS) == set(CHAT)


@pytest.fixture
async def cast(db) -> Cast:
    await a_product(stock=100)
    return await the_cast()


def people(cast: Cast) -> dict[str, Actor]:
    """Somebody of every role and no other, and nobody."""
    known = {"stranger": cast.lu, "buyer": cast.wang, "boss": cast.boss, "receiver": cast.receiver}
    known |= {"finance_contact": cast.payer, "sales": cast.li}
    for role in STAFF_ROLES - {Role.SALES}:
        known[role.value] = replace(cast.manager, roles=frozenset({role}), name=role.value)
    return known


async def met(router: Router, actor: Actor, command: Command) -> str:
    """What the chat says to a command, or the name of the refusal."""
    if actor.is_stranger and not router.permitted(type(command), actor):
        return "stranger"
    ask = Ask(actor, command, NEW, NOW, NOW, "test:1", NO_WORDS)
    try:
        answer = await router.answer(ask)
    except Refusal as no:
        return type(no).__name__
    return answer.template if isinstance(answer, Reply) else ""


@pytest.mark.parametrize("name", sorted(CHAT))
async def test_who_may_give_a_command(cast: Cast, name: str):
    router = fill(Router())
    kind: type[Command] = KINDS[name]
    command = kind(**EXAMPLES.get(name, {}))
    for role, actor in people(cast).items():
        said = await met(router, actor, command)
        if role in CHAT[name]:
            assert router.permitted(kind, actor), role
            assert said not in ("stranger", "NotAllowed") or role == "stranger" or name == "Unbind", (role, said)
        else:
            assert not router.permitted(kind, actor), role
            assert said in ("stranger", "NotAllowed"), (role, said)
        if name == "Unbind":
            return


ABOUT_AN_ORDER = sorted(name for name in CHAT if any(field.name == "order_no" for field in fields(KINDS[name])))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ABOUT_AN_ORDER)
async def test_an_order_of_others_is_as_one_that_is_not_there(cast: Cast, name: str):
    number = (await an_order(cast.wang)).number
    missing = "SO9999" + number[-1]
    events = await Event.all().count()
    router = fill(Router())
    stranger_rep = replace(cast.li, customers=frozenset({"C003"}), staff=999, name="老赵")
    other_boss = replace(cast.other, roles=frozenset({Role.BOSS}))
    kind: Any = KINDS[name]
    for actor in (cast.other, other_boss, stranger_rep):
        if not router.permitted(kind, actor):
            continue
        said = []
        for asked in (number, missing, number.removeprefix("SO"), missing.removeprefix("SO")):
            more = {"tracking_no": "SF1234567890123"} if name == "ConfirmShipment" else {}
            said.append(await spoken(router, actor, kind(order_no=asked, **more), asked))
        assert len(set(said)) == 1, said
    assert await Event.all().count() == events, "nothing happened"


async def spoken(router: Router, actor: Actor, command: Command, asked: str) -> str:
    ask = Ask(actor, command, NEW, NOW, NOW, "test:1", NO_WORDS)
    try:
        answer = await router.answer(ask)
    except Refusal as no:
        answer = refused(no, NEW)
    assert isinstance(answer, Reply)
    text = render(answer.template, today=NOW.date(), actor=actor, **answer.facts)
    return re.sub(r"[0-9]{4}[A-Z]?", "#", text.replace(asked, "#"))


async def test_every_address_has_a_policy_and_keeps_it(chat: Chat):
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in chat.shop.app.router.routes()
        if route.resource and route.method != "HEAD" and not route.resource.canonical.startswith(STAGE)
    }
    assert routes == set(WEB)
    async with ClientSession() as http:
        for address in {name.split()[1] for name in WEB}:
            path = re.sub(r"\{\w+\}", "x", address.replace("{account}", "main").replace("{provider}", "kuaidi100"))
            for method in METHODS:
                async with http.request(method, chat.url + path, allow_redirects=False) as answer:
                    text = await answer.text()
                    expected = WEB.get(f"{method} {address}", 405)
                    assert answer.status == expected, f"{method} {address}"
                    assert "Traceback" not in text
                    assert "Set-Cookie" not in answer.headers
    assert not await Order.all().exists()


# Outside production only, and only with a clock that can be moved; tests of the stage have it.
STAGE = ("/_stage", "/stage", "/demo")

SPOOFED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example",
    "X-Original-URL": "/metrics",
    "X-HTTP-Method-Override": "DELETE",
}


async def test_a_spoofed_host_is_nowhere_in_an_answer(chat: Chat):
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    chat.skip_all()
    link = next(line for line in (await chat.ask(WANG, "链接 1001")).splitlines() if line.startswith("http"))
    async with ClientSession(headers={"User-Agent": "MicroMessenger"}) as http:
        for name, value in SPOOFED.items():
            for path in (link, link + "/in?code=a&state=b", link + "x", chat.url + "/healthz"):
                async with http.get(path, headers={name: value}, allow_redirects=False) as answer:
                    said = f"{answer.headers}{await answer.text()}"
                    assert "evil.example" not in said
                    assert answer.status in (200, 302, 303, 404)
        async with http.get(chat.url + "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}) as answer:
            assert answer.status == 403, "a proxy on this machine speaks for somebody else"


TRAVERSALS = (
    "../order.css", "..%2forder.css", "%2e%2e/order.css", "%2e%2e%2forder.css", "..%5corder.css", "..\\order.css",
    "%252e%252e%252f", "....//order.css", "..;/order.css", "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd",
    "..%c0%af..%c0%afetc/passwd", "%c0%ae%c0%ae/", "..%00/", "order.css%00", "order.css%00.js", "order.css/",
    "order.css/.", "./order.css/..", "order.css::$DATA", "ORDER.CSS", "order.css%20", "order.css.", ".", "..", "%2e",
    "%2e%2e", "~root",
    ".git/config", ".env", "gendan.toml", "web/pages.py", "..%2fpages.py", "..%2f..%2f.env", "..%2f..%2fvar",
    "..%u2215order.css", "%e2%88%95etc", "%ef%bc%8e%ef%bc%8e%ef%bc%8forder.css", "..%ef%bc%8forder.css", "file:///etc/passwd",
    "http://evil.example/order.css", "C:\\Windows\\win.ini", "C:%5CWindows", "\\\\host\\share", "con", "nul",
    "order.js.map",
    "__init__.py", "%5c..%5c..", "..%255c", "..%25%35%63", "%%32%65", "..%0d%0a", "..%09", "%7e", "*", "?",
    "order.css%3f",
)  # fmt: skip


async def test_no_spelling_of_a_path_leads_out_of_the_folder(chat: Chat):
    assert len(TRAVERSALS) >= 55
    good = None
    async with ClientSession() as http:
        async with http.get(chat.url + "/static/order.css") as answer:
            assert answer.status == 200
            good = await answer.text()
        for spelling in TRAVERSALS:
            status, text = await raw(chat.url, f"/static/{spelling}".encode())
            assert status in (400, 404) or (status == 200 and text == good), spelling
            assert "root:" not in text
        assert (await http.get(chat.url + "/static/")).status == 404
        assert (await http.get(chat.url + "/static")).status == 404


async def raw(url: str, path: bytes) -> tuple[int, str]:
    """A request whose path nobody tidies up on the way."""
    import asyncio

    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET " + path.replace(b" ", b"%20") + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode(errors="replace")


@pytest.mark.parametrize("ends", ["role", "left", "company"])
async def test_what_ends_ends_with_the_next_message(chat: Chat, ends: str):
    from domain.models import Contact, Customer, Staff

    changes: dict[str, Callable[[], Any]] = {
        "role": lambda: Staff.filter(name="阿强").update(roles=["production"]),
        "left": lambda: Contact.all().update(active=False),
        "company": lambda: Customer.all().update(active=False),
    }
    who, text, before = (
        (QIANG, "发货 1001 顺丰 SF1234567890123", "没有找到") if ends == "role" else (WANG, "商品", "A100")
    )
    assert before in await chat.ask(who, text)
    await changes[ends]()
    after = await chat.ask(who, text)
    assert before not in after
