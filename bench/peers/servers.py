"""The servers that are measured: how each is started, and where it then listens."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.question import schema_of, subgraph_of
from demo.processes.ports import free_port

NODE: Final = Path(__file__).with_name("node")
_PATIENCE_S: Final = 60.0
_GRAFBASE: Final = NODE / "node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase"
_TAILCALL: Final = NODE / "node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall"


class NotHereError(Exception):
    """A server cannot run on this machine; says why."""


@dataclass(frozen=True, slots=True)
class Town:
    """The agencies' URLs by name, and a folder of the server's own."""

    urls: Mapping[str, str]
    folder: Path

    @property
    def told(self) -> str:
        """The URLs as JSON."""
        return json.dumps(dict(self.urls))

    @property
    def subgraphs(self) -> list[dict[str, str]]:
        """Each agency as a subgraph of a federation."""
        return [{"name": n, "url": u, "schema": subgraph_of(n)} for n, u in self.urls.items()]

    def supergraph(self) -> str:
        """All of them composed, by Apollo's own composition."""
        command = ["node", "compose.js", json.dumps(self.subgraphs)]
        if shutil.which("node") is None:
            raise NotHereError("Node is not installed")
        done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise NotHereError(_last(done.stderr))
        return done.stdout


@dataclass(frozen=True, slots=True)
class Peer:
    """A server under measurement; `command` starts it, at `port` where it is told one."""

    name: str
    kind: str
    command: Callable[[Town, int], Sequence[str]]
    by_port: bool = False


def _node(script: str, last: Callable[[Town], str]) -> Callable[[Town, int], Sequence[str]]:
    return lambda town, _: ("node", str(NODE / script), town.told, last(town))


def _python(module: str) -> Callable[[Town, int], Sequence[str]]:
    return lambda town, _: (sys.executable, "-m", f"bench.peers.python.{module}", town.told)


def _schema(town: Town) -> str:
    return schema_of(town.urls)


def _grafbase(town: Town, port: int) -> Sequence[str]:
    lines = []
    for name, url in town.urls.items():
        (town.folder / f"{name}.graphql").write_text(subgraph_of(name))
        lines.append(f'[subgraphs.{name.replace("_", "-")}]\nurl = "{url}"\n')
        lines.append(f'schema_path = "{name}.graphql"\n')
    (town.folder / "grafbase.toml").write_text("".join(lines))
    config = str(town.folder / "grafbase.toml")
    return (str(_GRAFBASE), "--home", str(town.folder), "dev", "-c", config, "-p", str(port))


def _tailcall(town: Town, port: int) -> Sequence[str]:
    schema = schema_of(town.urls)
    for name, url in town.urls.items():
        asked = '[{key: "nhs", value: "{{.args.nhs}}"}, {key: "born", value: "{{.args.born}}"}]'
        field = f"{name}(nhs: String!, born: String!): Record"
        by = f'url: "{url}/children", query: {asked}, select: "{{{{.children.0}}}}"'
        schema = schema.replace(field, f"{field} @http({by})")
    head = f'schema @server(port: {port}, hostname: "127.0.0.1") {{ query: Query }}\n'
    (town.folder / "tailcall.graphql").write_text(head + schema)
    return (str(_TAILCALL), "start", str(town.folder / "tailcall.graphql"))


PEERS: Final = (
    Peer("a splice of bytes", "Python, no GraphQL", _python("splice")),
    Peer("Starlette and aiohttp", "Python, no GraphQL", _python("plain_asgi")),
    Peer("Mercurius with JIT", "Node", _node("mercurius.js", _schema)),
    Peer("Apollo Server", "Node", _node("apollo-server.js", _schema)),
    Peer("Strawberry", "Python", _python("strawberry_plain")),
    Peer("Grafbase", "Rust", _grafbase, by_port=True),
    Peer("Tailcall", "Rust", _tailcall, by_port=True),
    Peer("Hive", "Node, planner in Rust", _node("hive.js", Town.supergraph)),
    Peer("Apollo Gateway", "Node", _node("apollo-gateway.js", Town.supergraph)),
)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that listens at `url`."""

    name: str
    pid: int
    url: str

    @property
    def cpu_s(self) -> float:
        """CPU seconds that its threads have used, to the nanosecond."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in threads) / 1e9


@contextmanager
def running(peer: Peer, town: Town, core: int) -> Iterator[RunningServer]:
    """The server on one core; NotHereError if it cannot be started."""
    port = free_port() if peer.by_port else 0
    with (
        (town.folder / "said").open("w+") as said,
        subprocess.Popen(  # noqa: S603  servers of this folder, by name
            _started(peer, town, port, core),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, "NODE_ENV": "production"},
        ) as process,
    ):
        try:
            url = _listening(process, port) if port else _told(process)
            if url is None:
                raise NotHereError(_last(Path(said.name).read_text()))
            yield RunningServer(peer.name, process.pid, url)
        finally:
            process.kill()
            process.communicate()


def _started(peer: Peer, town: Town, port: int, core: int) -> list[str]:
    command = ["taskset", "-c", str(core), *peer.command(town, port)]
    if command[3].startswith("/") and not Path(command[3]).exists():
        raise NotHereError("its package has no program for this machine")
    return command


def _told(process: subprocess.Popen[str]) -> str | None:
    line = process.stdout.readline() if process.stdout else ""
    return str(json.loads(line)["url"]) if line else None


def _listening(process: subprocess.Popen[str], port: int) -> str | None:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}/graphql"
        time.sleep(0.1)
    return None


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line or "not found" in line]
    said = (errors or lines or ["it ended without a word"])[0]
    return said.replace(f"{NODE}/", "").strip()[:200]
