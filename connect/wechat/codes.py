"""What the platform's error codes mean for us, as data; the codes and their advice are in its "全局返回码" pages."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about a code: its class, whether trying again can help, and how long to wait first."""

    kind: str
    permanent: bool = False
    retry_after: timedelta | None = None


TOKEN = frozenset({40001, 40014, 42001})
OK = 0

_CONFIG = Policy("config", permanent=True)
_GONE = Policy("recipient", permanent=True)
_CONTENT = Policy("content", permanent=True)
_WINDOW = Policy("window", permanent=True)
_MINUTE = Policy("throttled", retry_after=timedelta(seconds=60))
_MOMENT = Policy("throttled", retry_after=timedelta(seconds=5))

_GROUPS: tuple[tuple[Policy, tuple[int, ...]], ...] = (
    (
        _CONFIG,
        (
            40002,
            40013,
            40125,
            40243,
            41001,
            41002,
            41004,
            40164,
            61004,
            89503,
            89506,
            89507,
            48001,
            48004,
            50007,
            61007,
        ),
    ),
    (_GONE, (43004, 50005, 40003, 49003, 50002, 43019, 48002)),
    (Policy("consent", permanent=True), (43101,)),
    (_WINDOW, (45015, 45047)),
    (Policy("throttled"), (45009,)),
    (_MINUTE, (45011,)),
    (_MOMENT, (43108, 45169, 45066)),
    (
        _CONTENT,
        (
            *(40033, 40035, 40036, 40037, 40039, 40249, 41030, 43116, 44002, 44004, 45168, 47001, 47003),
            *(43001, 43002, 43003, 40004, 40005, 40006, 40007, 40008, 40009, 41005, 45001),
            *(45002, 45003, 45004, 45005, 45006, 45007, 45008),
        ),
    ),
    (Policy("review", permanent=True), (40252,)),
    (Policy("token", permanent=True), tuple(TOKEN)),
    (Policy("transient"), (-1, 268487001, 268487002)),
)

POLICIES: dict[int, Policy] = {code: policy for policy, codes in _GROUPS for code in codes}
UNKNOWN = Policy("transient")


def policy_of(code: int) -> Policy:
    """What to do about a code; one that is not in the table may pass by itself."""
    return POLICIES.get(code, UNKNOWN)
