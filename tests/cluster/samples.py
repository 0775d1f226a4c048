"""Something that happened, for tests that only need that it did."""

from domain.events import PersonJoined


def joined() -> PersonJoined:
    """小王 bound his phone."""
    return PersonJoined(order=None, identity=1, name="小王", roles=("buyer",))
