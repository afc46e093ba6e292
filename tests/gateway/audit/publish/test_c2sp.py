"""The rules of C2SP tlog-tiles and tlog-checkpoint, each MUST of the texts with its test."""

import asyncio
import base64
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from gateway.audit.entry.range import EntryRange
from gateway.audit.publish.routes import routes
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.published import check_log
from gateway.audit.verify.state import State, Trust
from gateway.audit.verify.tree import hash_leaf, root_of_tile
from tests.support.audit.examples import asked
from tests.support.audit.publishing import publishing
from tests.support.docs.pages import ROOT
from tests.support.verify.published import LEAVES, ORIGIN, REAL, STRANGER, TRUST, note, write_log
from tests.support.verify.witnessed import serving_app

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
SIZES: Final = (260, 300)  # of which a state was published

Answers = dict[str, tuple[int, str, str, bytes]]


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in few words, where it is asked for, and what is answered."""

    rule: str
    path: str
    status: int = 200
    kind: str = BYTES
    length: int | None = None


SERVED: Final = (
    Row("the tree head is at checkpoint, as text", "checkpoint", kind=TEXT),
    Row("a full tile is exactly 256 hashes wide", "tile/0/000", length=8192),
    Row("a partial tile has as many hashes as its width says", "tile/0/001.p/44", length=44 * 32),
    Row("a tile of level 1 has a hash for each full tile below", "tile/1/000.p/1", length=32),
    Row("the partial tiles of every published size are served", "tile/0/001.p/4", length=4 * 32),
    Row("and the partial bundles", "tile/entries/001.p/4"),
    Row("a full bundle is where its number says", "tile/entries/000"),
    Row("a partial tile is not hashed into the level above", "tile/1/000.p/2", 404, TEXT),
    Row("an empty tile is not served", "tile/2/000.p/0", 404, TEXT),
    Row("nor one above the tree", "tile/2/000.p/1", 404, TEXT),
    Row("a level has no leading zero", "tile/00/000", 404, TEXT),
    Row("a level has no sign", "tile/+0/000", 404, TEXT),
    Row("a level is at most 63", "tile/64/000", 404, TEXT),
    Row("a level is written in ASCII digits", "tile/\N{ARABIC-INDIC DIGIT ZERO}/000", 404, TEXT),
    Row("a number has three digits in each part", "tile/0/0", 404, TEXT),
    Row("and no more than three", "tile/0/0000", 404, TEXT),
    Row("every part of a number but the last begins with x", "tile/0/000/001", 404, TEXT),
    Row("the last part does not", "tile/0/x000", 404, TEXT),
    Row("a number has no part of zeros before it", "tile/0/x000/001", 404, TEXT),
    Row("a number is not negative", "tile/0/-01", 404, TEXT),
    Row("a width is at least 1", "tile/0/001.p/0", 404, TEXT),
    Row("a width is at most 255", "tile/0/000.p/256", 404, TEXT),
    Row("a width has no leading zero", "tile/0/001.p/044", 404, TEXT),
    Row("entries in another form are elsewhere", "tile/entries/000.json", 404, TEXT),
)

# What the texts ask for beside a served path or a note, and which test holds it.
ELSEWHERE: Final = {
    "no checkpoint is signed that is inconsistent with an earlier one": (
        "test_what_is_no_growth_is_never_signed"
    ),
    "unknown signatures are ignored": "test_an_unknown_signature_is_ignored",
    "no partial tile is fetched that no verified checkpoint requires": (
        "test_a_reader_fetches_what_a_verified_checkpoint_requires_and_nothing_else"
    ),
    "a partial tile may be gone once the full one is there": (
        "test_a_log_that_grows_while_it_is_read_is_read_to_where_it_was_signed"
    ),
    "a later checkpoint is checked to be consistent with the one before": (
        "test_what_only_grew_since_it_was_kept_is_accepted_by_both"
    ),
    "an entry bundle that stays partial is fetched too": (
        "test_what_is_slipped_in_after_the_last_entry_is_refused"
    ),
    "without a policy nothing is pruned": "test_a_policy_that_cannot_be_meant_is_refused",
    "a policy allows to prune only what is no longer needed": (
        "test_a_kind_that_the_policy_leaves_out_stays_for_good"
    ),
    "pruning leaves the tree's structure as it was": (
        "test_the_log_goes_on_and_its_root_is_the_one_it_had"
    ),
    "hashes are those of RFC 6962": "test_an_independent_reader_walks_the_live_log",
}


async def anybody(_: Request, __: EntryRange | None) -> Response | None:
    """As for an auditor."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What a log of 300 entries answers to every path of the table."""
    return asyncio.run(_answers(tmp_path_factory.mktemp("c2sp")))


async def _answers(folder: Path) -> Answers:
    found: Answers = {}
    async with AsyncExitStack() as stack:
        publication = await stack.enter_async_context(publishing(folder))
        for size in SIZES:
            more = range(await publication.log.size(), size)
            await asyncio.gather(*(publication.log.append(asked(f"q{n}")) for n in more))
            await publication.newest()
        found["key"] = (0, "", publication.signer.verifier_key, b"")
        app = Starlette(routes=routes(publication, anybody))
        url = await stack.enter_async_context(serving_app(app))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        for path in {row.path for row in SERVED}:
            async with session.get(f"{url}/{path}") as answer:
                cached = answer.headers["Cache-Control"]
                kind = answer.headers["Content-Type"]
                found[path] = (answer.status, kind, cached, await answer.read())
    return found


