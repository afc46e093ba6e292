"""Servers by others that stand in for agencies' systems, run by Node or Java where at hand."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc.jwk import RSAKey

from demo.processes.ports import free_port
from tests.support.patience import PATIENCE_S, patiently

SAMPLES: Final = Path(__file__).parents[4] / "shared/samples"
SERVERS: Final = Path(__file__).with_name("servers")
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
SECRET: Final = "a-secret-of-the-agency-32-letters"
KEY_ID: Final = "of-the-agency"


def needed(program: str) -> str:
    """Where a program is; skips where it is not."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"this program by others needs {program}, which is not here")
    return found


def sample(name: str) -> Path:
    """A file or folder of the samples; skips where they are not beside this clone."""
    if not (SAMPLES / name).exists():
        pytest.skip("the sample payloads are not beside this clone")
    return SAMPLES / name


def installed(scripts: Path = SERVERS) -> Path:
    """A folder with our scripts and what their lock file names, installed once for all runs."""
    needed("node")
    npm = needed("npm")
    lock = (scripts / "package-lock.json").read_bytes()
    folder = CACHE / f"teamaround-{scripts.name}-{hashlib.sha256(lock).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        for file in filter(Path.is_file, scripts.iterdir()):
            shutil.copyfile(file, folder / file.name)
        if not (folder / "ready").exists():
            _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    command = [npm, "ci", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)  # noqa: S603
    except subprocess.TimeoutExpired:
        pytest.skip("npm took too long to install programs by others")
    if done.returncode != 0:
        pytest.skip("programs by others could not be installed by npm")
    (folder / "ready").touch()


@asynccontextmanager
async def running(command: Sequence[str], port: int) -> AsyncIterator[str]:
    """The server while it runs, once it listens; gives its base URL."""
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=nowhere, stderr=nowhere)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _listens(port):
                assert process.returncode is None, "the server ended before it listened"
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def prism(openapi: Path) -> AsyncIterator[str]:
    """Prism serving the examples of an OpenAPI document, to requests that keep to it."""
    script, port = installed() / "node_modules/@stoplight/prism-cli/dist/index.js", free_port()
    arguments = ["mock", "-p", str(port), "-h", "127.0.0.1", str(openapi)]
    async with running(["node", str(script), *arguments], port) as base:
        yield base


def with_examples(openapi: Path, examples: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """A copy of a published document in one file, with examples of ours put in by name."""
    ours, out = folder / "examples.json", folder / "openapi.json"
    ours.write_text(json.dumps(examples))
    script = installed() / "with_examples.mjs"
    command = ["node", str(script), str(openapi), str(ours), str(out)]
    subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_S)  # noqa: S603
    return out


@asynccontextmanager
async def postgraphile(dsn: str) -> AsyncIterator[str]:
    """PostGraphile serving a database's `public` schema as GraphQL."""
    script, port = installed() / "node_modules/postgraphile/cli.js", free_port()
    arguments = ["-c", dsn, "-p", str(port), "-n", "127.0.0.1", "-s", "public"]
    async with running(["node", str(script), *arguments, "--disable-query-log"], port) as base:
        yield base


@asynccontextmanager
async def medplum(resources: Sequence[Path]) -> AsyncIterator[str]:
    """Medplum's FHIR engine over the resources of these files."""
    arguments = ["node", str(installed() / "medplum.mjs"), *map(str, resources)]
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*arguments, stdout=pipe, stderr=nowhere)
    assert process.stdout is not None
    try:
        said = await patiently(process.stdout.readline())
        yield f"http://127.0.0.1:{json.loads(said)['port']}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def token_provider(key: RSAKey) -> AsyncIterator[str]:
    """oidc-provider, for its clients "by-secret" and "by-key"; gives its base URL."""
    port = free_port()
    of_key = {"kid": KEY_ID, "use": "sig", "alg": "RS512"}
    public = json.dumps({**key.as_dict(private=False), **of_key})
    command = ["node", str(installed() / "tokens.mjs"), str(port), public]
    async with running(command, port) as base:
        yield base


@asynccontextmanager
async def wiremock(mappings: Sequence[Mapping[str, Any]], folder: Path) -> AsyncIterator[str]:
    """WireMock with these stubs."""
    java, port = needed("java"), free_port()
    (jar,) = (installed() / "node_modules/wiremock/build").glob("wiremock-standalone-*.jar")
    (folder / "mappings").mkdir()
    (folder / "mappings/all.json").write_text(json.dumps({"mappings": mappings}))
    options = ["--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(folder)]
    command = [java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-jar", str(jar), *options]
    async with running([*command, "--disable-banner"], port) as base:
        yield base
