"""A witness signs growth, and refuses whatever denies what it saw."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as ReadCheckpoint

from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.state import State, Trust
from gateway.audit.witness.cosigner import Cosigner, WitnessMisconfigured
from gateway.audit.witness.memory import Memory
from gateway.audit.witness.witness import (
    Cosigned,
    MalformedSubmission,
    NotAGrowth,
    NotFromThere,
    NotSigned,
    Unknown,
)
from tests.support.verify.published import LEAVES, REAL, STRANGER, note
from tests.support.verify.witnessed import (
    EDITED,
    LOG,
    NOW,
    new_witness,
    serving_witness,
    submission,
)


def test_a_log_that_grows_is_signed_at_each_step(tmp_path: Path) -> None:
    witness, old = new_witness(tmp_path), 0
    for size in (0, 1, 7, 8, 100, 100, 600):
        judged = witness.judge(submission(old, LEAVES[:size]))
        assert isinstance(judged, Cosigned)
        old = size


def test_what_it_signs_convinces_an_independent_reader(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    judged = witness.judge(submission(0, LEAVES[:5]))
    assert isinstance(judged, Cosigned)
    whole = note(LEAVES[:5]) + judged.line
    key = VerifierKey.read(witness.cosigner.verifier_key)
    state = State.read(whole.encode(), Trust(LOG, (key,), 1))
    assert state.witnessed.counted == ((key.name, NOW),)
    read = ReadCheckpoint.from_text(whole)
    keys = VkeySet(Vkey.from_string(witness.cosigner.verifier_key))
    assert len(keys.verify(read.signatures, read)) == 1


def test_a_rollback_signed_with_the_real_key_is_refused(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    assert witness.judge(submission(10, LEAVES[:15])) == NotFromThere(20)
    assert witness.judge(submission(0, LEAVES[:15])) == NotFromThere(20)
    assert witness.judge(submission(20, LEAVES[:15])) == MalformedSubmission()


def test_a_rewritten_history_signed_with_the_real_key_is_refused(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    assert witness.judge(submission(20, EDITED[:30])) == NotAGrowth()
    assert witness.judge(submission(20, EDITED[:20])) == NotAGrowth()
    assert isinstance(witness.judge(submission(20, LEAVES[:30])), Cosigned)


def test_a_fork_between_replicas_is_signed_on_one_side_only(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:10]))
    ours, theirs = submission(10, LEAVES[:20]), submission(10, EDITED[:20])
    assert isinstance(witness.judge(theirs), Cosigned)
    assert witness.judge(ours) == NotFromThere(20)
    assert witness.judge(submission(20, LEAVES[:20])) == NotAGrowth()


def test_a_stranger_or_an_unknown_log_is_refused(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    stranger = note(LEAVES[:5], STRANGER)
    assert witness.judge(submission(0, LEAVES[:5], stranger)) == NotSigned()
    other = type(REAL)("other.example/log", REAL.key)
    unknown = other.sign(
        note(LEAVES[:5]).partition("\n\n")[0].replace(REAL.name, other.name) + "\n"
    )
    assert witness.judge(submission(0, LEAVES[:5], unknown)) == Unknown()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_else_comes_is_malformed(tmp_path: Path, body: bytes) -> None:
    assert new_witness(tmp_path).judge(body) == MalformedSubmission()


def test_it_remembers_after_a_restart(tmp_path: Path) -> None:
    new_witness(tmp_path).judge(submission(0, LEAVES[:20]))
    again = new_witness(tmp_path)
    assert again.judge(submission(0, LEAVES[:30])) == NotFromThere(20)
    assert isinstance(again.judge(submission(20, LEAVES[:30])), Cosigned)


def test_of_many_at_once_only_one_history_is_signed(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:10]))
    bodies = [submission(10, [*LEAVES[:10], f"fork {n}".encode()]) for n in range(12)]
    with ThreadPoolExecutor(6) as several:
        judged = list(several.map(witness.judge, bodies))
    assert sum(isinstance(each, Cosigned) for each in judged) == 1


async def test_each_judgement_has_the_protocols_status(tmp_path: Path) -> None:
    stranger = note(LEAVES[:5], STRANGER)
    sent = [
        (submission(0, LEAVES[:20]), 200),
        (submission(0, LEAVES[:30]), 409),
        (submission(20, EDITED[:30]), 422),
        (submission(20, EDITED[:20]), 422),
        (submission(0, LEAVES[:5], stranger), 403),
        (b"old 0\n\n" + note(LEAVES[:5]).replace("test", "best").encode(), 404),
        (b"nonsense", 400),
        (b"x" * 200_000, 413),
    ]
    async with (
        serving_witness(new_witness(tmp_path)) as url,
        aiohttp.ClientSession() as session,
    ):
        for body, status in sent:
            async with session.post(f"{url}/add-checkpoint", data=body) as answer:
                said = await answer.text()
                assert (answer.status, said) == (status, said)
                if said == "20\n":
                    assert answer.headers["Content-Type"] == "text/x.tlog.size"


@pytest.mark.parametrize(
    ("content", "mode"), [(b"", 0o600), (b"x" * 33, 0o600), (b"x" * 32, 0o644)]
)
def test_a_key_that_is_malformed_or_open_to_others_is_refused(
    tmp_path: Path, content: bytes, mode: int
) -> None:
    path = tmp_path / "witness-key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(WitnessMisconfigured):
        Cosigner.at(path, "w")
    with pytest.raises(WitnessMisconfigured, match="spaces"):
        Cosigner.at(path, "a witness")


async def test_the_event_loop_is_not_held_up(tmp_path: Path) -> None:
    async with serving_witness(new_witness(tmp_path)) as url, aiohttp.ClientSession() as session:

        async def submit() -> int:
            body = submission(0, LEAVES[:20])
            async with session.post(f"{url}/add-checkpoint", data=body) as answer:
                return answer.status

        statuses = await asyncio.gather(*(submit() for _ in range(10)))
    assert sorted(statuses) == [200] + [409] * 9


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("PRAGMA user_version = 4", "more than one release newer"),
        ("ALTER TABLE seen RENAME TO other", "is no witness's memory"),
    ],
)
def test_a_memory_that_this_release_does_not_know_is_left_as_it_is(
    tmp_path: Path, spoil: str, says: str
) -> None:
    memory = Memory(tmp_path / "seen.sqlite")
    with memory.looking() as look:
        look.keep("a log", 7, b"root", "a note")
    with closing(sqlite3.connect(memory.path)) as file:
        file.execute(spoil)
    content = memory.path.read_bytes()
    with pytest.raises(WitnessMisconfigured, match=says), memory.looking():
        pass
    assert memory.path.read_bytes() == content


def test_a_memory_of_before_it_had_a_number_and_one_of_the_next_release_go_on(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "seen.sqlite")
    with memory.looking() as look:
        look.keep("a log", 7, b"root", "a note")
    for number in (0, 1, 3):
        with closing(sqlite3.connect(memory.path)) as file:
            file.execute(f"PRAGMA user_version = {number}")
        with memory.looking() as look:
            assert look.seen("a log") == (7, b"root")
