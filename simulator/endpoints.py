"""The calls under `/cgi-bin/`, each turned over to the part of the account that knows its subject."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from . import sending
from .account import OfficialAccount
from .api import Answer, Ask, Endpoint
from .chance import wordy
from .menu import check_menu
from .refused import Refused

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
_PAGE_OF_USERS = 10_000


def _owner(ask: Ask, appid: str, secret: str) -> OfficialAccount:
    """The account that asks for a token, or the number of what is wrong with its papers."""
    if not appid:
        raise Refused(41002)
    if not secret:
        raise Refused(41004)
    account = ask.platform.accounts.get(appid)
    if account is None:
        raise Refused(40013)
    ask.account = account
    if account.frozen:
        raise Refused(40243)
    if secret != account.secret:
        raise Refused(40125)
    remote = ask.request.remote or ""
    if account.ip_whitelist is not None and remote not in account.ip_whitelist:
        raise Refused(40164, f"invalid ip {remote} ipv6 ::ffff:{remote}, not in whitelist")
    return account


async def _token(ask: Ask) -> Answer:
    if ask.query("grant_type") != "client_credential":
        raise Refused(40002)
    account = _owner(ask, ask.query("appid"), ask.query("secret"))
    account.quotas.use("/cgi-bin/token")
    token, lives = account.tokens.classic()
    return {"access_token": token, "expires_in": lives}


async def _stable_token(ask: Ask) -> Answer:
    wish = ask.body()
    if wish.get("grant_type") != "client_credential":
        raise Refused(40002)
    account = _owner(ask, str(wish.get("appid", "")), str(wish.get("secret", "")))
    account.quotas.use("/cgi-bin/stable_token")
    token, lives = account.tokens.stable(wish.get("force_refresh") is True)
    return {"access_token": token, "expires_in": lives}


async def _template_send(ask: Ask) -> Answer:
    return await sending.send_template(ask.holder, ask.body())


async def _template_list(ask: Ask) -> Answer:
    return {"template_list": [template.as_json() for template in ask.holder.templates.all()]}


async def _template_add(ask: Ask) -> Answer:
    wish = ask.body()
    keywords = wish.get("keyword_name_list")
    if not isinstance(keywords, list):
        raise Refused(40246)
    template = ask.holder.templates.add_from_library(str(wish.get("template_id_short", "")), keywords)
    return OK | {"template_id": template.template_id}


async def _template_delete(ask: Ask) -> Answer:
    ask.holder.templates.remove(str(ask.body().get("template_id", "")))
    return OK


async def _custom_send(ask: Ask) -> Answer:
    return sending.send_custom(ask.holder, ask.body())


async def _typing(ask: Ask) -> Answer:
    return sending.typing(ask.holder, ask.body())


async def _menu_create(ask: Ask) -> Answer:
    ask.holder.menu = check_menu(ask.raw, ask.body())
    return OK


async def _menu_get(ask: Ask) -> Answer:
    if ask.holder.menu is None:
        raise Refused(46003)
    return {"menu": {"button": ask.holder.menu}}


async def _menu_delete(ask: Ask) -> Answer:
    ask.holder.menu = None
    return OK


async def _qrcode_create(ask: Ask) -> Answer:
    return ask.holder.qrcodes.create(ask.body())


async def _user_info(ask: Ask) -> Answer:
    openid = ask.query("openid")
    if not openid:
        raise Refused(41009)
    follower = ask.holder.followers.get(openid)
    if follower is None:
        raise Refused(40003)
    if not follower.subscribed:
        return {"subscribe": 0, "openid": openid}
    return {
        "subscribe": 1,
        "openid": openid,
        "language": "zh_CN",
        "subscribe_time": int(follower.subscribed_at.timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if follower.scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(follower.scene) if follower.scene.isdecimal() else 0,
        "qr_scene_str": "" if follower.scene.isdecimal() else follower.scene,
    }


async def _user_get(ask: Ask) -> Answer:
    following = [openid for openid, follower in ask.holder.followers.items() if follower.subscribed]
    after = ask.query("next_openid")
    if after and after not in following:
        raise Refused(40003)
    page = following[following.index(after) + 1 if after else 0 :][:_PAGE_OF_USERS]
    answer: dict[str, Any] = {"total": len(following), "count": len(page), "next_openid": page[-1] if page else ""}
    return answer | ({"data": {"openid": page}} if page else {})


async def _media_upload(ask: Ask) -> Answer:
    kind, part = ask.query("type"), None
    if ask.request.content_type == "multipart/form-data":
        part = (await ask.request.post()).get("media")
    if not isinstance(part, web.FileField):
        raise Refused(41005)
    medium = ask.holder.media.upload(kind, part.filename, part.content_type, part.file.read())
    key = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, key: medium.media_id, "created_at": ask.platform.clock.epoch()}


async def _media_get(ask: Ask) -> Answer:
    medium = ask.holder.media.get(ask.query("media_id"))
    if medium.kind == "video":
        return {"video_url": f"http://{ask.request.host}/video/{medium.media_id}"}
    headers = {"Content-Disposition": f'attachment; filename="{medium.media_id[:12]}.bin"'}
    return web.Response(body=medium.content, content_type=medium.content_type, headers=headers)


async def _callback_ips(_ask: Ask) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


async def _quota_get(ask: Ask) -> Answer:
    return OK | {"quota": ask.holder.quotas.ask(str(ask.body().get("cgi_path", "")))}


async def _quota_clear(ask: Ask) -> Answer:
    if ask.body().get("appid") != ask.holder.appid:
        raise Refused(40013)
    ask.holder.quotas.clear()
    return OK


async def _quota_clear_v2(ask: Ask) -> Answer:
    _owner(ask, ask.query("appid"), ask.query("appsecret")).quotas.clear()
    return OK


async def _ticket(ask: Ask) -> Answer:
    if ask.query("type") != "jsapi":
        raise Refused(40035)
    now, account = ask.platform.clock(), ask.holder
    ticket, until = account.jsapi_ticket
    if not ticket or until <= now:
        ticket, until = wordy(86), now + timedelta(seconds=7200)
        account.jsapi_ticket = (ticket, until)
    return OK | {"ticket": ticket, "expires_in": int((until - now).total_seconds())}


ENDPOINTS = [
    Endpoint("/cgi-bin/token", "GET", _token, token=False),
    Endpoint("/cgi-bin/stable_token", "POST", _stable_token, token=False),
    Endpoint("/cgi-bin/message/template/send", "POST", _template_send),
    Endpoint("/cgi-bin/template/get_all_private_template", "GET", _template_list),
    Endpoint("/cgi-bin/template/api_add_template", "POST", _template_add),
    Endpoint("/cgi-bin/template/del_private_template", "POST", _template_delete),
    Endpoint("/cgi-bin/message/custom/send", "POST", _custom_send),
    Endpoint("/cgi-bin/message/custom/typing", "POST", _typing),
    Endpoint("/cgi-bin/menu/create", "POST", _menu_create),
    Endpoint("/cgi-bin/menu/get", "GET", _menu_get),
    Endpoint("/cgi-bin/menu/delete", "GET", _menu_delete),
    Endpoint("/cgi-bin/qrcode/create", "POST", _qrcode_create),
    Endpoint("/cgi-bin/user/info", "GET", _user_info),
    Endpoint("/cgi-bin/user/get", "GET", _user_get),
    Endpoint("/cgi-bin/media/upload", "POST", _media_upload, content_type="text/plain"),
    Endpoint("/cgi-bin/media/get", "GET", _media_get, content_type="text/plain"),
    Endpoint("/cgi-bin/getcallbackip", "GET", _callback_ips),
    Endpoint("/cgi-bin/openapi/quota/get", "POST", _quota_get),
    Endpoint("/cgi-bin/clear_quota", "POST", _quota_clear),
    Endpoint("/cgi-bin/clear_quota/v2", "POST", _quota_clear_v2, token=False),
    Endpoint("/cgi-bin/ticket/getticket", "GET", _ticket),
]
