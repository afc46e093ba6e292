"""A system of a kind that nobody foresaw joins by a package of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.contract import Fault, Malformed, NoRecord, Refused, Reply, TooMany, Unavailable
from adapters.egress import EgressRefused
from adapters.kinds import UnknownKind
from tests.adapters.asking import NOW, only, opened, question
from tests.loopback import serving_raw

SAMPLE = Path(__file__).parents[2] / "examples/plugin-card-index"
MANIFEST = (SAMPLE / "card-index.toml").read_text()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample as pip would install it: its module, and its entry point's metadata."""
    (tmp_path / "card_index.py").write_text((SAMPLE / "card_index.py").read_text())
    metadata = tmp_path / "teamaround_card_index-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: teamaround-card-index\nVersion: 0.1.0\n")
    entry = "[teamaround.adapters]\ncard-index = card_index:open_source\n"
    (metadata / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(tmp_path)


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
    (secrets / "old-card-index").mkdir(parents=True)
    (secrets / "old-card-index/password").write_text("open-sesame\n")
    text = MANIFEST.replace("http://127.0.0.1:7777", base)
    async with opened(text, base, folder=secrets) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number="9990000018"))


@pytest.mark.usefixtures("installed")
async def test_a_child_in_a_card_index_is_found_by_the_sample_plugin(tmp_path: Path) -> None:
    async with card_index(b"CARD 7|Hill|Ann|09/03/2015|Jo Reed\n") as base:
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
        (b"CARD ||||\n", Malformed("record")),
        (b"<html>\n", Malformed("word")),
        (b"x" * 10_000, Unavailable(Fault.CONNECTION)),
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
