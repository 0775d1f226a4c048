"""What people write stays text: in a chat, in a card, on a page, in a log, on a terminal, in a metric."""

import io
import json
import logging
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
import structlog

import logbook
from bot.envelope import Inbound, Seal
from bot.replybody import seal_text
from domain.errors import CustomerNotFound, NameNotFound, ProductNotFound, WaybillRefused
from domain.importing import import_customers, import_products, import_staff
from domain.models import Contact, Customer, Order, Product
from domain.rules.rows import unseen_problems
from domain.values import Actor, Role
from notify.notices import Notice
from notify.tries import tame
from simulator.templatefields import RULES as KINDS
from simulator.templatefields import fits
from templates import inert, notice, page, refusal, render
from tests.harness import CHEN, LI, WANG, Chat
from tests.notify.test_notices import NOTICES, ORDERLY
from tests.root.test_logbook import Bench, bench
from tests.security.payloads import TEXTS
from web.metrics import Figure, Metrics

__all__ = ["bench"]
BREAKING = re.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x1b\x9b\x00]")


def is_inert(text: str) -> bool:
    return not BREAKING.search(text) and not TURNING.search(text) and "<" not in text


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_chat_it_is_one_line_without_links(text: str):
    assert is_inert(inert(text))
    for said in (
        render("is_it_this", text=text),
        render("refused", words=refusal(CustomerNotFound(text))),
        render("refused", words=refusal(ProductNotFound(text))),
        render("refused", words=refusal(NameNotFound(text))),
        render("refused", words=refusal(WaybillRefused(text, taken=False))),
    ):
        assert not TURNING.search(said)
        assert "<a" not in said.lower()
        assert len(BREAKING.findall(said)) <= 1, "the template's own"
        assert "49」" not in said, "no template is made of what people write"


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_reply_it_breaks_out_of_no_element(text: str):
    now = replace(INBOUND).at
    for as_json in (False, True):
        body = seal_text(f"备注：{text}。", INBOUND, Seal("wx1", "t", None, "n", as_json), now)
        fields = json.loads(body) if as_json else {child.tag: child.text for child in ElementTree.fromstring(body)}
        assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
        assert fields["MsgType"] == "text"


def inbound() -> Inbound:
    from tests.wire.conftest import NOW, WANG

    return Inbound("main", "m:o:1", "", WANG, "gh_1", "text", "", "", "", {}, NOW)


INBOUND = inbound()


@pytest.mark.parametrize("kind", NOTICES, ids=lambda kind: kind.name)
def test_in_a_notice_it_fits_every_field_and_makes_no_link(kind: Notice):
    for text in TEXTS:
        facts = tame(ORDERLY | {name: text for name, value in ORDERLY.items() if isinstance(value, str)} | KEPT)
        said = notice(kind.template, "text", **facts)
        links = re.findall(r"<a href=\"([^\"]*)\">", said)
        assert said.count("<") == 2 * len(links)
        assert set(links) <= {ORDERLY["url"]}
        for voice in ("goods", "state", "detail"):
            from notify.channels.fitting import fit

            assert fits("thing", fit("thing", notice(kind.template, voice, **facts)))
    assert "thing" in KINDS


# What the house itself writes: codes, days, moments.
OURS = ("url", "at", "total", "promised", "before", "eta", "expected", "since", "rule", "state", "first", "last",
        "what", "margin", "credit", "why", "deadline", "worth", "untouched",
)  # fmt: skip
KEPT = {name: ORDERLY[name] for name in OURS}


@pytest.mark.parametrize("text", TEXTS)
def test_on_a_page_it_is_text(text: str):
    from tests.security.pages import a_sheet

    plain = page("order_live", sheet=a_sheet("普通"), today=date(2026, 11, 24), mark="", known=True, again="")
    shown = page("order_live", sheet=a_sheet(text), today=date(2026, 11, 24), mark="", known=True, again="")
    assert tags(shown) == tags(plain)


def tags(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", re.sub(r"datetime=\"[^\"]*\"", "", text))


class Line:
    """A log that writes as the process would."""

    def __init__(self, form: str) -> None:
        self.out = io.StringIO()
        self.form = form

    def write(self, **fields: Any) -> str:
        shared: list[Any] = [structlog.processors.add_log_level, structlog.processors.format_exc_info, logbook.redact]
        end: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
        if self.form == "text":
            shared.append(logbook._set_in)
            end = structlog.dev.ConsoleRenderer(colors=False)
        log = structlog.wrap_logger(structlog.PrintLogger(self.out), processors=[*shared, end])
        log.info("happened", **fields)
        return self.out.getvalue()


@dataclass
class Thing:
    """Something that is no text, and says what it is told to."""

    said: str

    def __str__(self) -> str:
        return self.said