@pytest.mark.parametrize("row", [pytest.param(row, id=row.rule) for row in SERVED])
def test_the_log_serves_as_the_text_says(answers: Answers, row: Row) -> None:
    status, kind, _, content = answers[row.path]
    assert (status, kind) == (row.status, row.kind)
    assert row.length in {None, len(content)}


def test_the_checkpoint_has_the_logs_own_signature_and_is_kept_by_nobody(answers: Answers) -> None:
    _, _, cached, content = answers["checkpoint"]
    state = State.read(content, Trust(VerifierKey.read(answers["key"][2])))
    assert (state.size, state.extensions) == (SIZES[-1], ())
    assert "no-store" in cached


def test_a_tile_of_hashes_lasts_and_a_bundle_may_be_pruned(answers: Answers) -> None:
    assert "immutable" in answers["tile/0/000"][2]
    assert "no-store" in answers["tile/entries/000"][2]


def test_each_entry_of_a_bundle_hashes_to_its_place_in_the_tile(answers: Answers) -> None:
    content, leaves = answers["tile/entries/000"][3], list[bytes]()
    while content:
        length = int.from_bytes(content[:2], "big")
        leaves.append(content[2 : 2 + length])
        content = content[2 + length :]
    hashes = [hash_leaf(leaf) for leaf in leaves]
    assert b"".join(hashes) == answers["tile/0/000"][3]
    assert root_of_tile(hashes) == answers["tile/1/000.p/1"][3]


def _signed(text: str) -> bytes:
    return REAL.sign(text).encode()


HASH: Final = base64.b64encode(bytes(32)).decode()
GOOD: Final = checkpoint_text(ORIGIN, 20, bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD.replace(ORIGIN, "", 1), id="the origin is not empty"),
        pytest.param(GOOD.replace("test", "best", 1), id="the origin is this log's"),
        pytest.param(f"{ORIGIN}\n20\n", id="there are at least three lines"),
        pytest.param(f"{ORIGIN}\n\n20\n{HASH}\n", id="no line is empty"),
        pytest.param(GOOD.replace("20", "020", 1), id="a size has no leading zero"),
        pytest.param(GOOD.replace("20", "00", 1), id="the size of an empty tree is one zero"),
        pytest.param(GOOD.replace("20", "0x14", 1), id="a size is decimal"),
        pytest.param(GOOD.replace("20", "+20", 1), id="a size has no sign"),
        pytest.param(
            GOOD.replace("20", "\N{ARABIC-INDIC DIGIT TWO}0", 1), id="a size is in ASCII digits"
        ),
        pytest.param(
            GOOD.replace(HASH, base64.b64encode(bytes(31)).decode()), id="a root is 32 bytes"
        ),
        pytest.param(GOOD.replace(HASH, "_" * 43 + "="), id="a root is standard base64"),
        pytest.param(GOOD.replace(HASH, HASH.rstrip("=")), id="a root's base64 is padded"),
        pytest.param(
            GOOD.replace(HASH, HASH[:-2] + "B="), id="a root's base64 has no bits left over"
        ),
        pytest.param(f"{GOOD}\nmore\n", id="an extension line is not empty"),
        pytest.param(GOOD.replace("\n", "\r\n"), id="lines end with a newline alone"),
    ],
)
def test_a_checkpoint_that_is_not_as_the_text_says_is_refused(text: str) -> None:
    with pytest.raises(LogRefused):
        State.read(_signed(text), TRUST)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD, id="origin, size and root are enough"),
        pytest.param(GOOD.replace("20", "0", 1), id="an empty tree has size 0"),
        pytest.param(f"{GOOD}more\nof\nit\n", id="extension lines are opaque"),
    ],
)
def test_a_checkpoint_as_the_text_says_is_read(text: str) -> None:
    assert State.read(_signed(text), TRUST).origin == ORIGIN


def test_an_origin_need_not_look_like_an_address() -> None:
    odd = type(REAL)("our-log", REAL.key)
    trust = Trust(VerifierKey.read(odd.verifier_key))
    signed = odd.sign(checkpoint_text("our-log", 20, bytes(32))).encode()
    assert State.read(signed, trust).origin == "our-log"


def test_an_unknown_signature_is_ignored() -> None:
    whole = note(LEAVES[:20]) + STRANGER.sign("x\n").rpartition("\n\n")[2]
    assert State.read(whole.encode(), TRUST).size == 20


async def test_a_reader_fetches_what_a_verified_checkpoint_requires_and_nothing_else(
    tmp_path: Path,
) -> None:
    write_log(tmp_path, LEAVES[:300])
    fetched = list[str]()

    def place(path: str) -> bytes | None:
        fetched.append(path)
        return (tmp_path / path).read_bytes()

    assert check_log(place, TRUST).state.size == 300
    assert fetched[0] == "checkpoint"
    parts = {path for path in fetched if ".p/" in path}
    assert parts == {"tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"}
    (tmp_path / "checkpoint").write_text(note(LEAVES[:300], STRANGER))
    fetched.clear()
    with pytest.raises(LogRefused):
        check_log(place, TRUST)
    assert fetched == ["checkpoint"]


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_the_rules_of_the_texts_that_other_tests_hold_have_them(rule: str) -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    assert any(f"def {ELSEWHERE[rule]}(" in file.read_text() for file in files)
