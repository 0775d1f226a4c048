"""The commands about where staff hear alerts: who chose what, another choice, a try."""

from typing import Annotated

import typer

from desk.premises import now, with_database
from desk.terminal import AsJson, answered, refuse, table, usage
from settings import read_settings

channels_app = typer.Typer(invoke_without_command=True, help="员工在哪里收预警：公众号、群机器人、webhook")
WECHAT = "wechat"


@channels_app.callback()
def channels(context: typer.Context, as_json: AsJson = False) -> None:
    """谁在哪里收预警，通道设好没有"""
    if context.invoked_subcommand is not None:
        return
    from domain.choosing import ways_of_staff

    there = {WECHAT, *read_settings().channels}
    rows = with_database(ways_of_staff)
    table(
        [
            {"staff": code, "name": name, "channel": way or WECHAT, "set_up": (way or WECHAT) in there}
            for code, name, way in rows
        ],
        as_json,
    )


@channels_app.command("use")
def channels_use(staff: str, channel: Annotated[str, typer.Argument(help="wechat 或已设置的通道")]) -> None:
    """换一个通道收预警；发不出去时仍走公众号"""
    from domain.choosing import choose_way

    there = [WECHAT, *read_settings().channels]
    if channel not in there:
        usage(f"通道 {channel} 没有设置，可用：{'、'.join(there)}；先设 GENDAN_CHANNELS__<通道>__URL · not set up")
    if not with_database(lambda: choose_way(staff, "" if channel == WECHAT else channel)):
        refuse(f"没有员工 {staff} · no such member of staff")
    typer.echo(f"{staff} 的预警走 {channel} · alerts go by {channel}")


@channels_app.command("try")
def channels_try(channel: str) -> None:
    """往一个通道发一句话，看它通不通"""
    import aiohttp

    from connect.workchat.forms import Letter, Room
    from connect.workchat.rooms import Porter
    from domain.errors import DeliveryFailed

    found = {str(kind): one for kind, one in read_settings().channels.items()}.get(channel)
    if found is None:
        usage(f"通道 {channel} 没有设置：设 GENDAN_CHANNELS__{channel.upper()}__URL · not set up")
    room = Room(channel, found.address, found.keys, inside=found.inside)

    async def run() -> str:
        async with aiohttp.ClientSession() as session:
            porter = Porter(session, now)
            try:
                await porter.carry(room, Letter(f"try-{int(now().timestamp())}", "try", "跟单：通道试发"))
            except DeliveryFailed as failure:
                return str(failure.code)
            finally:
                await porter.close()
        return ""

    if code := answered(run):
        refuse(f"没发出去，错误 {code} · not taken")
    typer.echo("发出去了 · taken")
