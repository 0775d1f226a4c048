"""Figures in words, as they stand in replies and notices."""

from datetime import timedelta

import pytest

from templates import span


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "1 分钟"),
        (30, "30 分钟"),
        (60, "1 小时"),
        (90, "90 分钟"),
        (325, "5 小时 25 分钟"),
        (1440, "1 天"),
        (1500, "25 小时"),
    ],
)
def test_a_length_of_time(minutes: int, said: str):
    assert span(timedelta(minutes=minutes)) == said
