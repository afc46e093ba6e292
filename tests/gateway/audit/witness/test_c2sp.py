"""The rules of C2SP tlog-witness, tlog-cosignature and signed-note, each as the text has it."""

import base64
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.note import Note
from gateway.audit.verify.state import State, Trust
from gateway.audit.witness.witness import Witness
from tests.support.verify.published import LEAVES, ORIGIN, REAL, STRANGER, TRUST, note
from tests.support.verify.witnessed import EDITED, NOW, new_witness, serving_witness, submission

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
EMPTY = sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Case:
    """A rule in few words, what is sent to a witness that signed 20 entries, and its answer."""

    rule: str
    body: bytes
    status: int
    kind: str = PLAIN
    text: str | None = None


def _of_size(size: int, root: bytes) -> str:
    return REAL.sign(checkpoint_text(ORIGIN, size, root))


def _with(old: str, new: str) -> bytes:
    return submission(20, LEAVES[:30]).decode().replace(old, new, 1).encode()


GOOD = submission(20, LEAVES[:30])
HASH = base64.b64encode(bytes(32)).decode()
FALSE = note(LEAVES[:30]).replace(note(LEAVES[:30])[-20:-10], "A" * 10)
CASES = (
    Case("growth from what was signed last is signed", GOOD, 200),
    Case("the same state again is signed again", submission(20, LEAVES[:20]), 200),
    Case(
        "signatures of unknown keys are ignored",
        GOOD + b"\xe2\x80\x94 other.example/log AAAAAAAA\n",
        200,
    ),
    Case("a body without an old size line", b"\n\n" + note(LEAVES[:30]).encode(), 400),
    Case("an old size with a leading zero", _with("old 20", "old 020"), 400),
    Case("an old size that is no number", _with("old 20", "old -1"), 400),
    Case("an old size above the checkpoint's", submission(40, LEAVES[:30]), 400),
    Case("a proof line that is no hash", _with("old 20\n", "old 20\nAAAA\n"), 400),
    Case("base64 that is not canonical", _with("=\n", "\n"), 400),
    Case(
        "more than 63 proof lines",
        ("old 20\n" + f"{HASH}\n" * 64 + f"\n{note(LEAVES[:30])}").encode(),
        400,
    ),
    Case(
        "a size with a leading zero",
        f"old 20\n\n{_of_size(30, EMPTY).replace('30', '030', 1)}".encode(),
        400,
    ),
    Case("a control character in the note", GOOD.replace(b"test\n", b"te\tst\n", 1), 400),
    Case(
        "an unknown origin",
        b"old 0\n\n" + note(LEAVES[:5]).replace("test", "best").encode(),
        404,
    ),
    Case(
        "no signature of a trusted key",
        submission(20, LEAVES[:30], note(LEAVES[:30], STRANGER)),
        403,
    ),
    Case("a trusted key's signature that fails", submission(20, LEAVES[:30], FALSE), 403),
    Case("another old size than was signed last", submission(0, LEAVES[:30]), 409, SIZE, "20\n"),
    Case("the same, smaller than both", submission(10, LEAVES[:15]), 409, SIZE, "20\n"),
    Case("a proof that does not verify", submission(20, EDITED[:30]), 422),
    Case(
        "a proof where the sizes are the same",
        f"old 20\n{HASH}\n\n{note(LEAVES[:20])}".encode(),
        422,
    ),
    Case("the same size with another root", submission(20, EDITED[:20]), 422),
)
OF_A_NEW_LOG = (
    Case("the empty tree has the empty root", f"old 0\n\n{_of_size(0, EMPTY)}".encode(), 200),
    Case("the empty tree with another root", f"old 0\n\n{_of_size(0, bytes(32))}".encode(), 422),
    Case("a proof from nothing", f"old 0\n{HASH}\n\n{note(LEAVES[:5])}".encode(), 422),
    Case("what was never signed counts as zero", submission(5, LEAVES[:9]), 409, SIZE, "0\n"),
)


