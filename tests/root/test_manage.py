"""The command line as a person or a script meets it: a process of its own, words, exit codes."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

import manage
from domain import importing
from domain.database import close_database, open_database
from tests.conftest import START

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

WRITTEN = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


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

    def run(self, *words: str, stdin: str = "", **settings: str) -> Ended:
        """One command, in a fork of this process: as its own as any, without the second that importing takes."""
        paths = [self.folder / name for name in (".in", ".out", ".err")]
        paths[0].write_text(stdin, "utf-8")
        with warnings.catch_warnings():
            # From Python 3.12 on it is told that other threads do not come along; the fork needs none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            _become(words, self.folder, self.environment | settings, paths)
        _, status = os.waitpid(child, 0)
        return Ended(os.waitstatus_to_exitcode(status), paths[1].read_text("utf-8"), paths[2].read_text("utf-8"))

    def process(self, *words: str, **settings: str) -> Ended:
        """One command, in a process from its first import to its last thread."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment | settings,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def file(self, document: object) -> str:
        """A JSON file with this content."""
        path = self.folder / f"file{len(list(self.folder.iterdir()))}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        return str(path)


def _become(words: Sequence[str], folder: Path, environment: dict[str, str], paths: Sequence[Path]) -> NoReturn:
    code: object = 70
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["gendan", *words]
        for number, (path, flags) in enumerate(zip(paths, (os.O_RDONLY, WRITTEN, WRITTEN), strict=True)):
            os.dup2(os.open(path, flags), number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
        manage.main()
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            sys.stderr.write(f"{code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def shop(desk: Desk, blank: Path) -> Desk:
    """A database with goods, a customer and a rep."""
    shutil.copy(blank, desk.folder / "shop.sqlite3")

    async def fill() -> None:
        await open_database(desk.environment["GENDAN_DATABASE_URL"])
        await importing.import_products(PRODUCTS, now=START)
        await importing.import_customers(CUSTOMERS, now=START)
        await importing.import_staff(STAFF, now=START)
        await close_database()

    asyncio.run(fill())
    return desk


def test_a_new_database_is_made_and_filled(desk: Desk):
    assert desk.run("migrate").returncode == 0
    for kind, document in (("products", PRODUCTS), ("customers", CUSTOMERS), ("staff", STAFF)):
        done = desk.run("import", kind, desk.file(document), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"created": 1, "updated": 0, "dry_run": False}


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


def test_import_names_more_than_a_screenful(shop: Desk):
    rows = [{"id": f"C{n}", "short_names": "甲"} for n in range(20)]
    refused = shop.run("import", "customers", shop.file({"customers": rows}))
    assert refused.returncode == 1
    assert [n for n in range(1, 21) if f"第 {n} 行 name" not in refused.stderr] == []
    assert refused.stderr.count("short_names") == 40


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(shop: Desk):
    more = {"products": [*PRODUCTS["products"], {"sku": "B1", "name": "乙", "base_unit": "个", "list_price": 1}]}
    for _ in range(2):
        told = shop.run("import", "products", shop.file(more), "--dry-run", "--json")
        assert json.loads(told.stdout) == {"created": 1, "updated": 1, "dry_run": True}
    low = {"stock": [{"sku": "A100", "qty": 3}]}
    assert json.loads(shop.run("import", "stock", shop.file(low), "--dry-run", "--json").stdout)["updated"] == 1
    assert json.loads(shop.run("import", "stock", shop.file(low), "--json").stdout)["updated"] == 1
    assert json.loads(shop.run("import", "stock", shop.file(low), "--json").stdout)["updated"] == 0


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
    assert shop.run("notices", "show", "7").returncode == 1


def test_the_rules_of_review_are_shown_and_set(shop: Desk):
    rows = json.loads(shop.run("review-rules", "--json", GENDAN_APPROVAL_ABOVE="900").stdout)
    assert (rows[1]["rule"], rows[1]["on"], rows[1]["value"], rows[1]["version"]) == ("above_limit", True, "900", 0)
    done = json.loads(shop.run("review-rules", "set", "2", "5000", "--json").stdout)
    assert done == {"rule": "above_limit", "on": True, "value": "5000", "version": 1}
    assert shop.run("review-rules", "set", "2", "off").returncode == 0
    for wrong, code in ((("1", "5"), 1), (("99", "5"), 1), (("2", "0"), 1), (("2", "much"), 2), (("2", "nan"), 2)):
        assert shop.run("review-rules", "set", *wrong).returncode == code, wrong
    past = json.loads(shop.run("review-rules", "history", "--json").stdout)
    assert [(one["version"], one["was"], one["now"], one["by"]) for one in past] == [
        (2, "5000", "off", "系统"), (1, "off", "5000", "系统"),
    ]  # fmt: skip
    assert past[0]["until"] is None
    assert past[1]["until"] == past[0]["since"]


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


def test_understand_with_a_catalogue_needs_no_database_and_survives_bad_bytes(desk: Desk):
    words = [
        sys.executable,
        "-c",
        "import sys, manage; sys.argv[1:] = ['understand', '--catalog', sys.argv[1]]\n"
        "try:\n    manage.main()\n"
        "finally:\n    print(sorted({'tortoise', 'aiohttp', 'server'} & set(sys.modules)), file=sys.stderr)\n",
        desk.file(PRODUCTS | CUSTOMERS),
    ]
    given = b'{"id": "1", "text": "A100 20\xff"}\nno json\n[]\n\n{"id": "4", "text": "\xe5\x95\x86\xe5\x93\x81"}\n'
    done = subprocess.run(words, input=given, capture_output=True, cwd=ROOT, env=desk.environment, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == ["2 行读不懂格式 · 2 lines are not messages", "[]"]
    answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["1", None, None, "4"]
    assert [bool(answer.get("error")) for answer in answers] == [False, True, True, False]


def test_config_shows_sources_and_no_secret(desk: Desk):
    shown = desk.run("config", "show", "--json", **ACCOUNT).stdout
    assert "a-very-secret" not in shown
    assert "TokenForTests" not in shown
    sources = {row["setting"]: row["source"] for row in json.loads(shown)}
    assert sources["GENDAN_ACCOUNTS__MAIN__SECRET"] == "environment"
    assert sources["GENDAN_PORT"] == "default"


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("order", "list")])
def test_a_bad_setting_stops_every_command_with_one_line(desk: Desk, words: tuple[str, ...]):
    stopped = desk.run(*words, **(ACCOUNT | {"GENDAN_ACCOUNTS__MAIN__APPID": "wx1"}))
    assert stopped.returncode == 1
    assert len(stopped.stderr.strip().splitlines()) == 1
    assert "GENDAN_ACCOUNTS__MAIN__APPID" in stopped.stderr
    assert "a-very-secret" not in stopped.stderr


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


def test_a_copy_is_verified_and_told_as_json_and_goes_with_its_key(shop: Desk):
    key = {"GENDAN_SECRET_FILE": str(shop.folder / "key")}
    assert shop.run("invite", "--staff", "S001", **key).returncode == 0
    told = json.loads(shop.run("backup", "copy", "--json", **key).stdout)
    assert (told["rows"]["customer"], told["database"], len(told["key"])) == (1, "sqlite", 16)
    assert shop.run("restore", "copy", "--verify", **key).stdout.count("\n") == 1
    alone = shop.run("restore", "copy", GENDAN_DATABASE_URL="sqlite://new.sqlite3")
    assert alone.returncode == 0
    assert told["key"] in alone.stdout


def test_a_lost_or_exchanged_key_stops_commands_and_the_service_until_it_is_adopted(shop: Desk):
    file = shop.folder / "key"
    key = {"GENDAN_SECRET_FILE": str(file)}
    assert shop.run("invite", "--staff", "S001", **key).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    whole = file.read_text()
    file.unlink()
    for words in (("invite", "--staff", "S001"), ("serve",)):
        lost = shop.run(*words, **key, **ACCOUNT)
        assert lost.returncode == 1
        assert len(lost.stderr.strip().splitlines()) == 1
        assert "不见了" in lost.stderr
        assert not file.exists()
    unset = shop.run("serve", **ACCOUNT)
    assert (unset.returncode, "GENDAN_SECRET_FILE" in unset.stderr) == (1, True)
    file.write_text("ab" * 32)
    other = shop.run("serve", **key, **ACCOUNT)
    assert (other.returncode, "不是这个数据库的" in other.stderr) == (1, True)
    file.write_text("no key")
    assert "读不了" in shop.run("serve", **key, **ACCOUNT).stderr
    file.write_text(whole)
    assert shop.run("invite", "--staff", "S001", **key).returncode == 0
    file.write_text("ab" * 32)
    assert shop.run("adopt", **key).returncode == 0
    assert shop.run("invite", "--staff", "S001", **key).returncode == 0


def test_migrate_keeps_a_copy_only_when_there_is_an_upgrade(shop: Desk):
    assert shop.run("migrate").returncode == 0
    assert not list(shop.folder.glob("*.before-*"))


def test_commands_work_beside_the_service_and_a_second_service_is_refused(shop: Desk):
    hold = (
        "import asyncio, sys\nfrom domain.database import close_database, open_database\n"
        "async def hold():\n    await open_database(sys.argv[1])\n    print('held', flush=True)\n"
        "    sys.stdin.read()\n    await close_database()\nasyncio.run(hold())"
    )
    url = shop.environment["GENDAN_DATABASE_URL"]
    with subprocess.Popen(
        [sys.executable, "-c", hold, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == "held\n"
        assert shop.run("invite", "--staff", "S001", "--json").returncode == 0
        assert shop.run("order", "list", "--json").stdout == "[]\n"
        assert shop.run("backup", str(shop.folder / "copy")).returncode == 0
        for words in (("serve",), ("migrate",)):
            refused = shop.run(*words, **ACCOUNT)
            assert refused.returncode == 1
            assert len(refused.stderr.strip().splitlines()) == 1
            assert "PostgreSQL" in refused.stderr
            assert str(service.pid) in refused.stderr
        service.communicate(timeout=20)


def test_serve_says_in_one_line_why_it_cannot(shop: Desk):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stopped = shop.process("serve", GENDAN_PORT=str(taken.getsockname()[1]), **ACCOUNT)
    assert stopped.returncode == 1
    assert [text for text in stopped.stderr.splitlines() if not text.startswith("{")][-1].startswith("端口已被占用")
    assert "Traceback" not in stopped.stderr
    fresh = {"GENDAN_DATABASE_URL": f"sqlite://{shop.folder / 'fresh.sqlite3'}"}
    unmade = shop.process("serve", **ACCOUNT, **fresh)
    assert unmade.returncode == 1
    assert "gendan migrate" in unmade.stderr
    (shop.folder / "broken.sqlite3").write_bytes(b"no database" * 200)
    broken = shop.process("serve", **ACCOUNT, GENDAN_DATABASE_URL=f"sqlite://{shop.folder / 'broken.sqlite3'}")
    assert broken.returncode == 1
    assert "not a database" in broken.stderr
    assert len(broken.stderr.strip().splitlines()) == 1


def test_postgres_that_is_not_there_is_one_line(desk: Desk):
    gone = desk.run("order", "list", GENDAN_DATABASE_URL="postgres://shop:geheim@127.0.0.1:9/gendan")
    assert gone.returncode == 1
    assert len(gone.stderr.strip().splitlines()) == 1
    assert "geheim" not in gone.stderr


def test_the_platform_is_asked_only_with_an_account(desk: Desk):
    assert desk.run("menu", "push").returncode == 1
    unreachable = desk.run("templates", "check", **ACCOUNT, GENDAN_WECHAT_API_URL="http://127.0.0.1:9")
    assert unreachable.returncode == 1
    assert "Traceback" not in unreachable.stderr


def test_version_is_told_quickly_and_as_json(desk: Desk):
    told = json.loads(desk.run("version", "--json").stdout)
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    assert desk.run("version").stdout.strip() == told["version"]


def test_doctor_says_what_to_do(shop: Desk):
    before = shop.run("doctor", GENDAN_DATABASE_URL=f"sqlite://{shop.folder / 'none.sqlite3'}", GENDAN_PROT="1")
    assert "gendan migrate" in before.stdout
    assert "GENDAN_PROT" in before.stdout
    assert not (shop.folder / "none.sqlite3").exists()
    told = json.loads(shop.run("doctor", "--json").stdout)
    assert {finding["what"]: finding["ok"] for finding in told}["数据库 database"] is True
    told = shop.run("doctor", **(ACCOUNT | {"GENDAN_WECHAT_API_URL": "http://127.0.0.1:9"}))
    assert told.returncode == 1
    assert "✓ 数据库" in told.stdout
    assert "✗ main 令牌" in told.stdout
