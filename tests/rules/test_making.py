"""What has to be made and bought, level by level, and when work is finished."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.rules.making import Job, circle, explode, forecast, makeable, needed, workdays

D = Decimal
LAMP = {"LAMP": {"BODY": D(1), "LED": D(4)}, "BODY": {"STEEL": D("0.25"), "SCREW": D(2)}}
TUESDAY = date(2026, 11, 24)


def test_what_is_missing_of_a_product_is_wanted_of_its_parts_at_every_level():
    found = explode({"LAMP": D(100)}, LAMP, {"BODY": D(30), "LED": D(150), "SCREW": D(1000)})
    assert found.made == {"LAMP": D(100), "BODY": D(70)}
    assert found.bought == {"LED": D(250), "STEEL": D("17.5")}


def test_what_is_at_hand_is_used_once_whoever_wants_it():
    found = explode({"LAMP": D(10), "LED": D(20)}, LAMP, {"LED": D(50)})
    assert found.bought["LED"] == D(10)


def test_a_part_of_two_levels_is_summed_before_it_is_taken():
    recipes = {"A": {"B": D(1), "C": D(1)}, "B": {"C": D(2)}}
    found = explode({"A": D(10)}, recipes, {"C": D(5)})
    assert found.bought == {"C": D(25)}


def test_what_is_bought_only_is_bought():
    assert explode({"X": D(3)}, {}, {}).bought == {"X": D(3)}
    assert explode({"X": D(3)}, {}, {"X": D(3)}).bought == {}


def test_a_part_of_itself_is_found():
    assert circle({"A": {"B": D(1)}, "B": {"A": D(1)}}) == ("A", "B", "A")
    assert circle(LAMP) == ()


@given(st.dictionaries(st.sampled_from("ABCDE"), st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 3))))
def test_whatever_the_recipes_it_ends(given_: dict[str, dict[str, int]]):
    recipes = {sku: {part: D(qty) for part, qty in parts.items()} for sku, parts in given_.items()}
    found = explode({"A": D(2)}, recipes, {})
    assert all(qty > 0 for qty in [*found.made.values(), *found.bought.values()])
    assert not set(found.made) & set(found.bought)


def test_a_station_does_one_after_the_other_and_rests_at_weekends():
    jobs = [
        Job("W1", "一号线", D(250), D(100)),
        Job("W2", "一号线", D(100), D(100)),
        Job("W3", "二号线", D(50), D(100)),
    ]
    assert forecast(jobs, today=TUESDAY) == {
        "W1": date(2026, 11, 26),
        "W2": date(2026, 11, 27),
        "W3": TUESDAY,
    }
    assert forecast([Job("W1", "x", D(500), D(100))], today=TUESDAY)["W1"] == date(2026, 11, 30)


def test_work_of_which_nobody_knows_when_it_goes_on_keeps_its_day_and_its_place():
    kept = Job("W1", "x", D(500), D(100), kept=date(2026, 11, 26))
    behind = Job("W2", "x", D(100), D(100))
    assert forecast([kept, behind], today=TUESDAY) == {"W1": date(2026, 11, 26), "W2": date(2026, 11, 27)}


def test_work_waits_for_its_materials():
    late = Job("W1", "x", D(100), D(100), date(2026, 12, 1))
    assert forecast([late], today=TUESDAY)["W1"] == date(2026, 12, 1)


def test_working_days_and_what_can_be_made():
    assert workdays(TUESDAY, TUESDAY) == 1
    assert workdays(date(2026, 11, 27), date(2026, 11, 30)) == 2
    assert workdays(date(2026, 11, 28), date(2026, 11, 29)) == 0
    assert makeable({"LED": D(4)}, {"LED": D(41)}, D(100)) == 10
    assert makeable({}, {}, D(7)) == 7
    assert makeable({"POWDER": D(3)}, {"POWDER": D(1)}, D(7), D("0.001")) == D("0.333")
    assert needed(D(3), D("0.333333")) == D("1")
