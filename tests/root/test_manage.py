"""The command line as a person or a script meets it: a process of its own, words, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PRODUCTS = {
    "products": [
        {"sku": "A100", "name": "电源适配器", "base_unit": "个", "units": {"箱": 50}, "list_price": 18.5, "stock": 500}
    ]
}
CUSTOMERS = {"customers": [{"id": "C001", "name": "深圳市华强电子有限公司", "short_names": ["华强"]}]}
STAFF = {"staff": [{"id": "S001", "name": "老李", "roles": ["sales"], "customers": ["C001"]}]}
ACCOUNT = {
    "GENDAN_ACCOUNTS__MAIN__APPID": "wx0123456789abcdef",
    "GENDAN_ACCOUNTS__MAIN__SECRET": "a-very-secret-app-secret-000000",
    "GENDAN_ACCOUNTS__MAIN__TOKEN": "TokenForTests",
    "GENDAN_ACCOUNTS__MAIN__AES_KEY": "k" * 43,
}

pytestmark = pytest.mark.timeout(60)


class Desk:
    """Runs commands against one database file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GENDAN_ENV": "test",
            "GENDAN_DATABASE_URL": f"sqlite://{folder / 'shop.sqlite3'}",
        }

    def run(self, *words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment | settings,
            check=False,
        )

    def file(self, document: object) -> str:
        """A JSON file with this content."""
        path = self.folder / f"file{len(list(self.folder.iterdir()))}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return str(path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A migrated database with goods, a customer and a rep."""
    assert desk.run("migrate").returncode == 0
    for kind, document in (("products", PRODUCTS), ("customers", CUSTOMERS), ("staff", STAFF)):
        done = desk.run("import", kind, desk.file(document), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"created": 1, "updated": 0, "dry_run": False}
    return desk


def test_import_names_every_bad_row_and_writes_nothing(shop: Desk):
    bad = {
        "products": [
            {"sku": "B1", "name": "好的", "base_unit": "个", "list_price": 1},
            {"sku": "B2", "list_price": "x"},
        ]
    }
    refused = shop.run("import", "products", shop.file(bad))
    assert refused.returncode == 1
    assert "第 2 行 name" in refused.stderr
    assert "第 2 行 list_price" in refused.stderr
    again = shop.run("import", "products", shop.file({"products": bad["products"][:1]}), "--dry-run", "--json")
    assert json.loads(again.stdout)["dry_run"] is True
    assert shop.run("import", "products", shop.file({"products": bad["products"][:1]}), "--json").returncode == 0


def test_import_of_no_json_and_of_a_missing_file(shop: Desk):
    path = shop.folder / "no.json"
    path.write_text("{", "utf-8")
    assert shop.run("import", "stock", str(path)).returncode == 1
    assert shop.run("import", "stock", str(shop.folder / "missing.json")).returncode == 2


def test_invite_prints_a_code_once(shop: Desk):
    issued = json.loads(shop.run("invite", "--customer", "C001", "--name", "小王", "--as", "buyer", "--json").stdout)
    assert len(issued["code"]) == 8
    assert issued["expires_at"].endswith("+00:00")
    assert json.loads(shop.run("invite", "--staff", "S001", "--json").stdout)["code"] != issued["code"]
    assert shop.run("invite", "--staff", "S999").returncode == 1
    assert shop.run("invite").returncode == 2
    assert shop.run("invite", "--customer", "C001", "--name", "小王", "--as", "king").returncode == 2


def test_orders_and_notices_are_listed(shop: Desk):
    assert json.loads(shop.run("order", "list", "--json").stdout) == []
    assert shop.run("order", "show", "1001").returncode == 1
    assert json.loads(shop.run("notices", "--json").stdout) == []
    assert shop.run("notices", "--state", "odd").returncode == 2
    assert shop.run("notices", "retry", "7").returncode == 1


