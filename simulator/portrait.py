"""What the control API shows of the state, and which knobs it may turn."""

from typing import Any, get_args

from .account import JobFinish, MenuIds, OfficialAccount
from .envelope import Format, Mode
from .follower import Follower
from .platform import Platform as _Platform
from .push import Pushed

Knob = type | tuple[type, ...] | frozenset[str]
"""What a knob takes: values of a type, or one of some words."""

ACCOUNT_KNOBS: dict[str, Knob] = {
    "webhook": str,
    "mode": frozenset(get_args(Mode)),
    "format": frozenset(get_args(Format)),
    "attempts": int,
    "timeout": (int, float),
    "pace": (int, float),
    "resign": bool,
    "retry_unfit": bool,
    "job_finish": frozenset(get_args(JobFinish)),
    "late_seconds": (int, float),
    "menu_ids": frozenset(get_args(MenuIds)),
    "honours_client_msg_id": bool,
    "oauth_domain": str,
    "frozen": bool,
    "test_account": bool,
}
FOLLOWER_KNOBS: dict[str, Knob] = {"muted": bool, "blacklisted": bool, "name": str}


def platform(of: _Platform) -> dict[str, Any]:
    """The whole stage: time, accounts with their people, waiting faults, parcels."""
    return {
        "now": of.clock().isoformat(),
        "last": of.journal.last,
        "accounts": [account(one) for one in of.accounts.values()],
        "faults": [fault.as_json() for fault in of.faults.waiting],
        "parcels": [
            {"number": one.number, "company": one.company, "state": one.state, "steps": len(one.steps)}
            for one in of.carrier.parcels.values()
        ],
    }


def account(of: OfficialAccount) -> dict[str, Any]:
    """One account without its secrets."""
    knobs = {name: getattr(of, name) for name in ACCOUNT_KNOBS}
    return knobs | {
        "appid": of.appid,
        "original_id": of.original_id,
        "name": of.name,
        "menu": of.menu,
        "templates": [template.as_json() for template in of.templates.all()],
        "followers": [follower(one) for one in of.followers.values()],
    }


def secrets(of: OfficialAccount) -> dict[str, str]:
    """What a bot needs to serve the account; told once, when the account is opened."""
    return {name: getattr(of, name) for name in ("appid", "secret", "token", "aes_key", "original_id", "name")}


def follower(of: Follower) -> dict[str, Any]:
    """One person: where they stand, without their transcript."""
    return {
        "openid": of.openid,
        "name": of.name,
        "subscribed": of.subscribed,
        "muted": of.muted,
        "blacklisted": of.blacklisted,
        "bubbles": len(of.transcript),
        "grants": {cause: {"left": one.left, "until": one.until.isoformat()} for cause, one in of.grants.items()},
    }


def pushed(of: Pushed) -> dict[str, Any]:
    """How a gesture fared at the webhook."""
    return {
        "attempts": of.attempts,
        "statuses": list(of.statuses),
        "problems": list(of.problems),
        "reply": of.reply.kind if of.reply else None,
        "text": of.text,
    }


def change(thing: object, wishes: dict[str, Any], knobs: dict[str, Knob]) -> None:
    """Turn knobs, all or none: ValueError for one that does not exist or a value of another type."""
    for name, value in wishes.items():
        if name not in knobs or not _takes(knobs[name], value):
            raise ValueError(f"cannot set {name} to {value!r}")
    for name, value in wishes.items():
        setattr(thing, name, value)


def _takes(knob: Knob, value: Any) -> bool:
    if isinstance(knob, frozenset):
        return isinstance(value, str) and value in knob
    return isinstance(value, knob) and (knob is bool or not isinstance(value, bool))
