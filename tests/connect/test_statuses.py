"""What the codes of each service mean: one table each, because the same number means other things elsewhere."""

import pytest

from connect.carriers.statuses import KDNIAO, KUAIDI100, meaning


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ("101 102", "handed_over"), ("1 103", "collected"), ("0 1002", "in_transit"), ("1001", "arrived_city"),
        ("5", "out_for_delivery"), ("501", "ready_for_pickup"), ("3 301 302 303 304", "delivered"),
        ("203 204 14", "delivery_failed"), ("2 201 202 205 206 207 208 209", "problem"), ("8 10 11 12 13", "customs"),
        ("7 1003", "forwarded"), ("6", "returning"), ("4", "returned"), ("401 210", "cancelled"),
        ("399", "delivered"), ("1999", "in_transit"), ("299", "problem"),
    ],
)  # fmt: skip
def test_codes_of_kuaidi100(codes: str, state: str):
    assert {meaning(KUAIDI100, code)[0] for code in codes.split()} == {state}


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ("0 10", "handed_over"), ("1 206", "collected"), ("2 204", "in_transit"), ("201 205", "arrived_city"),
        ("202 419", "out_for_delivery"), ("211", "ready_for_pickup"), ("3 301 302 304 311", "delivered"),
        ("404 405", "delivery_failed"), ("4 401 402 403 412 414 416 417 420 421 423", "problem"),
        ("6 601 602 603 604", "customs"), ("5 422", "forwarded"), ("407", "returning"), ("406", "returned"),
        ("413 415", "cancelled"),
    ],
)  # fmt: skip
def test_codes_of_kdniao(codes: str, state: str):
    assert {meaning(KDNIAO, code)[0] for code in codes.split()} == {state}


@pytest.mark.parametrize("code", ["", "xyz", "99", "-1", "9" * 40])
def test_a_code_that_nobody_knows_is_a_parcel_under_way(code: str):
    assert meaning(KUAIDI100, code) == ("in_transit", "")


def test_the_same_number_means_opposite_things():
    assert meaning(KUAIDI100, "201") == ("problem", "overdue")
    assert meaning(KDNIAO, "201") == ("arrived_city", "")
    assert meaning(KUAIDI100, "401")[0] == "cancelled"
    assert meaning(KDNIAO, "401")[0] == "problem"


def test_signed_into_a_locker_is_delivered_and_says_so():
    assert meaning(KUAIDI100, "304") == meaning(KDNIAO, "311") == ("delivered", "locker")
