"""What the platform's error codes mean for us, as data; the codes and their advice are in its "全局返回码" pages."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about a code: its class, whether trying again can help, and how long to wait first."""

    kind: str
    permanent: bool = False
    retry_after: timedelta | None = None


OK = 0
TOKEN = frozenset({40001, 40014, 42001})
"""The access token is not good any more, or never was."""
NO_MENU = 46003

_GROUPS: tuple[tuple[Policy, tuple[int, ...]], ...] = (
    (Policy("token", permanent=True), tuple(TOKEN)),
    (
        Policy("config", permanent=True),
        (
            *(40002, 40013, 40125, 40164, 40243, 41001, 41002, 41004, 48001, 48004, 50007),
            *(61004, 61007, 89503, 89506, 89507),
        ),
    ),
    (Policy("recipient", permanent=True), (40003, 43004, 43019, 48002, 49003, 50002, 50005)),
    (Policy("consent", permanent=True), (43101,)),
    (Policy("window", permanent=True), (45015, 45047)),
    # The quota of the day: how long that is depends on the hour, and is for the caller to say.
    (Policy("throttled"), (45009,)),
    (Policy("throttled", retry_after=timedelta(seconds=60)), (45011,)),
    (Policy("throttled", retry_after=timedelta(seconds=5)), (43108, 45066, 45169)),
    (
        Policy("content", permanent=True),
        (
            *(40033, 40035, 40036, 40037, 40039, 40249, 41030, 43116, 44002, 44004, 45168, 47001, 47003),
            *(45002, 45003, 45004, 45005, 45006, 45008),
        ),
    ),
    (Policy("media", permanent=True), (*range(40004, 40013), 41005, 45001, 45007)),
    (Policy("review", permanent=True), (40252,)),
    (Policy("method", permanent=True), (43001, 43002, 43003)),
    (Policy("quota_reset", permanent=True), (48006,)),
    (Policy("transient"), (-1, 268487001, 268487002)),
)

POLICIES: dict[int, Policy] = {code: policy for policy, codes in _GROUPS for code in codes}
UNKNOWN = Policy("transient")


def policy_of(code: int) -> Policy:
    """What to do about a code; one that is not in the table may pass by itself."""
    return POLICIES.get(code, UNKNOWN)
