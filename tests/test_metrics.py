"""Every metric is fed by what it says it counts, and the alerts and the board ask for nothing that is not there."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from domain import tally
from tests.harness import WANG, Chat

ROOT = Path(__file__).parent.parent
RULES = ROOT / "deploy/prometheus/alerts.yml"
BOARD = ROOT / "deploy/grafana/gendan.json"
NAME = re.compile(r"gendan_[a-z_]+")


@pytest.fixture
def knobs(tmp_path: Path) -> dict[str, Any]:
    return {"backup_dir": tmp_path / "copies"}


Found = dict[tuple[str, ...], float]


async def scraped(chat: Chat) -> tuple[str, Found]:
    """What the process shows, as text and as ``name, label=value, …`` to number."""
    async with ClientSession() as session, session.get(f"{chat.url}/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    found = {
        (sample.name, *sorted(f"{k}={v}" for k, v in sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return text, found


async def test_what_happens_is_counted(chat: Chat):
    chat.platform.faults.add(api="message/template/send", kind="errcode", code=-1)
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    await chat.later(seconds=30)
    tally.count(tally.DB_RETRIES)
    tally.count(tally.STOCK_CONFLICTS)
    _, found = await scraped(chat)
    assert found["gendan_webhook_requests_total", "result=ok", "type=message"] >= 2
    assert found["gendan_webhook_duration_seconds_count",] >= 2
    assert found["gendan_orders_reviewed_total", "verdict=passed"] >= 1
    assert found["gendan_orders_reviewed_total", "verdict=held"] >= 0
    assert found["gendan_wechat_api_requests_total", "api=message/template/send", "errcode=-1"] == 1
    assert found["gendan_wechat_api_requests_total", "api=message/template/send", "errcode=0"] >= 2
    assert found["gendan_wechat_api_requests_total", "api=stable_token", "errcode=0"] == 1
    assert found["gendan_token_refresh_total", "result=ok"] == 1
    assert found["gendan_token_expiry_timestamp_seconds", "account=main"] > chat.platform.clock.epoch()
    assert found["gendan_outbox_attempts_total", "kind=template", "result=failed"] == 1
    assert found["gendan_outbox_attempts_total", "kind=template", "result=sent"] >= 2
    assert found["gendan_outbox_pending", "kind=template"] == 0
    assert found["gendan_outbox_dead", "kind=custom"] == 0
    assert found["gendan_outbox_oldest_seconds",] == 0
    assert found["gendan_job_last_success_timestamp_seconds", "job=alerts"] > 0
    assert found["gendan_db_retry_total",] >= 1
    assert found["gendan_stock_conflicts_total",] >= 1
    assert found["gendan_leader",] == 1
    assert found["gendan_inbox_unsettled",] == 0
    assert 0 <= chat.platform.clock.epoch() - found["gendan_backup_last_success_timestamp_seconds",] < 30
    chat.skip_all()


async def test_a_token_that_cannot_be_had_and_a_notice_that_is_lost_are_counted(chat: Chat):
    await chat.say(WANG, "下单 A100 1箱 明天送")
    chat.platform.faults.add(api="message/template/send", kind="reset_after", times=3)
    await chat.say(WANG, "确认")
    for _ in range(4):
        await chat.later(minutes=5)
    chat.platform.faults.add(api="stable_token", kind="errcode", code=-1)
    await chat.later(hours=3)
    await chat.say(WANG, "下单 A100 1箱 明天送")
    await chat.say(WANG, "确认")
    await chat.later(minutes=10)
    _, found = await scraped(chat)
    assert found["gendan_token_refresh_total", "result=transient"] == 1
    assert found["gendan_wechat_api_requests_total", "api=message/template/send", "errcode=no_answer"] == 3
    chat.skip_all()


async def test_alerts_and_board_ask_for_what_is_there_and_the_guide_knows_it_all(chat: Chat):
    await chat.say(WANG, "下单 A100 1箱 明天送")
    await chat.say(WANG, "确认")
    await chat.later(seconds=30)
    text, found = await scraped(chat)
    shown = {name[0] for name in found} | set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    asked = set(NAME.findall(json.dumps(expressions(board()) + [rule["expr"] for rule in rules()])))
    assert asked
    assert asked - shown - {"gendan_"} == set()
    guide = (ROOT / "docs/operating.md").read_text("utf-8")
    families = {re.sub(r"_(created|bucket|count|sum)$", "", name) for name in shown if name.startswith("gendan_")}
    assert {name for name in families if f"`{name.removesuffix('_total')}" not in guide} == set()
    chat.skip_all()


def test_there_are_eight_alerts_and_each_has_its_paragraph():
    guide = (ROOT / "docs/operating.md").read_text("utf-8")
    assert len(rules()) == 8
    for rule in rules():
        assert f"### {rule['alert']}\n" in guide
        assert rule["annotations"]["runbook"] == f"docs/operating.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "warn"}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def board() -> dict[str, Any]:
    return dict(json.loads(BOARD.read_text("utf-8")))


def expressions(shown: dict[str, Any]) -> list[str]:
    assert len({panel["id"] for panel in shown["panels"]}) == len(shown["panels"])
    return [target["expr"] for panel in shown["panels"] for target in panel.get("targets", [])]


def test_the_alerts_are_raised_when_they_should_and_only_then():
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    words = [program, "test", "rules", "alerts.test.yml"]
    done = subprocess.run(words, cwd=RULES.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
