"""The limits of this machine: aiohttp that echoes, and aiohttp that opens, commits one row and seals; in a process."""

import sqlite3
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import uvloop
from aiohttp import web

from bench.post import Account
from simulator import crypt


def main() -> None:
    """``python -m bench.bare PORT FILE``: ``/echo`` and ``/durable`` until the process is ended."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, body TEXT)")
    account = Account()

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def durable(request: web.Request) -> web.Response:
        cipher = ElementTree.fromstring(await request.read()).findtext("Encrypt") or ""
        message = crypt.unseal(account.aes_key, account.appid, cipher)
        database.execute("INSERT INTO message (body) VALUES (?)", (message.decode(),))
        sealed = crypt.seal(account.aes_key, account.appid, message)
        now = str(int(time.time()))
        signature = crypt.sign(account.token, now, "n", sealed)
        return web.Response(text=f"<xml><Encrypt>{sealed}</Encrypt><MsgSignature>{signature}</MsgSignature></xml>")

    app = web.Application()
    app.router.add_post("/echo", echo)
    app.router.add_post("/durable", durable)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main()
