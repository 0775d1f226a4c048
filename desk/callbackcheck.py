"""The doctor knocks at our own door as the platform would: the address, the proxy before it, Token and key."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from desk.finding import Finding, bad, well
from settings import Settings

SERVE = "服务没有在运行，或网址不通：gendan serve · the service does not run, or the address leads nowhere"
PROXY = "服务在本机正常，问题在前面：DNS、证书、nginx 的 proxy_pass · we answer here: look at DNS, certificate, proxy"
SOMEONE_ELSE = "在这个地址应答的不是跟单：检查 nginx 和 GENDAN_PORT · somebody else answers there"
WORDS: Mapping[int, tuple[str, str]] = {
    403: (
        "签名或密钥被拒 · signature or key refused",
        "运行中的服务用的是另一套 TOKEN、AES_KEY，或时钟不对：改设置后重启 · restart it with these settings",
    ),
    404: ("没有这个账号或路径 · no such account or path", "检查 nginx 的路径和账号名 · check path and name"),
    413: ("代理不收这么大的内容 · body too large for the proxy", "nginx：client_max_body_size 64k"),
}
GATEWAY = (
    "代理连不上服务 · the proxy does not reach the service",
    "启动 gendan serve，检查 proxy_pass · start it",
)


@dataclass(frozen=True, slots=True)
class Knock:
    """A handshake with the word that must come back, and a signed push that must be answered with ``success``."""

    echo: str
    shake: Mapping[str, str]
    push: Mapping[str, str]
    body: bytes


class Unanswered(Exception):
    """What was wrong with the answer, and what to do about it."""

    def __init__(self, words: str, fix: str) -> None:
        super().__init__(words)
        self.words = words
        self.fix = fix


async def callback(session: aiohttp.ClientSession, settings: Settings, name: str, knock: Knock) -> Finding:
    """Whether messages of the platform would be answered at the address that it was given."""
    what, path = f"{name} 回调 callback", f"/wechat/{name}"
    try:
        await _knock(session, settings.base_url + path, knock)
    except Unanswered as no:
        local = f"http://{_reachable(settings.host)}:{settings.port}"
        if local == settings.base_url or not await _answers(session, local + path, knock):
            return bad(what, f"{settings.base_url}{path}：{no.words}", no.fix)
        return bad(what, f"{settings.base_url}{path}：{no.words}", f"{PROXY}；{no.fix}" if no.fix != SERVE else PROXY)
    return well(what, f"{settings.base_url}{path} 收发正常 · answers")


async def _knock(session: aiohttp.ClientSession, url: str, knock: Knock) -> None:
    status, text = await _ask(session, "GET", url, knock.shake)
    _expect(status, text, knock.echo)
    status, text = await _ask(session, "POST", url, knock.push, knock.body)
    _expect(status, text, "success")
    forged = {name: value[::-1] if name.endswith("signature") else value for name, value in knock.push.items()}
    status, _ = await _ask(session, "POST", url, forged, knock.body)
    if status != 403:
        raise Unanswered(f"伪造的消息也收（{status}）· takes forged pushes", SOMEONE_ELSE)


async def _answers(session: aiohttp.ClientSession, url: str, knock: Knock) -> bool:
    try:
        await _knock(session, url, knock)
    except Unanswered:
        return False
    return True


async def _ask(
    session: aiohttp.ClientSession, method: str, url: str, query: Mapping[str, str], body: bytes | None = None
) -> tuple[int, str]:
    try:
        async with session.request(method, url, params=query, data=body, allow_redirects=False) as answer:
            return answer.status, (await answer.content.read(1 << 16)).decode("utf-8", "replace")
    except aiohttp.ClientConnectorCertificateError:
        raise Unanswered("证书不被信任 · the certificate is not trusted", "换一张有效的证书 · renew it") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unanswered(f"没有应答 · no answer: {type(error).__name__}", SERVE) from None


def _expect(status: int, text: str, wanted: str) -> None:
    if status == 200 and text == wanted:
        return
    if status == 200:
        raise Unanswered("应答不对 · the wrong answer", SOMEONE_ELSE)
    words, fix = GATEWAY if status in (502, 503, 504) else WORDS.get(status, (f"HTTP {status}", SOMEONE_ELSE))
    raise Unanswered(f"{words}（{status}）", fix)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
