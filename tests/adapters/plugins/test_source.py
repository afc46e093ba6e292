"""A system of a kind that nobody foresaw joins by a package of its own."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.kinds import UnknownKind
from adapters.network.egress import EgressRefused
from adapters.network.stream import recorded
from gateway.cli.commands.source import source
from tests.support.adapters.asking import NOW, only, opened, question
from tests.support.loopback import serving_raw
from tests.support.secret_files import write_secret

SAMPLE = Path(__file__).parents[3] / "examples/plugin-card-index"
MANIFEST = (SAMPLE / "card-index.toml").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the sample, built as its pyproject says."""
    folder = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin"
    shutil.copytree(SAMPLE, source)  # building writes beside the source
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", "-q", *offline, "--target", str(folder)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)  # noqa: S603
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample, where Python finds it."""
    monkeypatch.syspath_prepend(site)


@asynccontextmanager
async def card_index(line: bytes) -> AsyncIterator[str]:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"LOGIN open-sesame\n"
        assert await reader.readline() == b"FIND 9990000018\n"
        writer.write(line)
        await writer.drain()

    async with serving_raw(handler) as base:
        yield base


async def asked(base: str, folder: Path) -> Reply:
    secrets = folder / "secrets"
    write_secret(secrets, "old-card-index", "password", "open-sesame\n")
    text = MANIFEST.replace("http://127.0.0.1:7777", base)
    async with opened(text, base, folder=secrets) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number="9990000018"))


@pytest.mark.usefixtures("installed")
async def test_a_child_in_a_card_index_is_found_by_the_sample_plugin(tmp_path: Path) -> None:
    async with card_index(b"CARD 7|9990000018|Hill|Ann|09/03/2015|Jo Reed\n") as base:
        record = only(await asked(base, tmp_path))
    assert record.record_id == "7"
    assert [i.practitioner.name for i in record.involvements if i.practitioner] == ["Jo Reed"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"NONE\n", NoRecord(NOW)),
        (b"MANY\n", TooMany()),
        (b"LOGIN?\n", Refused()),
        (b"CARD 7|Hi", Malformed("truncated")),
        (b"CARD 7\n", Malformed("fields")),
        (b"CARD |||||\n", Malformed("record")),
        (b"<html>\n", Malformed("word")),
        (b"x" * 100_000, Unavailable(Fault.CONNECTION)),
        (b"", Malformed("truncated")),
    ],
)
async def test_the_samples_words_become_replies(tmp_path: Path, line: bytes, reply: Reply) -> None:
    async with card_index(line) as base:
        assert await asked(base, tmp_path) == reply


async def test_a_plugin_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="no plugin called card-index is installed"):
        await asked("http://127.0.0.1:1", tmp_path)


@pytest.mark.usefixtures("installed")
async def test_a_plugins_address_is_held_to_the_operators_list() -> None:
    with pytest.raises(EgressRefused):
        async with opened(MANIFEST, "http://127.0.0.1:1"):
            pass


def test_the_sample_is_short() -> None:
    assert len((SAMPLE / "card_index.py").read_text().splitlines()) < 100


def checked() -> tuple[int, dict[str, Any]]:
    """What `teamaround source check` says of the sample's manifest, for machines."""
    said = CliRunner().invoke(source, ["check", "--json", str(SAMPLE / "card-index.toml")])
    return said.exit_code, json.loads(said.output)


@pytest.mark.usefixtures("installed")
def test_a_plugins_examples_are_read_again_and_no_fault_passes_for_an_answer() -> None:
    code, found = checked()
    rules = {one["rule"]: one["passed"] for one in found["rules"]}
    assert code == 0
    assert rules["every example is read as it expects"]
    assert rules["no fault is read as an answer"]


def test_without_the_plugin_its_examples_are_not_run_and_that_is_said() -> None:
    _, found = checked()
    (read,) = [
        one for one in found["rules"] if one["rule"] == "every example is read as it expects"
    ]
    assert (read["passed"], read["what"]) == (None, "no plugin called card-index is installed here")


async def test_a_recorded_stream_takes_what_is_written_and_closes() -> None:
    reader, writer = await recorded(b"one\ntwo")("http://a.example")
    writer.write(b"LOGIN\n")
    await writer.drain()
    assert [await reader.readline(), await reader.readline()] == [b"one\n", b"two"]
    writer.close()
    await writer.wait_closed()
    assert writer.is_closing()
