"""The doctor on the database: reachable, current, writable, with its key and accounts, and alive."""

from datetime import datetime, timedelta

from desk.finding import Finding, bad, unseen, well
from domain.database import close_database, pending_migrations, visit_database
from domain.keyring import KEY, KeyRefused, fingerprint_of, key_in
from domain.marking import ENGINE, marks
from domain.probing import take_write_lock
from domain.upgrading import NewerSchema, refuse_newer
from settings import Settings

DATABASE = "数据库 database"
MIGRATIONS = "升级 migrations"
WRITABLE = "写入 writes"
KEYED = "密钥 key"
IDENTITY = "账号身份 identities"
DISPATCHER = "发送器 dispatcher"
SILENCE = timedelta(seconds=60)
MIGRATE = "请运行 gendan migrate · run gendan migrate"
SERVE = "启动 gendan serve（GENDAN_ROLE 为 all 或 worker）· start the service"
Marks = dict[str, tuple[str, datetime]]


async def database(settings: Settings, *, now: datetime) -> list[Finding]:
    """All there is to say; what depends on something that failed is left out."""
    file = settings.sqlite_file
    if file is not None and not file.exists():
        return [bad(DATABASE, f"{file} 还没有 · does not exist", MIGRATE)]
    try:
        await visit_database(settings.database_url)
        return [well(DATABASE, "连得上 · reachable"), *await _inside(settings, now)]
    except Exception as error:
        fix = "看 GENDAN_DATABASE_URL，数据库是否在运行 · check the address, and that it runs"
        return [bad(DATABASE, f"连不上 · unreachable: {type(error).__name__}", fix)]
    finally:
        await close_database()


async def _inside(settings: Settings, now: datetime) -> list[Finding]:
    try:
        await refuse_newer()
    except NewerSchema as newer:
        return [bad(MIGRATIONS, "表比程序新 · the tables are newer", str(newer))]
    if await pending_migrations():
        return [bad(MIGRATIONS, "有未执行的升级 · some are pending", MIGRATE), await _writes()]
    known = await marks()
    return [
        well(MIGRATIONS, "版本最新 · current"),
        await _writes(),
        _key(settings, known),
        _identity(settings, known),
        _dispatcher(known, now),
    ]


async def _writes() -> Finding:
    try:
        await take_write_lock()
    except Exception as error:
        fix = "看文件和目录的权限、磁盘空间，或是否只读副本 · check permissions, space, read-only replica"
        return bad(WRITABLE, f"不能写 · cannot write: {type(error).__name__}", fix)
    return well(WRITABLE, "可写 · writable")


def _key(settings: Settings, known: Marks) -> Finding:
    file, wanted = settings.secret_file, known.get(KEY, ("", None))[0]
    try:
        if file is not None and not file.exists() and not wanted:
            return unseen(KEYED, f"{file} 将在启动时建立 · will be made at start")
        found = fingerprint_of(file)
        if found != wanted:
            key_in(file, wanted)
            return bad(KEYED, f"指纹 {found or '无'}，应为 {wanted or '无'} · another key", _put_back(known))
    except KeyRefused as no:
        return bad(KEYED, f"指纹应为 {wanted or '无'} · the key is missing", str(no))
    return well(KEYED, f"指纹 {found} · fingerprint" if found else "没有用密钥文件 · no key file in use")


def _put_back(known: Marks) -> str:
    if KEY not in known:
        return "第一次启动时认下 · will be adopted at the first start"
    return "放回原来的密钥文件，或运行 gendan adopt · put the key file back, or run gendan adopt"


def _identity(settings: Settings, known: Marks) -> Finding:
    wrong = [
        f"{name} {known[f'account:{name}'][0]} ≠ {appid}"
        for name, appid in settings.appids.items()
        if known.get(f"account:{name}", (appid, None))[0] != appid
    ]
    if wrong:
        fix = "改回原来的 APPID，或给新号另起名字 · restore the APPID, or name the new account differently"
        return bad(IDENTITY, "、".join(wrong), fix)
    gone = [name for name in known if name.startswith("account:") and name[8:] not in settings.appids]
    if gone:
        return unseen(IDENTITY, f"数据库里有、设置里没有：{'、'.join(gone)} · in the database only")
    return well(IDENTITY, "与数据库一致 · as in the database")


def _dispatcher(known: Marks, now: datetime) -> Finding:
    if ENGINE not in known:
        return bad(DISPATCHER, "还没有运行过 · has never run", SERVE)
    silent = now - known[ENGINE][1]
    words = f"{int(silent.total_seconds())} 秒前 · seconds ago"
    return well(DISPATCHER, words) if silent < SILENCE else bad(DISPATCHER, words, SERVE)
