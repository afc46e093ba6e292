"""The gateway speaks GraphQL over HTTP as the specification's own auditors read it."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.edge import Edge, edge
from tests.support.patience import patiently

AUDITORS: Final = ("graphql-http@1.23.1", "graphql@16.11.0")
FOLDER: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "teamaround-audits"
RUN: Final = """
import { serverAudits } from "graphql-http";
const [url, token] = process.argv.slice(2);
const fetchFn = (where, options = {}) =>
  fetch(where, { ...options, headers: { ...options.headers, authorization: token } });
const said = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  said.push({ name: result.name, status: result.status, reason: result.reason ?? "" });
}
console.log(JSON.stringify(said));
"""


@pytest.fixture(scope="module")
def auditors() -> Path:
    """A folder with the auditors installed; skips where they cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the auditors of GraphQL over HTTP need Node and npm, which are not here")
    if not (FOLDER / "node_modules" / "graphql-http").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", *AUDITORS]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)  # noqa: S603
        if done.returncode != 0:
            pytest.skip("the auditors of GraphQL over HTTP could not be installed by npm")
    (FOLDER / "run.mjs").write_text(RUN)
    return FOLDER


async def audited(folder: Path, gateway: Edge) -> list[dict[str, Any]]:
    token = gateway.town.headers()["Authorization"]
    url = f"{gateway.town.url}/graphql"
    process = await asyncio.create_subprocess_exec(
        "node", "run.mjs", url, token, cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await patiently(process.communicate())
    assert process.returncode == 0
    said: list[dict[str, Any]] = json.loads(output)
    return said


async def test_every_demand_of_the_auditors_is_met(auditors: Path, tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        said = await audited(auditors, gateway)
    assert len(said) == 61
    unmet = [a for a in said if a["status"] != "ok"]
    # A GET is never a question: what a server may do about one is left out.
    assert [a for a in unmet if a["status"] != "notice" or "GET" not in a["name"]] == []
