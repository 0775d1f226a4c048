"""The command line, ``gendan …``: runs the product, fills it, looks into it, and repairs it."""

import gc
import io
import json
import secrets
import sys
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import logbook
from desk.files import Kind, importer
from desk.inspection import PARTS
from desk.premises import NO_ACCOUNT, document, now, with_database
from desk.terminal import AsJson, answered, guarded, refuse, show, table, usage
from release import product_version
from settings import Settings, read_settings

if TYPE_CHECKING:
    from desk.callbackcheck import Knock

app = typer.Typer(no_args_is_help=True, add_completion=False, help="跟单 Gendan：公众号里的订单机器人与通知中心")
for name, part in PARTS.items():
    app.add_typer(part, name=name)


def main() -> None:
    """Run one command; exit 0 done, 1 refused, 2 usage."""
    app()


@app.callback()
def _quietly() -> None:
    # A command says what it has to say itself; what the rooms log would stand between the lines of its answer.
    logbook.set_up("ERROR")


@app.command()
def serve() -> None:
    """启动服务（按设置运行，不含模拟器）"""
    settings = read_settings()
    # What is loaded now stays until the end: to look for garbage among it takes a seventh of the start.
    gc.disable()
    import server

    logbook.set_up(settings.log_level, settings.log_format)
    logbook.hide(settings.secrets)
    if not settings.accounts:
        refuse(NO_ACCOUNT)
    guarded(lambda: server.run(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="手机页面的端口")] = 8090,
    folder: Annotated[Path, typer.Option(help="演示数据放在哪里")] = Path("var/demo"),
) -> None:
    """启动演示：一家小店、模拟的微信和一排手机"""
    import demo as rehearsal

    logbook.set_up("WARNING")
    answered(lambda: rehearsal.run(folder, port))


@app.command()
def migrate(
    no_backup: Annotated[bool, typer.Option("--no-backup", help="升级前不备份（数据库另有备份时）")] = False,
) -> None:
    """建立或升级数据库；升级前先备份"""
    from domain.upgrading import upgrade

    settings = _armed()
    url, folder = settings.database_url, settings.backup_dir
    copy = answered(lambda: upgrade(url, version=product_version(), now=now(), copies=folder, keep=not no_backup))
    if copy is not None:
        typer.echo(f"升级前已备份到 {copy} · backed up before the upgrade")
    typer.echo("数据库已是最新 · database is current")


@app.command("import")
def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    as_json: AsJson = False,
) -> None:
    """导入 JSON 文件：全部写入或全部不写，坏行逐条说明"""
    _armed()
    found = document(file)
    work = importer(kind)
    done = with_database(lambda: work(found, now=now(), dry_run=dry_run))
    show({"created": done.created, "updated": done.updated, "dry_run": dry_run}, as_json)


@app.command()
def invite(
    customer: Annotated[str, typer.Option(help="客户编号")] = "",
    name: Annotated[str, typer.Option(help="联系人姓名")] = "",
    role: Annotated[str, typer.Option("--as", help="buyer|receiver|finance_contact|boss")] = "buyer",
    staff: Annotated[str, typer.Option(help="员工编号")] = "",
    as_json: AsJson = False,
) -> None:
    """发一个一次性绑定码：请对方在公众号里发「绑定 绑定码」"""
    from domain import joining
    from domain.values import CUSTOMER_ROLES, SYSTEM, Role

    if bool(staff) == bool(customer):
        usage("--staff 或 --customer 给一个 · give either --staff or --customer")
    if customer and (not name or role not in CUSTOMER_ROLES):
        usage("--name 要有，--as 为 buyer、receiver、finance_contact 或 boss")

    async def work() -> joining.Issued:
        if staff:
            return await joining.invite_staff(staff, by=SYSTEM, now=now())
        return await joining.invite_contact(customer, name, Role(role), by=SYSTEM, now=now())

    issued = with_database(work)
    show({"code": issued.code, "expires_at": issued.expires_at.astimezone(UTC).isoformat()}, as_json)


