"""A shop with its people and one product; at the end of every test the books are right."""

from collections.abc import AsyncIterator

import pytest

from tests.shop import Cast, check_the_books, the_cast


@pytest.fixture
async def cast(db: str) -> AsyncIterator[Cast]:
    """Everybody of the shop."""
    yield await the_cast()
    await check_the_books()
