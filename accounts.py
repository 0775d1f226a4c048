"""The settings of one Official Account and of one carrier service, as shapes; ``settings.py`` reads them."""

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
APPID = re.compile(r"wx[0-9a-f]{16}")
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")


class Mode(StrEnum):
    """How the platform wraps its pushes: 安全, 兼容 or 明文."""

    SAFE = "safe"
    COMPAT = "compat"
    PLAIN = "plain"


class Mapping(BaseModel):
    """A file that says which template tells which notice, and what each field says: it goes before the settings."""

    model_config = ConfigDict(extra="forbid")

    templates: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, dict[str, str]] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Mapping":
        """What stands there; ``ValueError`` with what is wrong about it."""
        try:
            return cls(**tomllib.loads(path.read_text("utf-8")))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise ValueError(f"expected a TOML file with [templates] and [fields.ORDER_SHIPPED]: {error}") from None
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise ValueError(f"expected [templates] and [fields.ORDER_SHIPPED] only, found {place}") from None


class AccountSettings(BaseModel):
    """One Official Account (公众号), as its console shows it."""

    appid: str
    secret: SecretStr
    token: SecretStr
    aes_key: SecretStr | None = None
    aes_key_previous: SecretStr | None = None
    original_id: str = ""
    mode: Mode = Mode.SAFE
    templates: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, dict[str, str]] = Field(default_factory=dict)
    mapping_file: Path | None = None

    @field_validator("appid")
    @classmethod
    def _appid(cls, value: str) -> str:
        return shaped(value, APPID, "wx followed by 16 hex digits, such as wx0123456789abcdef")

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        shaped(value.get_secret_value(), TOKEN, "3 to 32 letters or digits, such as k3J9x2TokenForWeChat")
        return value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        shaped(value.get_secret_value(), re.compile(r"\S{8,}"), "the 32-character AppSecret of the account")
        return value

    @field_validator("aes_key", "aes_key_previous")
    @classmethod
    def _aes_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            shaped(value.get_secret_value(), AES_KEY, "the 43 letters or digits of the EncodingAESKey")
        return value

    @field_validator("templates")
    @classmethod
    def _upper(cls, value: dict[str, str]) -> dict[str, str]:
        return {name.upper(): template for name, template in value.items()}

    @field_validator("fields")
    @classmethod
    def _upper_fields(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        return {name.upper(): chosen for name, chosen in value.items()}

    @field_validator("mapping_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None:
            Mapping.read(value)
        return value

    @model_validator(mode="after")
    def _mapped(self) -> "AccountSettings":
        if self.mapping_file is not None:
            found = Mapping.read(self.mapping_file)
            self.templates = self._upper(self.templates) | self._upper(found.templates)
            self.fields = self._upper_fields(self.fields) | self._upper_fields(found.fields)
        return self

    @model_validator(mode="after")
    def _key_for_mode(self) -> "AccountSettings":
        if self.mode is not Mode.PLAIN and self.aes_key is None:
            raise ValueError("AES_KEY is needed in mode safe or compat, or set MODE=plain")
        return self


class CarrierSettings(BaseModel):
    """Credentials of one carrier service; which are needed depends on the service."""

    url: str = ""
    key: SecretStr
    customer: str = ""
    id: str = ""


class ChannelSettings(BaseModel):
    """Where staff hear alerts besides WeChat: a group robot (wecom, dingtalk, feishu) or a webhook.

    While a secret changes, a webhook is signed with the previous one too. ``inside`` allows plain http and addresses
    of one's own network.
    """

    url: SecretStr
    secret: SecretStr | None = None
    secret_previous: SecretStr | None = None
    inside: bool = False

    @field_validator("url")
    @classmethod
    def _url(cls, value: SecretStr) -> SecretStr:
        shaped(value.get_secret_value(), re.compile(r"https?://\S+"), "the address that the group or receiver gave you")
        return value

    @property
    def address(self) -> str:
        """Where to send, a secret by itself with most robots."""
        return self.url.get_secret_value()

    @property
    def keys(self) -> tuple[str, ...]:
        """What to sign with, the newest first."""
        return tuple(one.get_secret_value() for one in (self.secret, self.secret_previous) if one is not None)


class WebhookSettings(ChannelSettings):
    """One of several webhooks; ``events`` are the rules of alerts that it wants to hear of, empty for all."""

    events: str = ""

    @field_validator("events")
    @classmethod
    def _events(cls, value: str) -> str:
        return shaped(value, re.compile(r"([a-z_]+(,[a-z_]+)*)?"), "rules of alerts, such as stock_short,order_held")

    @property
    def wanted(self) -> frozenset[str]:
        """The rules by name."""
        return frozenset(filter(None, self.events.split(",")))


class WecomAppSettings(BaseModel):
    """The WeCom app (企业微信应用) by which members of staff may be sent alerts and reports; without a corp, none."""

    corp: str = ""
    agent: int = Field(0, ge=0)
    secret: SecretStr | None = None
    url: str = "https://qyapi.weixin.qq.com"

    @model_validator(mode="after")
    def _whole(self) -> "WecomAppSettings":
        shaped(self.url, re.compile(r"https?://\S+"), "URL, such as https://qyapi.weixin.qq.com")
        if self.corp and (not self.agent or self.secret is None):
            raise ValueError("CORP needs AGENT and SECRET of the app, such as AGENT=1000002")
        return self

    @property
    def parts(self) -> dict[str, Any]:
        """The app in the words of those who speak to it."""
        secret = self.secret.get_secret_value() if self.secret is not None else ""
        return {"url": self.url.rstrip("/"), "corp": self.corp, "agent": self.agent, "secret": secret}


_SENDER = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{4,253}")


class MailSettings(BaseModel):
    """The mail server by which staff may be sent alerts and reports; without a host there is none.

    ``tls`` is tls from the first byte (port 465), starttls (587), or none, for a server in one's own house only.
    """

    host: str = ""
    port: int | None = Field(None, ge=1, le=65535)
    tls: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: SecretStr | None = None
    sender: str = ""
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> "MailSettings":
        if self.host:
            shaped(
                self.sender,
                _SENDER,
                "SENDER, an address such as alerts@shop.example",
            )
        if self.password is not None and self.tls == "none":
            raise ValueError("PASSWORD would go in clear words: set TLS=starttls or tls")
        return self

    @property
    def parts(self) -> dict[str, Any]:
        """The server in the words of those who speak to it; without a port, the one that is usual."""
        return {
            "host": self.host,
            "port": self.port or {"tls": 465, "starttls": 587, "none": 25}[self.tls],
            "sender": self.sender,
            "tls": self.tls,
            "user": self.user,
            "password": self.password.get_secret_value() if self.password is not None else "",
            "ca_file": str(self.ca_file) if self.ca_file is not None else None,
        }


def shaped(value: str, shape: re.Pattern[str], example: str) -> str:
    """The value, or ``ValueError`` with an example of one that has the shape."""
    if not shape.fullmatch(value):
        raise ValueError(f"expected {example}")
    return value