@pytest.mark.parametrize("form", ["json", "text"])
def test_in_a_log_it_is_one_line_however_it_gets_there(form: str):
    for text in TEXTS:
        for value in (
            text,
            [text],
            {"a": text},
            {text: 1},
            {"a": [{"b": text}]},
            Thing(text),
            ValueError(text),
            (text,),
        ):
            written = Line(form).write(reason=value)
            assert written.count("\n") == 1
            assert not TURNING.search(written)
            assert not BREAKING.search(written[:-1])


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_trace_forges_no_line(form: str):
    for text in TEXTS:
        try:
            raise ValueError(text)
        except ValueError:
            written = Line(form).write(exc_info=True)
        assert not TURNING.search(written)
        first, *rest = written.rstrip("\n").split("\n")
        assert not re.search(r"[\r\x85\u2028\u2029]", written)
        assert all(line.startswith("  | ") for line in rest)
        assert form == "text" or not rest
        assert "happened" in first


def test_libraries_forge_no_line_either(bench: Bench):
    bench.log("DEBUG", "json")
    for text in TEXTS:
        # Pytest itself keeps a copy, and no half of a character.
        logging.getLogger("aiohttp.web").warning("bad path %s", text.encode("utf-8", "replace").decode())
    lines = bench.written().split("\n")
    assert len(lines) == len(TEXTS) + 1
    assert all(json.loads(line)["logger"] == "aiohttp.web" for line in lines[:-1])


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_metric_it_is_a_label(text: str):
    metrics = Metrics("1")
    text = text.encode("utf-8", "replace").decode()
    metrics.api_called("message/send", text)
    said = metrics.text([Figure("gendan_test", "help", 1.0, {"state": text})]).decode()
    samples = [line for line in said.split("\n") if line and not line.startswith("#")]
    assert all(re.match(r"gendan_\w+(\{.*\})? [-+.eE0-9a-zA-Z]+$", line, re.DOTALL) for line in samples)


@pytest.mark.parametrize("as_json", [False, True])
def test_on_a_terminal_it_is_text(as_json: bool, capsys: pytest.CaptureFixture[str]):
    from desk.terminal import show, table

    for text in TEXTS:
        clean = text.encode("utf-8", "replace").decode()
        table([{"name": clean}], as_json)
        show({"name": clean, "list": [clean]}, as_json)
        said = capsys.readouterr().out
        assert not TURNING.search(said)
        assert "\x9b" not in said
        if clean == "[red]markup[/red]":
            assert clean in said


@pytest.mark.parametrize("text", [text for text in TEXTS if BREAKING.search(text) or TURNING.search(text)])
async def test_no_master_data_has_what_nobody_sees(db, now, text: str):
    from domain.errors import ImportRefused

    product = {"sku": "A1", "name": text, "base_unit": "个", "list_price": 1}
    nested = {"sku": "A1", "name": "x", "base_unit": "个", "list_price": 1, "aliases": [text]}
    customer = {"id": "C1", "name": "x", "ship_to": {"address": text}}
    for work, document in (
        (import_products, {"products": [product]}),
        (import_products, {"products": [nested]}),
        (import_customers, {"customers": [customer]}),
        (import_staff, {"staff": [{"id": "S1", "name": text, "roles": ["sales"]}]}),
    ):
        with pytest.raises(ImportRefused) as no:
            await work(document, now=now)
        assert any("control character" in said for _, _, said in no.value.problems)
    assert not unseen_problems({"name": "👨‍👩‍👧 好的 LED<驱动器>"})


async def test_through_the_wire_names_and_remarks_stay_text(chat: Chat):
    await Product.filter(sku="A100").update(name="<a href='https://evil.example'>适配器</a>")
    await Customer.filter(code="C001").update(name="]]><MsgType>image</MsgType>", short_names=["华强<a>"])
    await Contact.all().update(name='<a href="weixin://bizmsgmenu?msgmenucontent=同意">王</a>')
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    await Order.all().update(remark='<a href="https://evil.example">看这里</a>', reason="]]><a href=https://evil>")
    for text in (
        '下单 A100 20箱 明天送 备注：<a href="https://evil.example">看这里</a>',
        "查订单",
        "人工",
        "]]>",
        "催单 1001",
    ):
        await chat.say(WANG, text)
    await chat.say(LI, "查订单")
    await chat.say(CHEN, "1001")
    seen = 0
    for follower in chat.account.followers.values():
        for bubble in follower.heard:
            seen += 1
            text = f"{bubble.text}{[field.value for field in bubble.fields]}"
            assert '<a href="weixin' not in text
            assert not re.search(r"<a[^>]*evil", text)
    assert seen > 10
    assert await Order.all().count() == 1
    chat.skip_all()


def test_what_means_no_harm_is_shown_as_it_is():
    who = Actor("小王", frozenset({Role.BUYER}))
    assert 'A & B "C" 100% ＜D＞' in render("joined", who=who, company='A & B "C" 100% <D>', actor=who)
