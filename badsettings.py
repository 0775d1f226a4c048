"""The one line about a setting that cannot be used: its name, what was given (masked), what a good one looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import SettingsError

# What a good value looks like, where neither the words of the check nor the default show it.
EXAMPLES = {
    "ACCOUNTS": "GENDAN_ACCOUNTS__MAIN__APPID=wx0123456789abcdef",
    "CARRIERS": "GENDAN_CARRIERS__KUAIDI100__KEY=…",
    "APPID": "wx0123456789abcdef",
    "SECRET": "the 32-character AppSecret of the account",
    "TOKEN": "k3J9x2TokenForWeChat",
    "MODE": "safe",
    "KEY": "the key that the carrier service gave you",
    "APPROVAL_ABOVE": "50000",
}
BAD = "设置有误 · bad setting"


def line_about(error: ValueError, known: Mapping[str, FieldInfo]) -> str:
    """The line for what pydantic, its sources or the TOML reader found; of several faults the first."""
    if isinstance(error, ValidationError):
        return _about_value(error, known)
    if isinstance(error, SettingsError):
        # A whole group given as one text; the message names the field: error parsing value for field "accounts" …
        field = str(error).split('"')[1].upper()
        return f"{BAD} GENDAN_{field}: not a group of settings — give each, such as {EXAMPLES.get(field)}"
    return f"{BAD} gendan.toml: {error}"


def _about_value(error: ValidationError, known: Mapping[str, FieldInfo]) -> str:
    first = error.errors()[0]
    name = "GENDAN_" + "__".join(str(part).upper() for part in first["loc"])
    wanted = first["msg"].removeprefix("Value error, ")
    example = "" if first["type"] == "value_error" else _example(first["loc"], known)
    return f"{BAD} {name}: {_masked(first)} — {wanted}{example}"


def _example(place: Sequence[str | int], known: Mapping[str, FieldInfo]) -> str:
    field = known.get(str(place[0])) if len(place) == 1 else None
    text = EXAMPLES.get(str(place[-1]).upper()) or (field.default if field is not None else None)
    return f", such as {text}" if text else ""


def _masked(problem: Any) -> str:
    if problem["type"] == "missing":
        return "missing"
    given = problem.get("input")
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    if not isinstance(text, str):
        return f"got {type(text).__name__}"
    return f"got {text[:2]}… ({len(text)} characters)" if text else "empty"
