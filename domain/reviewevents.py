"""What can happen to the rules that managers set, as typed facts."""

from dataclasses import dataclass

from domain.events import BusinessEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(BusinessEvent):
    """A rule of review was set anew, from the next order on; ``was`` and ``now`` are thresholds, empty when off."""

    version: int
    rule: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLimitSet(BusinessEvent):
    """A limit of alerts was set anew, from the next look on."""

    version: int
    rule: str
    was: str
    now: str
