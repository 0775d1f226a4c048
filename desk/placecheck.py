"""The doctor on the settings and the machine: names, accounts, address, room on the disks, copies."""

import hashlib
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from accounts import AccountSettings
from desk.finding import Finding, bad, unseen, well
from desk.provenance import unread
from domain.nightly import copies
from notify.alerts.rules import RULES
from settings import Environment, Settings

LEAST_FREE = 0.05
OLDEST_COPY = timedelta(hours=26)
BACKUP = "备份 backup"


def names() -> Finding:
    """No setting is misspelt."""
    what = "设置 settings"
    if not (strangers := unread()):
        return well(what, "没有写错的名字 · no unknown names")
    return bad(what, f"不是设置：{'、'.join(strangers)} · not settings", "改正名字或删去 · correct or remove them")


def accounts(settings: Settings) -> Finding:
    """There is an account; its secrets by a fingerprint that two machines can compare."""
    what = "公众号 accounts"
    if settings.accounts:
        return well(
            what, "、".join(f"{name} {one.appid} 指纹 {_print(one)}" for name, one in settings.accounts.items())
        )
    return bad(what, "没有 · none", "设置 GENDAN_ACCOUNTS__MAIN__APPID、SECRET、TOKEN、AES_KEY · set these")


def public_url(settings: Settings) -> Finding:
    """Links in messages lead somewhere, and safely."""
    what, url = "网址 public url", settings.public_url
    if url.startswith("https://") or (url and settings.env is not Environment.PRODUCTION):
        return well(what, url)
    return bad(
        what,
        url or "没有设置 · not set",
        "把 GENDAN_PUBLIC_URL 设为 https 网址，消息里的链接要用 · set it to an https address",
    )


def disks(settings: Settings) -> list[Finding]:
    """Room for the database and for the copies."""
    database = settings.sqlite_file.parent if settings.sqlite_file else Path()
    folders = {_existing(database), *([_existing(settings.backup_dir)] if settings.backup_dir else [])}
    return [_disk(folder) for folder in sorted(folders)]


def nightly(settings: Settings, *, now: datetime) -> Finding:
    """The last copy is of this night, and the next one can be written."""
    folder = settings.backup_dir
    if folder is None:
        return unseen(BACKUP, "夜间备份没有开（GENDAN_BACKUP_DIR） · nightly copies are off")
    if not os.access(_existing(folder), os.W_OK):
        return bad(BACKUP, f"{folder} 不能写 · cannot be written", "改目录的权限或换一个目录 · mend its permissions")
    last = max(copies(folder), default=None)
    if last is None or now - last > OLDEST_COPY:
        words = f"最近一次 · last: {last.isoformat() if last else '从来没有 never'}"
        fix = "运行 gendan backup FILE 看原因；服务要在运行 · run gendan backup FILE to see why"
        return bad(BACKUP, words, fix)
    return well(BACKUP, f"最近一次 · last: {last.isoformat()}")


def webhooks(settings: Settings) -> list[Finding]:
    """Each webhook wants alerts that there are."""
    wanted = {name: hook.wanted for name, hook in settings.webhooks.items()}
    return [_hook(name, sorted(rules - RULES.keys())) for name, rules in wanted.items()]


def _hook(name: str, strangers: list[str]) -> Finding:
    what = f"webhook {name}"
    if not strangers:
        return well(what, "EVENTS 都认得 · all known")
    known = "、".join(sorted(RULES))
    return bad(what, f"没有这种预警：{'、'.join(strangers)} · no such alerts", f"改 EVENTS，可用 · use: {known}")


def charts(drawable: bool, font: tuple[str, int] | None) -> Finding:
    """Whether reports have a picture: it takes Pillow and a Chinese font, and is text without."""
    what = "日报图 charts"
    if drawable and font is not None:
        return well(what, font[0])
    missing = [
        *([] if drawable else ["pip install 'gendan[charts]'"]),
        *([] if font else ["apt install fonts-wqy-microhei"]),
    ]
    return unseen(what, f"日报周报只带文字柱；要图请 · bars of text; for pictures: {'；'.join(missing)}")


def _disk(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    what, words = f"磁盘 disk {folder}", f"剩余 {share:.0%} · free"
    return well(what, words) if share > LEAST_FREE else bad(what, words, "请腾出空间 · free some space")


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _print(account: AccountSettings) -> str:
    secrets = (account.secret, account.token, account.aes_key)
    joined = "\n".join(one.get_secret_value() if one else "" for one in secrets)
    return hashlib.sha256(joined.encode()).hexdigest()[:8]
