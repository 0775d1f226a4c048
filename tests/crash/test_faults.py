"""The places at which things may go wrong on purpose: all of them exist, each does what it is told, and none costs."""

import ast
import asyncio
import os
import timeit
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.faults import POINTS, WAITING, Broken, arm, fault, parse, stall
from tests.crash.scene import Street

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("bot", "connect", "domain", "notify", "handlers", "web")


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(())


def passed(*words: str) -> list[str]:
    """The places that the source passes by one of these words."""
    texts = (path.read_text("utf-8") for room in (*ROOMS, ".") for path in (ROOT / room).glob(depth(room)))
    trees = [ast.parse(text) for text in texts if any(f"{word}(" in text for word in words)]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        str(call.args[0].value) for call in calls if name_of(call) in words and isinstance(call.args[0], ast.Constant)
    ]


def depth(room: str) -> str:
    return "*.py" if room == "." else "**/*.py"


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) and call.args else ""


def test_every_place_is_passed_in_the_source_once_and_by_the_right_word() -> None:
    assert sorted(passed("fault", "stall")) == sorted(POINTS)
    assert sorted(passed("stall")) == sorted(WAITING)


@pytest.mark.parametrize(
    "text",
    [
        "nowhere:kill",
        "delivery.sent",
        "delivery.sent:wait",
        "delivery.sent:kill:0",
        "x",
        "delivery.sent:hang",
        "delivery.sent:delay(5)",
    ],
)
def test_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected name:kill"):
        parse(text)


def test_places_are_read_with_what_happens_and_their_turn() -> None:
    text = "delivery.sent:kill, inbox.admitted:delay(250):3,order.written:raise,order.numbered:kill(7)"
    assert [(one.name, one.action, one.milliseconds, one.left) for one in parse(text)] == [
        ("delivery.sent", "kill", 0, 1),
        ("inbox.admitted", "delay", 250, 3),
        ("order.written", "raise", 0, 1),
        ("order.numbered", "kill", 7, 1),
    ]
    assert parse("") == ()


async def test_it_happens_at_its_turn_and_only_then() -> None:
    arm(parse("delivery.sent:raise:2,delivery.handed:raise"))
    fault("delivery.sent")
    with pytest.raises(Broken, match=r"delivery\.sent"):
        fault("delivery.sent")
    fault("delivery.sent")
    with pytest.raises(Broken, match=r"delivery\.handed"):
        await stall("delivery.handed")
    await stall("delivery.handed")


async def test_where_the_code_can_wait_it_waits() -> None:
    arm(parse("delivery.claimed:delay(30),delivery.handed:hang"))
    began = asyncio.get_running_loop().time()
    await stall("delivery.claimed")
    assert asyncio.get_running_loop().time() - began >= 0.03
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stall("delivery.handed"), 0.05)


def test_it_kills_at_once_or_a_little_later() -> None:
    for text in ("delivery.sent:kill", "delivery.sent:kill(20)"):
        pid = os.fork()
        if not pid:
            arm(parse(text))
            fault("delivery.sent")
            # What follows goes on for these milliseconds and no longer.
            asyncio.run(asyncio.sleep(5))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -9


def test_unarmed_a_place_costs_less_than_a_microsecond() -> None:
    assert min(timeit.repeat(lambda: fault("delivery.sent"), number=10_000, repeat=5)) < 0.01


async def test_fault_points_do_not_exist_in_production(street: Street) -> None:
    await street.child.launch(env="production", failpoints="delivery.sent:kill")
    assert await street.child.ended() == 1
    assert "GENDAN_FAILPOINTS" in street.child.log.decode()
    assert len(street.child.log.decode().splitlines()) == 1