def test_understand_reads_lines_with_and_without_a_catalogue(shop: Desk):
    row = {
        "id": "1",
        "text": "A100 20箱 明天送",
        "reference_time": "2026-03-18T10:00:00+08:00",
        "sender": {"role": "customer"},
    }
    told = shop.run("understand", stdin=json.dumps(row) + "\n")
    answer = json.loads(told.stdout)
    assert answer["commands"][0]["lines"][0] == {"sku": "A100", "qty": 20, "unit": "箱", "base_qty": 1000}
    assert answer["ms"] >= 0
    catalog: dict[str, object] = (
        PRODUCTS
        | CUSTOMERS
        | {"generic_terms": {}, "customer_generic_terms": {}, "unit_synonyms": {}, "generic_units": {}}
    )
    other = shop.run("understand", "--catalog", shop.file(catalog), "--explain", stdin=json.dumps(row) + "\n")
    assert json.loads(other.stdout)["commands"] == answer["commands"]
    assert json.loads(other.stdout)["rules"]


def test_config_shows_sources_and_no_secret(desk: Desk):
    shown = desk.run("config", "show", "--json", **ACCOUNT).stdout
    assert "a-very-secret" not in shown
    assert "TokenForTests" not in shown
    sources = {row["setting"]: row["source"] for row in json.loads(shown)}
    assert sources["GENDAN_ACCOUNTS__MAIN__SECRET"] == "environment"
    assert sources["GENDAN_PORT"] == "default"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("GENDAN_PORT", "eighty"),
        ("GENDAN_TIMEZONE", "Mars/Base"),
        ("GENDAN_DATABASE_URL", "mysql://x"),
        ("GENDAN_PUBLIC_URL", "bot.example.com"),
        ("GENDAN_ENV", "prod"),
        ("GENDAN_ACCOUNTS__MAIN__APPID", "wx1"),
        ("GENDAN_ACCOUNTS__MAIN__TOKEN", ""),
        ("GENDAN_ACCOUNTS__MAIN__AES_KEY", "short"),
        ("GENDAN_ACCOUNTS__MAIN__MODE", "loud"),
    ],
)
def test_a_bad_setting_stops_with_one_line_that_names_it(desk: Desk, setting: str, value: str):
    stopped = desk.run("serve", **(ACCOUNT | {setting: value}))
    assert stopped.returncode == 1
    lines = stopped.stderr.strip().splitlines()
    assert len(lines) == 1
    assert setting in lines[0]
    assert "a-very-secret" not in lines[0]


def test_serve_without_an_account_says_what_to_set(desk: Desk):
    stopped = desk.run("serve")
    assert stopped.returncode == 1
    assert "GENDAN_ACCOUNTS__MAIN__APPID" in stopped.stderr


def test_backup_is_checked_and_restored_only_where_nothing_is(shop: Desk):
    copy = shop.folder / "copy.sqlite3"
    assert shop.run("backup", str(copy)).returncode == 0
    assert shop.run("backup", str(copy)).returncode == 1
    assert shop.run("restore", str(copy)).returncode == 1
    elsewhere = {"GENDAN_DATABASE_URL": f"sqlite://{shop.folder / 'other.sqlite3'}"}
    assert shop.run("restore", str(copy), **elsewhere).returncode == 0
    known = json.loads(shop.run("import", "products", shop.file(PRODUCTS), "--json", **elsewhere).stdout)
    assert known["updated"] == 1
    with copy.open("r+b") as handle:
        handle.seek(5000)
        handle.write(b"damage")
    third = {"GENDAN_DATABASE_URL": f"sqlite://{shop.folder / 'third.sqlite3'}"}
    assert shop.run("restore", str(copy), **third).returncode == 1


def test_doctor_says_what_to_do(shop: Desk):
    told = shop.run("doctor", **(ACCOUNT | {"GENDAN_WECHAT_API_URL": "http://127.0.0.1:9"}))
    assert told.returncode == 1
    assert "✓ 数据库" in told.stdout
    assert "✗ main 令牌" in told.stdout
