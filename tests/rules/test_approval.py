"""Who is asked to decide: levels by amount, absent approvers and their deputies, circles, those who must not decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.approval import Asked, Level, Scene, Urge, above, choose, levels_of, urge
from domain.rules.rights import DECIDING
from domain.rules.roster import PRESENT, Member, Span, presence
from domain.values import Role

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
AWAY = (Span(NOW - timedelta(hours=1), NOW + timedelta(days=3)),)
FIRST, SECOND = Level(Decimal(0)), Level(Decimal(50000), Role.MANAGER)

CHEN = Member(1, "S1", "陈姐", frozenset({Role.REVIEWER}), deputy="S2", manager="S4")
WU = Member(2, "S2", "老吴", frozenset({Role.REVIEWER}), deputy="S1", manager="S4")
LI = Member(3, "S3", "老李", frozenset({Role.SALES}), manager="S4")
ZHANG = Member(4, "S4", "张总", frozenset({Role.MANAGER}), deputy="S1")
ALL = (CHEN, WU, LI, ZHANG)


def away(*gone: Member) -> list[Member]:
    return [replace(one, leaves=AWAY) if one in gone else one for one in ALL]


def asked(level: Level, members, barred: frozenset[int] = frozenset()) -> tuple[str, str]:
    found = choose(level, Scene(members, NOW, ZONE, barred))
    return (
        found.approver.name if found.approver else "",
        found.instead_of.name if found.instead_of else "",
    )


@pytest.mark.parametrize(
    ("level", "gone", "barred", "who"),
    [
        (FIRST, (), (), ("陈姐", "")),
        (FIRST, (CHEN,), (), ("老吴", "陈姐")),
        (FIRST, (CHEN, WU), (), ("张总", "陈姐")),
        (FIRST, ALL, (), ("陈姐", "")),
        (FIRST, (), (1,), ("老吴", "")),
        (FIRST, (WU,), (1,), ("张总", "老吴")),
        (FIRST, (), (1, 2), ("张总", "")),
        (FIRST, (), (1, 2, 4), ("", "")),
        (SECOND, (), (), ("张总", "")),
        (SECOND, (ZHANG,), (), ("陈姐", "张总")),
        (SECOND, (ZHANG,), (1,), ("老吴", "张总")),
        (SECOND, (ZHANG, CHEN), (), ("老吴", "张总")),
        (SECOND, (ZHANG,), (1, 2), ("张总", "")),
        (Level(Decimal(0), who="S2"), (), (), ("老吴", "")),
        (Level(Decimal(0), who="S2"), (WU,), (), ("陈姐", "老吴")),
        (Level(Decimal(0), who="S3"), (), (), ("", "")),
    ],
)
def test_who_is_asked(level, gone, barred, who):
    assert asked(level, away(*gone), frozenset(barred)) == who


def test_who_is_on_a_shift_is_asked_first():
    shift = (Span(NOW - timedelta(hours=1), NOW + timedelta(hours=1)),)
    assert asked(FIRST, [CHEN, replace(WU, shifts=shift), ZHANG]) == ("老吴", "")


def test_who_has_no_wechat_is_passed_over():
    assert asked(FIRST, [replace(CHEN, reachable=False), WU]) == ("老吴", "")


def test_above_is_the_line_manager_and_never_the_same_person():
    scene = Scene(ALL, NOW, ZONE)
    assert above(CHEN, FIRST, scene) == ZHANG
    assert above(ZHANG, SECOND, scene) is None
    assert above(CHEN, FIRST, replace(scene, members=away(ZHANG))) == WU
    assert above(CHEN, FIRST, replace(scene, barred=frozenset({2, 4}))) is None


@pytest.mark.parametrize(
    ("total", "levels"),
    [("0", 1), ("49999.99", 1), ("50000", 2), ("200000", 3)],
)
def test_levels_by_amount(total: str, levels: int):
    scheme = (Level(Decimal(200000), who="S9"), FIRST, SECOND)
    found = levels_of(Decimal(total), scheme)
    assert len(found) == levels
    assert [one.above for one in found] == sorted(one.above for one in found)
    assert levels_of(Decimal(total), ()) == (FIRST,)
    assert levels_of(Decimal(total), (SECOND,)) == (SECOND,)


PATIENCE = timedelta(hours=2)


@pytest.mark.parametrize(
    ("asked_ago", "reminded_ago", "what"),
    [
        (0, None, Urge.NOTHING), (59, None, Urge.NOTHING), (60, None, Urge.REMIND), (61, 1, Urge.NOTHING),
        (119, 59, Urge.NOTHING), (120, 60, Urge.ESCALATE), (500, None, Urge.REMIND), (500, 10, Urge.NOTHING),
    ],
)  # fmt: skip
def test_half_the_patience_reminds_and_all_of_it_escalates(asked_ago, reminded_ago, what):
    reminded = None if reminded_ago is None else NOW - timedelta(minutes=reminded_ago)
    assert urge(Asked(NOW - timedelta(minutes=asked_ago), reminded), PATIENCE, NOW, ZONE) is what


@pytest.mark.parametrize(
    ("asked_ago", "reminded_ago", "what"),
    [(59, None, Urge.NOTHING), (60, None, Urge.REMIND), (300, 120, Urge.NOTHING), (2000, 24 * 60, Urge.REMIND)],
)
def test_whom_nobody_is_above_is_reminded_once_a_day(asked_ago, reminded_ago, what):
    reminded = None if reminded_ago is None else NOW - timedelta(minutes=reminded_ago)
    assert urge(Asked(NOW - timedelta(minutes=asked_ago), reminded, top=True), PATIENCE, NOW, ZONE) is what


CODES = st.none() | st.integers(0, 7).map(lambda n: f"S{n}")
ROLES = st.frozensets(st.sampled_from([Role.REVIEWER, Role.MANAGER, Role.SALES]), min_size=1)


@st.composite
def companies(draw) -> list[Member]:
    """Up to eight people with any links of deputies and managers between them, circles too."""
    return [
        Member(
            n, f"S{n}", f"n{n}", draw(ROLES), manager=draw(CODES), deputy=draw(CODES),
            leaves=AWAY if draw(st.booleans()) else (), reachable=draw(st.integers(0, 4)) > 0,
        )
        for n in range(draw(st.integers(0, 8)))
    ]  # fmt: skip


LEVELS = st.sampled_from([FIRST, SECOND, Level(Decimal(0), who="S1")])


@given(companies(), LEVELS, st.frozensets(st.integers(0, 7), max_size=4))
def test_whoever_is_asked_may_answer_and_is_here_if_anybody_is(members, level, barred):
    scene = Scene(members, NOW, ZONE, barred)
    found = choose(level, scene)
    entitled = [one for one in members if scene.able(one) and level.authorises(one.code, one.roles)]
    if found.approver is None:
        assert not entitled
        return
    assert found.approver.staff not in barred
    assert found.approver.reachable
    assert found.approver.roles & DECIDING
    if presence(found.approver, NOW, ZONE) not in PRESENT:
        assert found.instead_of is None
        assert not any(presence(one, NOW, ZONE) in PRESENT for one in entitled)
    if found.instead_of is not None:
        assert found.instead_of != found.approver
        assert presence(found.instead_of, NOW, ZONE) not in PRESENT
        assert level.authorises(found.instead_of.code, found.instead_of.roles)


@given(companies(), LEVELS)
def test_asking_further_up_ends_whatever_circles_there_are(members, level):
    barred: frozenset[int] = frozenset()
    current = choose(level, Scene(members, NOW, ZONE)).approver
    asked = 0
    while current is not None:
        barred |= {current.staff}
        current = above(current, level, Scene(members, NOW, ZONE, barred))
        asked += 1
    assert asked <= len(members)
