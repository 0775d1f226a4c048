"""What is shipped for operation says of settings, paths, ports and limits what the code says."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import server
from bot import webhook
from manage import app as commands
from settings import Environment, ProcessRole, Settings
from tests.harness import Chat
from web import hooks

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "systemd/gendan.service").read_text("utf-8")
IMAGE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
GUIDE = (ROOT / "docs/operating.md").read_text("utf-8")
DEFAULT = Settings.model_fields
PORT = DEFAULT["port"].default
TOPS = {f"GENDAN_{name.upper()}" for name in DEFAULT}
Block = list[tuple[list[str], "Block"]]


def accepted(given: dict[str, str]) -> Settings:
    """The settings that these variables make; a name that nothing reads is refused."""
    ours = {name: value for name, value in given.items() if name.startswith("GENDAN_")}
    assert set(ours) <= TOPS
    named: dict[str, Any] = {name.removeprefix("GENDAN_").lower(): value for name, value in ours.items()}
    return Settings(_env_file=None, **named)


def unit(section: str, name: str) -> list[str]:
    inside = UNIT.split(f"[{section}]\n")[1].split("\n[")[0]
    return re.findall(rf"^{name}=(.*)$", inside, re.MULTILINE)


def seconds(text: str) -> float:
    number, name = re.fullmatch(r"(\d+)(ms|s|min|m|)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"ms": 0.001, "s": 1, "": 1, "m": 60, "min": 60}[name]


def size(text: str) -> int:
    return int(text[:-1]) << {"k": 10, "m": 20}[text[-1].lower()]


def test_the_unit_names_settings_paths_and_commands_that_exist():
    settings = accepted(dict(line.split("=", 1) for line in unit("Service", "Environment")))
    state = Path("/var/lib") / unit("Service", "StateDirectory")[0]
    assert unit("Service", "WorkingDirectory") == [str(state)]
    for path in (settings.sqlite_file, settings.secret_file, settings.backup_dir):
        assert path is not None
        assert path.is_relative_to(state)
    run = [line.split() for line in unit("Service", "ExecStartPre") + unit("Service", "ExecStart")]
    assert [words[1:] for words in run] == [["migrate"], ["serve"]]
    assert {words[0] for words in run} == {"/opt/gendan/.venv/bin/gendan"}
    assert "$(BIN)/gendan" in (ROOT / "Makefile").read_text("utf-8")
    assert seconds(unit("Service", "TimeoutStopSec")[0]) > server.DRAIN_SECONDS
    assert unit("Service", "User") == ["gendan"]


def test_the_unit_is_sound_and_hardened(tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    # The program is not installed where the tests run; everything else is looked at as it is.
    file = tmp_path / "gendan.service"
    file.write_text(UNIT.replace("/opt/gendan/.venv/bin/gendan", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = ["systemd-analyze", "security", "--offline=true", "--json=short", "--no-pager", str(file)]
    told = subprocess.run(report, capture_output=True, text=True, check=False)
    exposed = sum(float(one["exposure"] or 0) for one in json.loads(told.stdout))
    assert exposed < 2.5


def test_the_image_sets_what_exists_and_copies_what_is_there():
    lines = IMAGE.replace("\\\n", " ").splitlines()
    env = dict(pair.split("=", 1) for line in lines if line.startswith("ENV ") for pair in line[4:].split())
    settings = accepted(env)
    assert settings.host == "0.0.0.0"
    assert f"EXPOSE {settings.port}" in lines
    assert settings.port == PORT
    assert f"127.0.0.1:{PORT}/readyz" in IMAGE
    (volume,) = [line.split()[1] for line in lines if line.startswith("VOLUME")]
    for path in (settings.sqlite_file, settings.secret_file, settings.backup_dir):
        assert path is not None
        assert path.is_relative_to(volume)
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert all((ROOT / name).exists() for name in copied)
    assert lines.index("USER gendan") < lines.index('CMD ["serve"]')
    assert "--require-hashes -r requirements.txt" in IMAGE
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {".env", "gendan.toml", ".git", "var"} <= set(ignored)
    needed = {"migrations", "templates", "simulator", "pyproject.toml", "requirements.txt"}
    assert not needed & set(ignored)


def services() -> dict[str, dict[str, Any]]:
    return dict(COMPOSE["services"])


def test_compose_runs_one_process_on_sqlite_and_two_roles_on_postgres():
    named = {name.split("=")[0] for name in known_commands()}
    for name, service in services().items():
        if name == "postgres":
            continue
        assert service["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
        assert service["command"][0] in named
        given = {k: v.replace("${POSTGRES_PASSWORD:-}", "pw") for k, v in service.get("environment", {}).items()}
        settings = accepted(given)
        on_postgres = service.get("profiles") == ["postgres"]
        assert settings.database_url.startswith("postgres") is on_postgres
        assert seconds(service["stop_grace_period"]) > server.DRAIN_SECONDS
        assert service["volumes"] == ["data:/var/lib/gendan"]
        assert all(f"127.0.0.1:{PORT}:{PORT}" == port for port in service.get("ports", []))
        for needed, how in service.get("depends_on", {}).items():
            assert services()[needed].get("profiles") == service.get("profiles")
            assert how["condition"] in {"service_healthy", "service_completed_successfully"}
    roles = {name: services()[name]["environment"]["GENDAN_ROLE"] for name in ("web", "worker")}
    assert roles == {"web": ProcessRole.WEB.value, "worker": ProcessRole.WORKER.value}
    assert set(COMPOSE["volumes"]) == {"data", "postgres"}


def parsed(text: str) -> Block:
    """The configuration as directives with what stands in their braces."""
    quoted = r'"[^"]*"|' + r"'[^']*'"
    tokens = re.findall(rf"{quoted}|[{{}};]|(?:\$\{{|[^\s{{}};\"'])+", re.sub(r"(?m)#.*$", "", text))
    found, rest = block(tokens)
    assert not rest, "a brace too many"
    return found


def block(tokens: list[str]) -> tuple[Block, list[str]]:
    found: Block = []
    words: list[str] = []
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == "}":
            assert not words, words
            return found, tokens
        if token == "{":
            inner, tokens = block(tokens)
            found.append((words, inner))
            words = []
        elif token == ";":
            found.append((words, []))
            words = []
        else:
            words.append(token)
    assert not words, words
    return found, tokens


def one(where: Block, *name: str) -> list[str]:
    (words,) = [words for words, _ in where if words[: len(name)] == [*name]]
    return words[len(name) :]


def inside(where: Block, *name: str) -> Block:
    (found,) = [inner for words, inner in where if words[: len(name)] == [*name] and inner]
    return found


def tls_server() -> Block:
    (found,) = [inner for words, inner in parsed(NGINX) if words == ["server"] and ["ssl_certificate"] in heads(inner)]
    return found


def heads(where: Block) -> list[list[str]]:
    return [words[:1] for words, _ in where]


def test_nginx_passes_on_what_the_code_takes_within_its_limits():
    assert one(inside(parsed(NGINX), "upstream", "gendan"), "server") == [f"127.0.0.1:{PORT}"]
    tls = tls_server()
    push, carriers, rest = (inside(tls, "location", path) for path in ("/wechat/", "/hooks/", "/"))
    assert all(one(where, "proxy_pass") == ["http://gendan"] for where in (push, carriers, rest))
    assert size(one(tls, "client_max_body_size")[0]) == webhook.LARGEST
    assert size(one(carriers, "client_max_body_size")[0]) == hooks.LARGEST
    assert webhook.BUDGET_SECONDS < seconds(one(push, "proxy_read_timeout")[0]) < 10
    assert seconds(one(tls, "client_body_timeout")[0]) <= webhook.BODY_SECONDS
    for header in ("Host", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto"):
        assert one(tls, "proxy_set_header", header)
    assert one(tls, "proxy_set_header", "X-Forwarded-For") == ["$remote_addr"]


def test_nginx_writes_no_token_into_its_log():
    (form,) = [words for words, _ in parsed(NGINX) if words[0] == "log_format"]
    assert not re.search(r"\$(request\b|request_uri|args|query_string|http_referer|uri\b)", " ".join(form))
    assert one(tls_server(), "access_log")[1] == form[1]
    shown = {words[0]: words[1] for words, _ in inside(parsed(NGINX), "map")}
    assert shown["~^/o/"] == "/o/***"
    assert shown["~^/hooks/carriers/"] == "/hooks/carriers/***"


async def test_nginx_knows_every_address_of_the_product(chat: Chat):
    paths = {resource.canonical for resource in chat.shop.app.router.resources()}
    shut = {words[-1] for words, inner in tls_server() if words[0] == "location" and one_or_none(inner) == "404"}
    assert shut == {"/metrics", "/readyz", "/demo/"}
    assert shut - {"/demo/"} <= paths
    assert any(path.startswith("/wechat/") for path in paths)
    assert any(path.startswith("/hooks/") for path in paths)
    assert any(path.startswith("/o/") for path in paths)


def one_or_none(where: Block) -> str | None:
    return next((words[1] for words, _ in where if words[0] == "return"), None)


def test_nginx_itself_takes_it(tmp_path: Path):
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x"]
    subprocess.run([*make, "-keyout", "k.pem", "-out", "c.pem"], cwd=tmp_path, check=True, capture_output=True)
    text = re.sub(r"/etc/letsencrypt/\S+fullchain.pem", str(tmp_path / "c.pem"), NGINX)
    text = re.sub(r"/etc/letsencrypt/\S+privkey.pem", str(tmp_path / "k.pem"), text)
    (tmp_path / "site.conf").write_text(text.replace("/var/log/nginx", str(tmp_path)))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    aside = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "all.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {aside} include {tmp_path}/site.conf; }}"
    )
    words = [program, "-t", "-e", str(tmp_path / "errors"), "-p", str(tmp_path), "-c", str(tmp_path / "all.conf")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def known_commands() -> Iterator[str]:
    for command in commands.registered_commands:
        yield command.name or command.callback.__name__.strip("_").replace("_", "-")  # type: ignore[union-attr]
    yield from (group.name for group in commands.registered_groups if group.name)


def test_the_guide_names_settings_commands_and_files_that_exist():
    named = {name.split("__")[0] for name in re.findall(r"GENDAN_[A-Z0-9_]+[A-Z0-9]", GUIDE)}
    assert named <= TOPS
    told = set(re.findall(r"(?:`|bin/|\n)gendan ([a-z]+)", GUIDE))
    assert told
    assert told <= set(known_commands())
    assert {"doctor", "backup", "restore", "migrate", "adopt", "notices"} <= told
    assert all((ROOT / path).exists() for path in re.findall(r"deploy/[\w./]+\.\w+", GUIDE) if "gendan.env" not in path)
    assert Environment.PRODUCTION is DEFAULT["env"].default