@app.command()
def understand(
    catalog: Annotated[Path | None, typer.Option(exists=True, help="商品目录文件；不给则用数据库")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="同时给出用到的规则")] = False,
) -> None:
    """读 JSON 行（标准输入），写出听懂的指令"""
    from bot.grammar.jsonform import lexicon_from_catalog, understand_rows

    if catalog is not None:
        lexicon = lexicon_from_catalog(document(catalog))
    else:
        from bot.vocabulary import shop_lexicon

        lexicon = with_database(shop_lexicon)
    today = now().astimezone(read_settings().zone)
    bad = 0
    for line in io.TextIOWrapper(sys.stdin.buffer, "utf-8", errors="replace"):
        try:
            rows = list(understand_rows([line], lexicon, explain=explain, now=today))
        except (ValueError, AttributeError, TypeError) as error:
            bad += 1
            rows = [{"id": None, "commands": [], "error": f"not a message: {error}"}]
        for row in rows:
            sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()
    if bad:
        refuse(f"{bad} 行读不懂格式 · {bad} lines are not messages")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """检查设置、数据库、微信接口、回调，每项给出解决办法"""
    from desk.checkup import examine

    settings = read_settings()
    findings = answered(lambda: examine(settings, knocks(settings), clock=now))
    if as_json:
        table([asdict(finding) for finding in findings], as_json)
    else:
        typer.echo("\n".join(finding.line for finding in findings))
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def knocks(settings: Settings) -> "dict[str, Knock]":
    """A push to each account's own address, with which the doctor knocks."""
    from bot.knocking import event_push, shake_query
    from desk.callbackcheck import Knock
    from furnishing import wire_account

    echo = secrets.token_hex(8)
    wires = {name: wire_account(name, account) for name, account in settings.accounts.items()}
    return {name: Knock(echo, shake_query(wire, echo, now()), *event_push(wire, now())) for name, wire in wires.items()}


@app.command()
def backup(file: Path, as_json: AsJson = False) -> None:
    """在线备份数据库到一个文件，并校验"""
    from domain.safekeeping import back_up

    url = _armed().database_url
    made = answered(lambda: back_up(url, file, version=product_version(), now=now()))
    if as_json:
        show({"file": str(file), **asdict(made)}, as_json)
    else:
        typer.echo(f"已备份到 {file}（{made.contents}）")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True)],
    verify: Annotated[bool, typer.Option("--verify", help="只检查备份，不恢复")] = False,
) -> None:
    """从备份恢复到设置所指的数据库；已有数据时拒绝"""
    from desk.restoring import advice, verified
    from domain.safekeeping import put_back

    settings = read_settings()
    if verify:
        manifest = guarded(lambda: verified(file))
        typer.echo(f"备份完好（{manifest.contents}）· the copy is sound")
    else:
        manifest = answered(lambda: put_back(file, settings.database_url))
        typer.echo(f"已恢复（{manifest.contents}）· restored")
    for line in advice(manifest, settings.secret_file):
        typer.echo(line)


@app.command()
def adopt() -> None:
    """密钥文件或公众号确实换了：把现在的认作这个数据库的"""
    from desk.premises import beside_service
    from domain import keyring

    settings = read_settings()
    mark = beside_service(lambda: keyring.adopt(settings.secret_file, settings.appids, now=now()))
    typer.echo(f"已认下 · adopted：密钥指纹 {mark or '无'}，公众号 {'、'.join(settings.appids) or '无'}")


@app.command()
def version(as_json: AsJson = False) -> None:
    """版本"""
    show({"version": product_version()}, as_json) if as_json else typer.echo(product_version())


def _armed() -> Settings:
    settings = read_settings()
    if settings.failpoints:
        import furnishing

        furnishing.arm(settings)
    return settings


if __name__ == "__main__":
    main()
