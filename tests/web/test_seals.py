"""Sealed texts: what comes back is what was sealed, for the same purpose, in time; anything else is nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.seals import LONGEST, sealed, unsealed

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECRET = b"s" * 32
TEXT = sealed(["main", "o-wang"], purpose="visit", until=NOW + timedelta(hours=1), secret=SECRET)


def opened(text: str, *, purpose: str = "visit", now: datetime = NOW, secret: bytes = SECRET) -> tuple[str, ...] | None:
    return unsealed(text, purpose=purpose, now=now, secret=secret)


def test_gives_back_what_was_sealed() -> None:
    assert opened(TEXT) == ("main", "o-wang")


def test_is_good_for_one_purpose_one_secret_and_a_while() -> None:
    assert opened(TEXT, purpose="trip") is None
    assert opened(TEXT, secret=b"t" * 32) is None
    assert opened(TEXT, now=NOW + timedelta(minutes=59)) == ("main", "o-wang")
    assert opened(TEXT, now=NOW + timedelta(hours=1)) is None


def test_no_character_can_be_changed() -> None:
    for place in range(len(TEXT)):
        changed = "B" if TEXT[place] != "B" else "C"
        assert opened(TEXT[:place] + changed + TEXT[place + 1 :]) is None
        assert opened(TEXT[:place]) is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "x.y", "é.ü", TEXT + "0", "." + TEXT, "A" * (LONGEST + 1) + "." + TEXT]
)
def test_other_texts_are_nothing(text: str) -> None:
    assert opened(text) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_holds_any_text_and_fits_a_cookie(values: list[str]) -> None:
    values = [value.encode(errors="replace").decode() for value in values]
    text = sealed(values, purpose="visit", until=NOW + timedelta(hours=1), secret=SECRET)
    assert opened(text) == tuple(values) or len(text) > LONGEST
    assert text.isascii()
    assert not set(text) & set(' ",;\\')
