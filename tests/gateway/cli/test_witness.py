"""An auditor reads at a witness what it kept against a log, and checks it without the witness."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from gateway.audit.witness import memory
from gateway.audit.witness.witness import Witness
from gateway.cli.main import app
from tests.support.verify.published import LEAVES, ORIGIN, REAL, STRANGER, note
from tests.support.verify.witnessed import (
    EDITED,
    new_witness,
    serving_app,
    serving_witness,
    submission,
)


def asked(url: str, *options: str, key: str = REAL.verifier_key) -> Result:
    return CliRunner().invoke(app, ["witness", "evidence", url, "--log-key", key, *options])


def read(witness: Witness, *options: str) -> Result:
    async def work() -> Result:
        async with serving_witness(witness) as url:
            return await asyncio.to_thread(asked, url, *options)

    return asyncio.run(work())


def answered(said: bytes) -> Result:
    """What the command makes of such an answer."""

    async def made_up(_: Request) -> Response:
        return Response(said)

    async def work() -> Result:
        async with serving_app(Starlette(routes=[Route("/{path:path}", made_up)])) as url:
            return await asyncio.to_thread(asked, url)

    return asyncio.run(work())


def test_of_a_log_that_only_grew_nothing_is_kept(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    said = read(witness)
    assert (said.exit_code, said.stdout) == (0, "the witness kept nothing against this log\n")


def test_two_histories_are_shown_and_both_notes_convict_the_log_by_themselves(
    tmp_path: Path,
) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    witness.judge(submission(20, EDITED[:20], note(EDITED[:20])))
    said = read(witness, "--out", str(tmp_path / "notes"))
    assert said.exit_code == 1
    assert "the log's key signed two histories of 20 entries" in said.stdout
    signed, refused = (str(tmp_path / "notes" / f"1-{name}") for name in ("signed", "refused"))
    options = ["--key", REAL.verifier_key, "--kept", refused]
    found = CliRunner().invoke(app, ["audit", "verify", signed, *options])
    assert found.exit_code == 1
    assert "two histories" in found.stdout + found.stderr


def test_a_growth_that_was_not_shown_is_told_and_convicts_nobody(tmp_path: Path) -> None:
    # Whoever has a genuine checkpoint can send it with hashes that show nothing.
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    witness.judge(submission(20, EDITED[:30], note(LEAVES[:30])))
    said = read(witness)
    assert said.exit_code == 0
    assert "30 entries were not shown to grow from 20" in said.stdout


def test_no_number_of_growths_that_were_not_shown_hides_two_histories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST_EVIDENCE", 4)
    monkeypatch.setattr(memory, "MOST_SHOWN", 3)
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    for size in range(21, 30):
        witness.judge(submission(20, EDITED[:size], note(LEAVES[:size])))
    witness.judge(submission(20, EDITED[:20], note(EDITED[:20])))
    said = read(witness)
    assert said.exit_code == 1
    assert "two histories of 20 entries" in said.stdout.splitlines()[0]
    assert len(said.stdout.splitlines()) == 3


def test_what_the_logs_key_did_not_sign_is_no_evidence(tmp_path: Path) -> None:
    witness = new_witness(tmp_path)
    witness.judge(submission(0, LEAVES[:20]))
    witness.judge(submission(20, EDITED[:20], note(EDITED[:20], STRANGER)))
    assert read(witness).exit_code == 0


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"[7]",
        json.dumps([{"at": 1, "ours": note(LEAVES[:5]), "theirs": "made up"}]).encode(),
        json.dumps(
            [{"at": 1, "ours": note(LEAVES[:5]), "theirs": note(LEAVES[:5], STRANGER)}]
        ).encode(),
    ],
)
def test_a_witness_that_makes_evidence_up_is_not_believed(said: bytes) -> None:
    result = answered(said)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_notes_convict_whatever_time_the_witness_gives_them() -> None:
    notes = {"ours": note(LEAVES[:20]), "theirs": note(EDITED[:20])}
    said = answered(json.dumps([{"at": 10**30, **notes}]).encode())
    assert said.exit_code == 1
    assert "a time that no calendar has: the log's key signed two histories" in said.stdout


def test_of_another_log_a_witness_says_nothing(tmp_path: Path) -> None:
    other = type(REAL)("other.example/log", REAL.key).verifier_key

    async def work() -> Result:
        async with serving_witness(new_witness(tmp_path)) as url:
            return await asyncio.to_thread(asked, url, key=other)

    result = asyncio.run(work())
    assert result.exit_code == 2
    assert "witnesses no such log" in result.stderr
    assert sha256(ORIGIN.encode()).hexdigest() not in result.stderr
