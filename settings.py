"""Every knob of the product, read once from the environment, ``.env`` and ``gendan.toml``; rooms get plain values."""

import os
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from accounts import (
    AccountSettings,
    CarrierSettings,
    ChannelSettings,
    MailSettings,
    WebhookSettings,
    WecomAppSettings,
    shaped,
)
from badsettings import line_about


class Environment(StrEnum):
    """Where the process runs; simulator pages and fault points exist only outside production."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class ProcessRole(StrEnum):
    """What this process does: answer the web, work off queues, or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class TomlFile(TomlConfigSettingsSource):
    """``gendan.toml`` with names in lower case, as the environment gives them: ``[accounts.MAIN]`` is the same one."""

    def __call__(self) -> dict[str, Any]:
        """The file's values."""
        return dict(_lowered(super().__call__()))


class Settings(BaseSettings):
    """All settings with their defaults; see README for what each means."""

    model_config = SettingsConfigDict(
        env_prefix="GENDAN_",
        env_nested_delimiter="__",
        env_file=".env",
        toml_file="gendan.toml",
        extra="ignore",
    )

    env: Environment = Environment.PRODUCTION
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: str = ""
    database_url: str = "sqlite://var/gendan.sqlite3"
    secret_file: Path | None = None
    backup_dir: Path | None = None
    backup_hour: int = Field(3, ge=0, le=23)
    backup_days: int = Field(7, ge=1)
    backup_weeks: int = Field(4, ge=0)
    role: ProcessRole = ProcessRole.ALL
    timezone: str = "Asia/Shanghai"
    shop_name: str = "跟单"
    accounts: dict[str, AccountSettings] = Field(default_factory=dict)
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_open_url: str = "https://open.weixin.qq.com"
    wechat_mp_url: str = "https://mp.weixin.qq.com"
    carriers: dict[str, CarrierSettings] = Field(default_factory=dict)
    channels: dict[Literal["wecom", "dingtalk", "feishu", "webhook"], ChannelSettings] = Field(default_factory=dict)
    webhooks: dict[Annotated[str, Field(pattern="^[a-z0-9]{1,7}$")], WebhookSettings] = Field(default_factory=dict)
    apprise_urls: SecretStr | None = None
    mail: MailSettings = Field(default_factory=MailSettings)
    wecom_app: WecomAppSettings = Field(default_factory=WecomAppSettings)
    fallback_url: str = ""
    fallback_key: SecretStr | None = None
    fallback_model: str = ""
    held_hours: float = Field(2, gt=0)
    first_scan_hours: float = Field(24, gt=0)
    silence_hours: float = Field(48, gt=0)
    receipt_hours: float = Field(72, gt=0)
    silence_floor_hours: float = Field(12, gt=0)
    escalate_minutes: float = Field(30, gt=0)
    repeat_hours: float = Field(24, gt=0)
    plain_after_words: int = Field(5, ge=0)
    plain_hours: float = Field(48, gt=0, le=48)
    plain_after_tap: int = Field(3, ge=0)
    plain_tap_seconds: float = Field(60, gt=0)
    template_daily: int = Field(100_000, ge=0)
    plain_daily: int = Field(500_000, ge=0)
    template_per_second: float = Field(0, ge=0)
    plain_per_second: float = Field(0, ge=0)
    unusual_factor: float = Field(5, gt=1)
    approval_above: float | None = Field(None, gt=0)
    count_approval_above: float = Field(1000, ge=0)
    shortage_hours: float = Field(24, gt=0)
    shortage_default: str = Field("send", pattern="^(send|wait)$")
    link_days: float = Field(30, gt=0, le=365)
    photo_days: int = Field(365, ge=0, le=3650)
    demo_ahead: float = Field(0, ge=0)
    failpoints: str = ""
    metrics_token: SecretStr | None = None
    log_level: str = Field("INFO", pattern="(?i)^(debug|info|warning|error)$")
    log_format: str = Field("auto", pattern="^(auto|json|text)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment wins over ``.env``, that over ``gendan.toml``."""
        return init_settings, env_settings, dotenv_settings, TomlFile(settings_cls), file_secret_settings

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("an IANA time zone, such as Asia/Shanghai") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        shape = re.compile(r"(sqlite://.+|postgres(ql)?://.+|asyncpg://.+)")
        return shaped(value, shape, "sqlite://var/gendan.sqlite3 or postgres://user:pw@host:5432/db")

    @field_validator("fallback_url", "public_url", "wechat_api_url", "wechat_open_url", "wechat_mp_url")
    @classmethod
    def _url(cls, value: str) -> str:
        return shaped(value.rstrip("/"), re.compile(r"(https?://\S+)?"), "a base URL, such as https://bot.example.com")

    @field_validator("secret_file", "backup_dir", mode="before")
    @classmethod
    def _unset(cls, value: Any) -> Any:
        return value or None

    @field_validator("failpoints")
    @classmethod
    def _failpoints(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("env") is Environment.PRODUCTION:
            raise ValueError("fault points exist only outside production: unset it")
        return value

    @field_validator("accounts", "carriers")
    @classmethod
    def _lower(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {name.lower(): item for name, item in value.items()}

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def fallback(self) -> tuple[str, str, str]:
        """Address, key and model of the language model that may be asked; an empty address is none."""
        key = self.fallback_key.get_secret_value() if self.fallback_key is not None else ""
        return self.fallback_url, key, self.fallback_model

    @property
    def appids(self) -> dict[str, str]:
        """Which account goes by which name."""
        return {name: account.appid for name, account in self.accounts.items()}

    @property
    def metrics_bearer(self) -> str:
        """What opens the metrics to others than this machine; empty for nobody."""
        return self.metrics_token.get_secret_value() if self.metrics_token is not None else ""

    @property
    def secrets(self) -> list[str]:
        """Everything that no line of a log may show."""
        held = [self.fallback_key, self.metrics_token, self.apprise_urls, self.mail.password, self.wecom_app.secret]
        held += [carrier.key for carrier in self.carriers.values()]
        for one in self.accounts.values():
            held += [one.secret, one.token, one.aes_key, one.aes_key_previous]
        for room in (*self.channels.values(), *self.webhooks.values()):
            held += [room.url, room.secret, room.secret_previous]
        found = [secret.get_secret_value() for secret in held if secret is not None]
        return [*found, *self.apprise]

    @property
    def apprise(self) -> tuple[str, ...]:
        """The addresses for Apprise, each with its secrets; none unless set."""
        return tuple(self.apprise_urls.get_secret_value().split()) if self.apprise_urls is not None else ()

    @property
    def staff_ways(self) -> tuple[str, ...]:
        """Where staff may hear alerts besides WeChat, as far as it is set up."""
        own = {"apprise": self.apprise, "email": self.mail.host, "wecom_app": self.wecom_app.corp}
        return (
            *self.channels,
            *(f"hook:{name}" for name in self.webhooks),
            *(way for way, given in own.items() if given),
        )

    @property
    def base_url(self) -> str:
        """The base of links in messages."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        return Path(self.database_url.removeprefix("sqlite://")) if self.database_url.startswith("sqlite") else None


def read_settings(**given: Any) -> Settings:
    """The settings of this process; a bad one ends it with one line: its name, what was given, an example."""
    try:
        return Settings(**given)
    except (ValidationError, SettingsError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SystemExit(line_about(error, Settings.model_fields)) from None


def given_names() -> list[str]:
    """The names in the environment that are meant for this product."""
    return [name for name in os.environ if name.upper().startswith("GENDAN_")]


def _lowered(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {str(name).lower(): _lowered(value) for name, value in given.items()}
