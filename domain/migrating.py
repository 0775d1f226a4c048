"""Brings the tables of an open database to the present version, in the caller's transaction and in little time."""

from typing import Any, Self

from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from domain.faults import fault

_NEWEST = (MigrationTarget(app_label="gendan", name="__latest__"),)


class Executor(MigrationExecutor):
    """The library's, for use in a transaction that is open already."""

    async def prepare(self) -> None:
        """Make the table of migrations."""
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))

    async def bring_up(self) -> None:
        """Make what is missing."""
        self.recorder = _Recorder(self.connection)
        await self.migrate(_NEWEST, progress=lambda *_: fault("migration.applied"))

    async def pending(self) -> bool:
        """Whether something is missing."""
        return bool(await self.plan(_NEWEST))

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = await super()._project_state(applied, upto=upto)
        return _State(models=state.models, apps=_Classes.of(state.apps))


class _Recorder(MigrationRecorder):
    async def ensure_schema(self, schema_editor: Any) -> None:
        """Made before: the library makes it by a script, and on SQLite a script commits what is open."""


class _Classes(StateApps):
    """The library prepares the queries of all models after each operation; those that it did not touch have theirs."""

    @classmethod
    def of(cls, apps: StateApps) -> Self:
        """The same classes."""
        same = cls(apps._default_connections, apps._connections)
        same.apps = apps.apps
        return same

    def _build_initial_querysets(self) -> None:
        every, seen = self.apps, self.__dict__.setdefault("_seen", set())
        self.apps = {label: {name: one for name, one in app.items() if one not in seen} for label, app in every.items()}
        super()._build_initial_querysets()
        seen.update(one for app in self.apps.values() for one in app.values() if one._meta._inited)
        self.apps = every


class _State(State):
    """The library copies all models before each operation; most operations never look at the copy."""

    def clone(self) -> State:
        return _Copy(self)


class _Copy(State):
    """What the models were, made into classes when they are first asked for."""

    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}
        self._now = state.apps

    def __getattr__(self, name: str) -> Any:
        if name != "apps":
            raise AttributeError(name)
        self.apps = self._now.clone(model_states=self.models)
        return self.apps
