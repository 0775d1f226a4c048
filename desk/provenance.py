"""Every setting in force with its source, for ``gendan config show``, and the names that nothing reads."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from settings import Settings, TomlFile, given_names

_PASSWORD = re.compile(r"(//[^:/@]*:)[^@]*@")
# Read by the tests alone.
_OTHERS = frozenset({"GENDAN_TEST_REQUIRE"})


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting: its full name, its value with secrets masked, and where it was given."""

    name: str
    value: str
    source: str


def origins(settings: Settings) -> list[Origin]:
    """Every setting in force, by name; of several sources the one that wins."""
    given = [(name, dict(_flat(values))) for name, values in _sources()]
    return [
        Origin(name, _PASSWORD.sub(r"\1***@", value), next((s for s, names in given if name in names), "default"))
        for name, value in _flat(settings.model_dump(mode="json"))
    ]


def unread() -> list[str]:
    """Names in the environment or a file that look like settings and are none: most likely misspelt."""
    known = {name.upper() for name in Settings.model_fields}
    in_files = [*DotEnvSettingsSource(Settings).env_vars, *(name for name, _ in _flat(TomlFile(Settings)()))]
    names = {name.upper() for name in (*given_names(), *in_files) if name.upper().startswith("GENDAN_")}
    tops = {name: name.removeprefix("GENDAN_").split("__")[0] for name in names - _OTHERS}
    return sorted(name for name, top in tops.items() if top not in known)


def _sources() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        ("environment", EnvSettingsSource(Settings)()),
        (".env", DotEnvSettingsSource(Settings)()),
        ("gendan.toml", TomlFile(Settings)()),
    ]


def _flat(values: Mapping[str, Any], prefix: str = "GENDAN_") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        full = prefix + str(name).upper()
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{full}__")
        else:
            yield full, "" if value is None or value == {} else str(value)
