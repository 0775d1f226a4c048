"""Which alert explains another, so that only the cause is told; pure."""

from collections.abc import Collection, Iterable, Mapping

from notify.alerts import rules
from notify.alerts.rules import Finding, Rule

_BY_ORDER: Mapping[Rule, tuple[Rule, ...]] = {
    rules.DELIVERY_OVERDUE: (rules.PARCEL_LOST, rules.PARCEL_TROUBLED, rules.CARRIER_SILENT),
    rules.CARRIER_SILENT: (rules.PARCEL_LOST, rules.PARCEL_TROUBLED),
}
_BY_ACCOUNT: Mapping[Rule, tuple[Rule, ...]] = {
    rules.NOTICE_UNFIT: (rules.CHANNEL_SHUT,),
    rules.QUOTA_NEAR: (rules.CHANNEL_SHUT,),
}
"""What hides what: alerts about the same order, and alerts about the same account."""


def explained(found: Iterable[Finding], *, dismissed: Collection[str] = ()) -> dict[str, str]:
    """The rule of the parent by the fingerprint of the child.

    A cause hides what follows from it only from those who are told of the cause; one that was ``dismissed`` as a false
    alarm hides nothing.
    """
    every = list(found)
    causes = {(one.rule, _place(one)): one for one in every if one.fingerprint not in dismissed}
    hidden: dict[str, str] = {}
    for child in every:
        for rule in _parents(child):
            cause = causes.get((rule, _place(child)))
            if cause is not None and _hears_of(cause, child):
                hidden.setdefault(child.fingerprint, rule)
    return hidden


def _parents(child: Finding) -> list[str]:
    rule = rules.RULES[child.rule]
    return [one.name for one in (*_BY_ORDER.get(rule, ()), *_BY_ACCOUNT.get(rule, ()))]


_OF_ACCOUNT = frozenset(one.name for one in (*_BY_ACCOUNT, rules.CHANNEL_SHUT))


def _place(one: Finding) -> str:
    """What two alerts have to share: the account, or else the order."""
    return one.subject.partition(":")[0] if one.rule in _OF_ACCOUNT else one.order or ""


def _hears_of(cause: Finding, child: Finding) -> bool:
    if child.owner_staff is not None or cause.owner_staff is not None:
        return child.owner_staff == cause.owner_staff
    return child.owner_roles <= cause.owner_roles
