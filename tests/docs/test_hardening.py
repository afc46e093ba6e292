"""Whoever copies the production example has a gateway that serves, and that lets nobody in."""

import json
import re
import shlex
import shutil
import ssl
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.support.adapters.asking import manifest_text
from tests.support.command_here import Ran, here
from tests.support.docs.pages import blocks, text
from tests.support.served_gateway import COMMAND, environment
from tests.support.verify.authority import certificate

__all__ = ["here"]

PAGE = text("docs/hardening.md")
MANIFEST = (
    manifest_text("rest", "https://roll.hillside-school.example")
    .replace('"some-source"', '"school-roll"')
    .replace("[agency]", '[agency]\nareas = ["E09990001"]')
    .replace('"some-agency"', '"hillside-school"')
)


def files() -> Mapping[str, str]:
    """The page's files by the name in their first line."""
    named = (re.fullmatch(r"# (\S+)\n(.*)", block, re.DOTALL) for block in blocks(PAGE, "toml"))
    return {found[1]: found[2] for found in named if found}


def command(begins: str) -> list[str]:
    """The one command of the page that begins so."""
    (line,) = (line for line in blocks(PAGE, "sh") if line.startswith(f"teamaround {begins}"))
    return [str(COMMAND), *shlex.split(line)[1:]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's files as they stand there, with a certificate and one manifest."""
    folder = tmp_path_factory.mktemp("example")
    for name, content in files().items():
        (folder / name).write_text(content)
    (folder / "documents").mkdir()
    made = certificate(folder / "made")
    made.chain.rename(folder / "gateway.pem")
    made.key.rename(folder / "gateway-key.pem")
    (folder / "revocations.txt").touch()
    (folder / "manifests").mkdir()
    (folder / "manifests" / "school-roll.toml").write_text(MANIFEST)
    said = subprocess.run(  # noqa: S603 - our own command
        command("keys credential"), cwd=folder, capture_output=True, text=True, check=True
    )
    clients = folder / "clients.toml"
    line = 'credential_sha256 = "CHANGE"\n'
    assert line in clients.read_text()
    clients.write_text(clients.read_text().replace(line, said.stdout))
    return folder


@pytest.fixture
def folder(tmp_path: Path, example: Path) -> Path:
    """A copy of the example for one test alone, with the same modes."""
    return Path(shutil.copytree(example, tmp_path / "example"))


@contextmanager
def running(folder: Path, begins: str, **variables: str) -> Iterator[str]:
    """A command of the page, and the line in which it says that it serves."""
    with subprocess.Popen(  # noqa: S603 - our own command
        command(begins),
        cwd=folder,
        env=environment(folder, PYTHONUNBUFFERED="1", **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = list(iter_until(process.stdout, "serving"))
            yield said[-1] if "serving" in said[-1] else "".join(said)
        finally:
            process.terminate()


def iter_until(lines: Iterable[str], word: str) -> Iterator[str]:
    """The lines up to the first with this word."""
    for line in lines:
        yield line
        if word in line:
            return


def answer(url: str, authority: Path, body: Any = None) -> tuple[int, Any, dict[str, Any]]:
    """Status, headers and JSON of an answer over TLS that `authority` vouches for."""
    context = ssl.create_default_context(cafile=str(authority))
    content = None if body is None else json.dumps(body).encode()
    request = Request(url, content, {"Content-Type": "application/json"})  # noqa: S310 - https
    try:
        with urlopen(request, context=context) as came:  # noqa: S310 - as above
            return came.status, came.headers, json.load(came)
    except HTTPError as error:
        return error.code, error.headers, json.load(error)


def is_open_to_others(file: Path) -> bool:
    try:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except FileNotFoundError:
        return False  # SQLite's -wal and -shm come and go while the gateway runs


def test_the_production_example_serves_over_tls_and_lets_nobody_in(folder: Path) -> None:
    here = {"TEAMAROUND_SERVER__HOST": "127.0.0.1", "TEAMAROUND_SERVER__PORT": "0"}
    with (
        running(folder, "keys serve") as keys,
        running(folder, "serve", **here) as said,
    ):
        assert keys.startswith("serving the keys")
        assert said.startswith("{"), said
        url = f"https://127.0.0.1:{json.loads(said)['port']}"
        status, headers, health = answer(f"{url}/health", folder / "gateway.pem")
        assert (status, health) == (200, {"serving": True})
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        asked = {"query": "{ agencies { id } }"}
        status, headers, body = answer(f"{url}/graphql", folder / "gateway.pem", asked)
        assert (status, body["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
        schemes = [each.split(" ")[0] for each in headers.get_all("WWW-Authenticate")]
        assert schemes == ["Bearer", "DPoP"]
        private = [folder / "state", *(folder / "state").rglob("*")]
        assert [file for file in private if is_open_to_others(file)] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'certificate = "gateway.pem"\nkey = "gateway-key.pem"\n',
            "without TLS",
        ),
        ('public_url = "https://teamaround.example/graphql"\n', "public_url"),
        ('service = "unix:keys.socket"\n', "keys.credential"),
    ],
)
def test_each_line_that_keeps_children_safe_is_asked_for_at_the_start(
    folder: Path,
    line: str,
    said: str,
    here: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = folder / "settings.toml"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, ""))
    monkeypatch.chdir(folder)
    done = here(*command("serve")[1:])
    assert done.status == 2
    assert said in done.err


@pytest.mark.parametrize("name", ["gateway-key.pem", "gateway-credential"])
def test_a_key_of_the_example_that_others_may_open_stops_the_start(
    folder: Path, name: str, here: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / name).chmod(0o640)
    monkeypatch.chdir(folder)
    done = here(*command("serve")[1:])
    assert done.status == 2
    assert "others may open it (mode 0640)" in done.err
    assert name in done.err
