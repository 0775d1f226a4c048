"""By which way a member of staff hears alerts first."""

from domain.models import Staff


async def choose_way(code: str, way: str) -> bool:
    """Let alerts go this way first, WeChat with an empty one; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(way=way) == 1


async def ways_of_staff() -> list[tuple[str, str, str]]:
    """Code, name and way of everybody who works here."""
    rows = await Staff.filter(active=True).order_by("code").only("code", "name", "way")
    return [(row.code, row.name, row.way) for row in rows]
