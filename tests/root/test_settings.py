"""Settings: which source wins, what is said of a bad one, what is shown of a secret."""

from pathlib import Path

import pytest

from desk.provenance import origins, unread
from settings import read_settings

ACCOUNT = {
    "GENDAN_ACCOUNTS__MAIN__APPID": "wx0123456789abcdef",
    "GENDAN_ACCOUNTS__MAIN__SECRET": "an-app-secret-of-an-account",
    "GENDAN_ACCOUNTS__MAIN__TOKEN": "TokenForTests",
    "GENDAN_ACCOUNTS__MAIN__MODE": "plain",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, in which the process stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GENDAN_TEST_REQUIRE", raising=False)
    return tmp_path


def give(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_the_environment_wins_over_env_file_and_that_over_toml(place: Path, monkeypatch: pytest.MonkeyPatch):
    (place / "gendan.toml").write_text('port = 1\nhost = "10.0.0.1"\nshop_name = "甲"\n', "utf-8")
    (place / ".env").write_text("GENDAN_PORT=2\nGENDAN_HOST=10.0.0.2\n", "utf-8")
    give(monkeypatch, GENDAN_PORT="3")
    found = read_settings()
    assert (found.port, found.host, found.shop_name) == (3, "10.0.0.2", "甲")
    sources = {row.name: row.source for row in origins(found)}
    assert sources["GENDAN_PORT"] == "environment"
    assert sources["GENDAN_HOST"] == ".env"
    assert sources["GENDAN_SHOP_NAME"] == "gendan.toml"
    assert sources["GENDAN_ROLE"] == "default"


def test_an_account_may_be_spread_over_sources_in_any_case(place: Path, monkeypatch: pytest.MonkeyPatch):
    (place / "gendan.toml").write_text('[accounts.MAIN]\nappid = "wx0123456789abcdef"\nmode = "plain"\n', "utf-8")
    give(monkeypatch, **{n: ACCOUNT[n] for n in ACCOUNT if n.endswith(("SECRET", "TOKEN"))})
    assert list(read_settings().accounts) == ["main"]
    assert read_settings().accounts["main"].appid == "wx0123456789abcdef"


def test_secrets_and_passwords_are_masked(place: Path, monkeypatch: pytest.MonkeyPatch):
    give(monkeypatch, GENDAN_DATABASE_URL="postgres://shop:geheim@db:5432/gendan", **ACCOUNT)
    shown = " ".join(row.value for row in origins(read_settings()))
    assert "geheim" not in shown
    assert ACCOUNT["GENDAN_ACCOUNTS__MAIN__SECRET"] not in shown
    assert ACCOUNT["GENDAN_ACCOUNTS__MAIN__TOKEN"] not in shown
    assert "postgres://shop:***@db:5432/gendan" in shown


def test_names_that_nothing_reads_are_told(place: Path, monkeypatch: pytest.MonkeyPatch):
    give(monkeypatch, GENDAN_PROT="80", GENDAN_TEST_REQUIRE="postgres", **ACCOUNT)
    (place / ".env").write_text("GENDAN_HOTS=x\nOTHER=1\n", "utf-8")
    (place / "gendan.toml").write_text("[log]\nlevel = 'INFO'\n", "utf-8")
    assert unread() == ["GENDAN_HOTS", "GENDAN_LOG__LEVEL", "GENDAN_PROT"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"GENDAN_PORT": "eighty"}, ("GENDAN_PORT", "ei…", "such as 8080")),
        ({"GENDAN_PORT": "0"}, ("GENDAN_PORT", "such as 8080")),
        ({"GENDAN_ENV": "prod"}, ("GENDAN_ENV", "production")),
        ({"GENDAN_ROLE": "boss"}, ("GENDAN_ROLE", "such as all")),
        ({"GENDAN_TIMEZONE": "Mars/Base"}, ("GENDAN_TIMEZONE", "Asia/Shanghai")),
        ({"GENDAN_LOG_LEVEL": "loud"}, ("GENDAN_LOG_LEVEL", "such as INFO")),
        ({"GENDAN_LOG_FORMAT": "xml"}, ("GENDAN_LOG_FORMAT", "such as auto")),
        ({"GENDAN_DATABASE_URL": "mysql://x"}, ("GENDAN_DATABASE_URL", "sqlite://var/gendan.sqlite3")),
        ({"GENDAN_WEBHOOKS__WAREHOUSE__URL": "https://a.example/"}, ("GENDAN_WEBHOOKS__WAREHOUSE", "[a-z0-9]{1,7}")),
        (
            {"GENDAN_WEBHOOKS__ERP__URL": "https://a.example/", "GENDAN_WEBHOOKS__ERP__EVENTS": "Stock short"},
            ("GENDAN_WEBHOOKS__ERP__EVENTS", "such as stock_short"),
        ),
        ({"GENDAN_WECOM_APP__CORP": "ww1"}, ("GENDAN_WECOM_APP", "such as AGENT=1000002")),
        ({"GENDAN_PUBLIC_URL": "bot.example.com"}, ("GENDAN_PUBLIC_URL", "https://bot.example.com")),
        ({"GENDAN_APPROVAL_ABOVE": "much"}, ("GENDAN_APPROVAL_ABOVE", "such as 50000")),
        ({"GENDAN_ACCOUNTS": "main"}, ("GENDAN_ACCOUNTS", "GENDAN_ACCOUNTS__MAIN__APPID=")),
        ({"GENDAN_ACCOUNTS__MAIN": "main"}, ("GENDAN_ACCOUNTS__MAIN",)),
        ({"GENDAN_ACCOUNTS__MAIN__TOKEN": "x" * 9}, ("GENDAN_ACCOUNTS__MAIN__APPID", "missing", "wx0123456789abcdef")),
        ({**ACCOUNT, "GENDAN_ACCOUNTS__MAIN__MODE": "safe"}, ("GENDAN_ACCOUNTS__MAIN", "AES_KEY")),
        ({**ACCOUNT, "GENDAN_ACCOUNTS__MAIN__TOKEN": "多"}, ("GENDAN_ACCOUNTS__MAIN__TOKEN", "3 to 32")),
        ({**ACCOUNT, "GENDAN_ACCOUNTS__MAIN__AES_KEY": "k" * 42}, ("GENDAN_ACCOUNTS__MAIN__AES_KEY", "43")),
        ({"GENDAN_CARRIERS__KUAIDI100__URL": "http://x"}, ("GENDAN_CARRIERS__KUAIDI100__KEY", "missing")),
        ({"GENDAN_FAILPOINTS": "inbox.admitted:kill"}, ("GENDAN_FAILPOINTS",)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_bad_setting_is_one_line_with_its_name_and_an_example(
    place: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: tuple[str, ...]
):
    give(monkeypatch, **given)
    with pytest.raises(SystemExit) as stopped:
        read_settings()
    line = str(stopped.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == []
    assert ACCOUNT["GENDAN_ACCOUNTS__MAIN__SECRET"] not in line


def test_a_file_that_is_no_toml_is_named(place: Path):
    (place / "gendan.toml").write_text("port =", "utf-8")
    with pytest.raises(SystemExit, match=r"gendan\.toml"):
        read_settings()


def test_a_mapping_file_goes_before_the_settings(place: Path, monkeypatch: pytest.MonkeyPatch):
    file = place / "notices.toml"
    file.write_text('[templates]\norder_shipped = "T2"\n[fields.ORDER_SHIPPED]\nthing3 = "goods"\n', "utf-8")
    given = {"TEMPLATES__DEFAULT": "T1", "TEMPLATES__ORDER_SHIPPED": "T0", "MAPPING_FILE": str(file)}
    for name, value in (ACCOUNT | {f"GENDAN_ACCOUNTS__MAIN__{name}": value for name, value in given.items()}).items():
        monkeypatch.setenv(name, value)
    account = read_settings().accounts["main"]
    assert account.templates == {"DEFAULT": "T1", "ORDER_SHIPPED": "T2"}
    assert account.fields == {"ORDER_SHIPPED": {"thing3": "goods"}}
    wrong = {"[notices]\n": "found notices", "[templates": "a TOML file", "[templates]\nA = 1\n": "found templates.A"}
    for text, words in wrong.items():
        file.write_text(text, "utf-8")
        with pytest.raises(SystemExit, match="GENDAN_ACCOUNTS__MAIN__MAPPING_FILE") as stop:
            read_settings()
        assert words in str(stop.value)
    file.unlink()
    with pytest.raises(SystemExit, match="MAPPING_FILE"):
        read_settings()
