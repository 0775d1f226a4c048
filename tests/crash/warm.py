"""``python -m tests.crash.warm``: the product imported once, and a fork of it for every process that a test wants.

A fork runs ``manage.main()`` with an environment, a folder and a log of its own, exactly as ``gendan`` does; only the
second and a half of imports is not paid again. Wishes come as JSON lines on stdin, process numbers and exit codes go
out on stdout; at the end of stdin every fork is ended.
"""

import contextlib
import ctypes
import gc
import json
import os
import random
import selectors
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

DIE_WITH_PARENT = 1
NEW_NET = 0x40000000


def main() -> None:
    """Import, then serve wishes until stdin ends."""
    import desk.checkup
    import domain.importing
    import domain.safekeeping
    import domain.upgrading
    import manage
    import server

    loaded = (desk.checkup, domain.importing, domain.safekeeping, domain.upgrading, manage, server)
    gc.collect()
    gc.freeze()
    _tell({"ready": len(loaded)})
    _serve(set())


def _serve(forks: set[int]) -> None:
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waits = selectors.DefaultSelector()
    waits.register(0, selectors.EVENT_READ)
    waits.register(woken, selectors.EVENT_READ)
    half = b""
    while True:
        for key, _ in waits.select():
            if key.fd == woken:
                os.read(woken, 4096)
                _bury(forks)
            elif not (heard := os.read(0, 1 << 16)):
                _end(forks)
                return
            else:
                # Not readline: of two wishes that come at once it keeps the second where select does not see it.
                *lines, half = (half + heard).split(b"\n")
                for line in lines:
                    _grant(json.loads(line), forks)


def _grant(wish: dict[str, Any], forks: set[int]) -> None:
    forks.add(pid := _fork(wish))
    _tell({"id": wish["id"], "pid": pid})
    # One that ended at once was buried before it was known.
    _bury(forks)


def _bury(forks: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            pid, status = found
            forks.discard(pid)
            _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _end(forks: set[int]) -> None:
    for pid in forks:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tell(word: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def _fork(wish: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = _live(wish)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _live(wish: dict[str, Any]) -> int:
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    _furnish(wish)
    if namespace := wish.get("namespace"):
        _move(namespace)
    if sabotage := wish.get("statement"):
        from tests.crash.sabotage import prepare

        prepare(sabotage)
    import manage

    sys.argv = ["gendan", *wish["arguments"]]
    try:
        manage.main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)  # noqa: T201
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _furnish(wish: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(wish["environment"])
    os.chdir(wish["folder"])
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, end in ((0, nothing), (1, log if wish.get("keep_stdout") else nothing), (2, log)):
        os.dup2(end, number)


def _move(namespace: str) -> None:
    """Go into a network namespace, as ``ip netns exec`` does."""
    with Path(f"/run/netns/{namespace}").open("rb") as door:
        if ctypes.CDLL(None, use_errno=True).setns(door.fileno(), NEW_NET):
            raise OSError(ctypes.get_errno(), "setns")


if __name__ == "__main__":
    main()