async def _sent(witness: Witness, body: bytes) -> tuple[int, str, str]:
    async with (
        serving_witness(witness) as url,
        aiohttp.ClientSession() as session,
        session.post(f"{url}/add-checkpoint", data=body) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


def _ids(case: Case) -> str:
    return case.rule.replace(" ", "-")


@pytest.mark.parametrize("case", CASES, ids=_ids)
async def test_a_witness_that_signed_answers_as_the_text_says(tmp_path: Path, case: Case) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    status, kind, text = await _sent(witness, case.body)
    assert (status, kind) == (case.status, case.kind)
    assert case.text in {None, text}


@pytest.mark.parametrize("case", OF_A_NEW_LOG, ids=_ids)
async def test_a_witness_that_never_signed_answers_as_the_text_says(
    tmp_path: Path, case: Case
) -> None:
    status, kind, text = await _sent(new_witness(tmp_path), case.body)
    assert (status, kind) == (case.status, case.kind)
    assert case.text in {None, text}


async def test_only_a_post_submits(tmp_path: Path) -> None:
    async with (
        serving_witness(new_witness(tmp_path)) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/add-checkpoint") as answer,
    ):
        assert answer.status == 405


async def test_a_monitor_reads_the_newest_state_with_both_signatures(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    place = sha256(ORIGIN.encode()).hexdigest()
    async with serving_witness(witness) as url, aiohttp.ClientSession() as session:
        for size, before in ((0, 404), (20, 200), (30, 200)):
            if size:
                old = 0 if size == 20 else 20
                witness.judge(submission(old, LEAVES[:size]))
            async with session.get(f"{url}/{place}/checkpoint") as answer:
                assert answer.status == before
                shown = await answer.text()
        async with session.get(f"{url}/{place.upper()}/checkpoint") as answer:
            assert answer.status == 404
    key = VerifierKey.read(witness.cosigner.verifier_key)
    assert State.read(shown.encode(), Trust(TRUST.log, (key,), 1)).size == 30


def test_a_cosignature_signs_the_time_and_the_whole_text_with_its_extension_lines(
    tmp_path: Path,
) -> None:
    witness = new_witness(tmp_path)
    text = f"{checkpoint_text(ORIGIN, 20, EMPTY)}an extension\n"
    line = witness.cosigner.cosign(text, NOW)
    name, content = line.split(" ")[1:]
    held = base64.b64decode(content)
    public = witness.cosigner.key.public_key()
    kind = b"\x04" + public.public_bytes_raw()
    assert held[:4] == sha256(f"{name}\n".encode() + kind).digest()[:4]
    assert int.from_bytes(held[4:12], "big") == NOW
    public.verify(held[12:], f"cosignature/v1\ntime {NOW}\n{text}".encode())


def test_a_note_of_sixteen_signatures_and_more_is_read() -> None:
    lines = "".join(f"\N{EM DASH} k{n}.example AAAAAAAA\n" for n in range(40))
    read = Note.read((note(LEAVES[:5]) + lines).encode())
    assert len(read.signatures) == 41


@pytest.mark.parametrize(
    ("theirs", "times"),
    [
        (submission(20, EDITED[:30]), 1),
        (submission(20, EDITED[:20]), 1),
        (submission(5, EDITED[:20]), 1),
        (submission(5, LEAVES[:15]), 0),
        (submission(20, EDITED[:30], note(EDITED[:30], STRANGER)), 0),
    ],
)
def test_both_notes_are_kept_and_told_once_where_the_log_signed_two_histories(
    tmp_path: Path, theirs: bytes, times: int
) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    with capture_logs() as events:
        for _ in range(2):
            witness.judge(theirs)
    with witness.memory.looking() as look:
        evidence = look.evidence(ORIGIN)
    assert [each["event"] for each in events] == ["log_contradicted"] * times
    assert len(evidence) == times
    for each in evidence:
        ours, other = (State.read(text.encode(), TRUST) for text in (each.ours, each.theirs))
        assert ours.size == 20
        assert (other.size, other.root) != (ours.size, ours.root)
