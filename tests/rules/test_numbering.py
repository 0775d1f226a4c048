"""Order numbers: short, and every slip of a thumb is caught."""

from hypothesis import given
from hypothesis import strategies as st

from domain.rules.numbering import LETTERS, check_letter, digits, numbered, shown, well_formed

SERIALS = st.integers(1, 10**9)


def test_the_first_numbers():
    assert [numbered(n) for n in (1, 2, 42)] == ["SO1001H", "SO1002K", "SO1042Y"]
    assert shown("SO1042Y") == "1042Y"


@given(SERIALS)
def test_a_number_is_read_however_it_is_written(serial: int):
    number = numbered(serial)
    bare = number[2:]
    for text in (number, bare, number.lower(), f" {bare} ", f"SO-{bare}", f"SO {bare[:-1]} {bare[-1]}", f"so{bare}"):
        assert well_formed(text) == number
        assert digits(text) == bare[:-1]
    assert well_formed(bare[:-1]) is None
    assert digits(bare[:-1]) == bare[:-1]


@given(SERIALS, st.integers(0, 9), st.data())
def test_one_wrong_digit_is_caught(serial: int, digit: int, data: st.DataObject):
    bare = shown(numbered(serial))
    place = data.draw(st.integers(0, len(bare) - 2))
    wrong = bare[:place] + str(digit) + bare[place + 1 :]
    assert (well_formed(wrong) is None) == (wrong != bare)
    if wrong != bare:
        assert digits(wrong) == ""


@given(SERIALS, st.data())
def test_two_neighbours_swapped_are_caught(serial: int, data: st.DataObject):
    bare = shown(numbered(serial))
    place = data.draw(st.integers(0, len(bare) - 3))
    wrong = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    assert (well_formed(wrong) is None) == (wrong != bare)


@given(SERIALS, st.sampled_from(LETTERS))
def test_a_wrong_letter_is_caught(serial: int, letter: str):
    number = numbered(serial)
    assert (well_formed(number[:-1] + letter) is None) == (letter != number[-1])


@given(SERIALS, SERIALS)
def test_no_two_orders_share_a_number(one: int, other: int):
    assert (numbered(one) == numbered(other)) == (one == other)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(text: str):
    number = well_formed(text)
    if number is not None:
        assert well_formed(number) == number
        assert check_letter(digits(text)) == number[-1]


def test_letters_that_look_like_digits_are_not_used():
    assert not set(LETTERS) & set("ILO")
    assert len(set(LETTERS)) == 23


def test_what_is_no_number():
    for text in ("", "A100", "SO", "十二", "12345678901234", "10 42", "SO1042I", "1042RR"):
        assert well_formed(text) is None
    assert [digits(text) for text in ("7", "42", "x7", "")] == ["7", "42", "", ""]
