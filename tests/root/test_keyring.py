"""The key of an installation: made once, missed when it is lost, and refused when it is another one."""

from pathlib import Path

import pytest

from domain import keyring
from domain.errors import CodeRefused
from domain.joining import invite_staff, peek_code
from domain.keyring import KeyRefused, adopt, check_accounts, fingerprint, fingerprint_of, unlock
from domain.linking import load_secret
from domain.marking import marked
from domain.values import SYSTEM, Address, Role
from tests.conftest import START
from tests.shop import a_member


@pytest.fixture(autouse=True)
def _no_key():
    yield
    keyring.hold(b"")


async def test_without_a_file_the_secrets_of_the_database_stand_alone(db):
    await unlock(None, now=START)
    assert await marked(keyring.KEY) is None
    assert len(await load_secret()) == 32


async def test_a_key_is_made_once_and_what_is_secret_depends_on_it(db, tmp_path: Path):
    bare = await load_secret()
    file = tmp_path / "deep" / "key"
    await unlock(file, now=START)
    first = await load_secret()
    assert first != bare
    whole = file.read_text()
    await unlock(file, now=START)
    assert (file.read_text(), await load_secret()) == (whole, first)
    assert await marked(keyring.KEY) == fingerprint_of(file) == fingerprint(bytes.fromhex(whole))
    assert whole.strip() not in fingerprint_of(file)


@pytest.mark.parametrize("content", ["", "zz", "ab" * 15])
async def test_a_file_that_is_no_key_is_refused(db, tmp_path: Path, content: str):
    (tmp_path / "key").write_text(content)
    with pytest.raises(KeyRefused, match="key"):
        await unlock(tmp_path / "key", now=START)


async def test_lost_exchanged_or_not_named_is_refused_with_what_to_do(db, tmp_path: Path):
    await unlock(tmp_path / "key", now=START)
    with pytest.raises(KeyRefused, match="GENDAN_SECRET_FILE"):
        await unlock(None, now=START)
    with pytest.raises(KeyRefused, match=r"不见了.*gendan adopt"):
        await unlock(tmp_path / "elsewhere", now=START)
    (tmp_path / "key").write_text("cd" * 32)
    with pytest.raises(KeyRefused, match=r"不是这个数据库的.*gendan adopt"):
        await unlock(tmp_path / "key", now=START)
    await adopt(tmp_path / "key", {}, now=START)
    await unlock(tmp_path / "key", now=START)


async def test_doing_without_a_key_is_adopted_too_and_a_key_may_come_back(db, tmp_path: Path):
    await unlock(tmp_path / "key", now=START)
    assert await adopt(None, {}, now=START) == ""
    await unlock(None, now=START)
    with pytest.raises(KeyRefused):
        await unlock(tmp_path / "key", now=START)


async def test_a_code_dies_with_its_key(db, tmp_path: Path):
    await a_member("老李", Role.SALES, code="S1")
    await unlock(tmp_path / "key", now=START)
    code = (await invite_staff("S1", by=SYSTEM, now=START)).code
    assert (await peek_code(code, Address("main", "o1"), now=START)).name == "老李"
    keyring.hold(b"another key altogether")
    with pytest.raises(CodeRefused):
        await peek_code(code, Address("main", "o1"), now=START)


async def test_an_account_cannot_take_the_place_of_another(db):
    await check_accounts({"main": "wx1", "shop": "wx2"}, now=START)
    await check_accounts({"main": "wx1"}, now=START)
    with pytest.raises(KeyRefused, match=r"main.*wx1.*wx3"):
        await check_accounts({"main": "wx3"}, now=START)
    await adopt(None, {"main": "wx3"}, now=START)
    await check_accounts({"main": "wx3", "shop": "wx2"}, now=START)
