"""An export on an SFTP server is read over a connection to that one server's key."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.contract.contract import (
    Cause,
    Fault,
    Malformed,
    NoRecord,
    Refused,
    Reply,
    Unavailable,
)
from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.adapters.overheard import overheard
from tests.support.adapters.problems import problems
from tests.support.adapters.school_roll import ANN_UPN, NOBODY, ROLL, ROWS
from tests.support.adapters.sftp import (
    HOST_KEY,
    OTHER_KEY,
    OUR_KEY,
    RIGHT,
    Endless,
    Hanging,
    LongNames,
    line,
    sftp,
)

AUTH = """
[auth]
scheme = "sftp"
user = {{ env = "TEAMAROUND_SOURCE_SOME_SOURCE_USER" }}
{proof}
host_key = "{host_key}"
"""
TABLE = "[file]\nformat = 'csv'\nnewest = 'name'\n"
BY_KEY = 'key = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_KEY" }'
BY_PASSWORD = 'password = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_PASSWORD" }'


def environ(key: asyncssh.SSHKey = OUR_KEY, password: str = RIGHT) -> dict[str, str]:
    return {
        "TEAMAROUND_SOURCE_SOME_SOURCE_USER": "gateway",
        "TEAMAROUND_SOURCE_SOME_SOURCE_KEY": key.export_private_key().decode(),
        "TEAMAROUND_SOURCE_SOME_SOURCE_PASSWORD": password,
    }


def text(base: str, proof: str = BY_KEY, host_key: str = line(HOST_KEY)) -> str:
    auth = AUTH.format(proof=proof, host_key=host_key)
    return manifest_text("file", f"{base}/exports", rest=f"{TABLE}{ROWS}{auth}")


async def asked(base: str, manifest: str, upn: str = ANN_UPN, **login: Any) -> Reply:
    async with opened(manifest, base, environ=environ(**login)) as adapter:
        return await adapter.source.ask(question(upn=upn))


@pytest.mark.parametrize("proof", [BY_KEY, BY_PASSWORD])
async def test_a_pupil_in_an_export_on_a_server_is_found(tmp_path: Path, proof: str) -> None:
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        assert only(await asked(base, text(base, proof))).record_id == "1"


@pytest.mark.parametrize("proof", [BY_KEY, BY_PASSWORD])
async def test_neither_a_login_nor_a_pupil_can_be_heard_on_the_way(
    tmp_path: Path, proof: str
) -> None:
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        async with overheard(int(base.rpartition(":")[2])) as (port, heard):
            over = f"sftp://127.0.0.1:{port}"
            assert only(await asked(over, text(over, proof))).record_id == "1"
    on_the_way = b"".join(heard)
    assert b"SSH-2.0" in on_the_way
    secrets = (ANN_UPN, RIGHT, "gateway", "roll-1.csv", *ROLL.splitlines())
    assert [each for each in secrets if each.encode() in on_the_way] == []


async def test_a_pupil_not_in_it_is_no_record_as_of_its_last_writing(tmp_path: Path) -> None:
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        reply = await asked(base, text(base), upn=NOBODY)
    assert isinstance(reply, NoRecord)
    assert reply.as_of is not None


async def test_a_server_with_another_key_is_told_nothing(tmp_path: Path) -> None:
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        reply = await asked(base, text(base, host_key=line(OTHER_KEY)))
    assert reply == Malformed("host_key")


async def test_a_login_that_the_server_does_not_accept_is_refused(tmp_path: Path) -> None:
    async with sftp(tmp_path) as base:
        assert await asked(base, text(base), key=OTHER_KEY) == Refused()
        assert await asked(base, text(base, BY_PASSWORD), password="wrong") == Refused()


async def test_a_folder_without_an_export_or_a_server_is_unavailable(tmp_path: Path) -> None:
    async with sftp(tmp_path) as base:
        assert await asked(base, text(base)) == Unavailable(Fault.CONNECTION)
    nobody = "sftp://127.0.0.1:1"
    assert await asked(nobody, text(nobody)) == Unavailable(Fault.CONNECTION)


async def test_an_export_larger_than_allowed_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL + "\n" * 2_000_000)
        assert await asked(base, text(base), upn=NOBODY) == Malformed("too_large")


async def test_a_server_that_hangs_while_it_sends_is_timed_out(tmp_path: Path) -> None:
    async with sftp(tmp_path, Hanging) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        async with opened(text(base), base, environ=environ()) as adapter:
            reply = await adapter.source.ask(question(timeout_s=0.5, upn=ANN_UPN))
    assert reply == Unavailable(Fault.TIMED_OUT)


async def test_a_server_elsewhere_than_listed_is_never_called() -> None:
    with pytest.raises(EgressRefused):
        await asked("sftp://files.example", text("sftp://other.example"))


async def test_a_key_that_is_none_is_named_by_its_place() -> None:
    variables = {**environ(), "TEAMAROUND_SOURCE_SOME_SOURCE_KEY": "no key"}
    base = "sftp://files.example"
    with pytest.raises(SecretMissing, match="SOURCE_KEY has no private key for SSH"):
        async with opened(text(base), base, environ=variables):
            pass


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        (line(HOST_KEY), "ssh-ed25519 AAAA", "the server's public key"),
        (BY_KEY, f"{BY_KEY}\n{BY_PASSWORD}", "it needs a key or a password"),
        ("sftp://files.example", "file:///srv", "scheme sftp is for files at sftp://host/folder"),
    ],
    ids=["host key cut off", "two proofs", "another place"],
)
def test_a_mistake_in_a_login_by_ssh_is_named(good: str, bad: str, what: str) -> None:
    found = problems(text("sftp://files.example").replace(good, bad))
    assert any(what in said for _, said in found), found


def growing(file: Path) -> type[asyncssh.SFTPServer]:
    class Growing(asyncssh.SFTPServer):
        """A server to which the export is being uploaded while it is fetched."""

        def read(self, file_obj: object, offset: int, size: int) -> Any:
            if offset == 0:
                with file.open("a") as upload:
                    upload.write("4,X,Late,Lea,01/01/2016,Ms Reed\n")
            return super().read(file_obj, offset, size)

    return Growing


@pytest.mark.parametrize("upn", [ANN_UPN, NOBODY])
async def test_an_export_that_is_uploaded_while_it_is_fetched_is_no_answer(
    upn: str, tmp_path: Path
) -> None:
    file = tmp_path / "exports/roll-1.csv"
    async with sftp(tmp_path, growing(file)) as base:
        file.write_text(ROLL)
        reply = await asked(base, text(base), upn=upn)
    assert isinstance(reply, Unavailable)
    assert reply.cause is Cause.FILE_CHANGING


async def test_the_export_that_was_written_last_on_a_server_is_the_newest(tmp_path: Path) -> None:
    written = text("{}").replace("newest = 'name'", "newest = 'written'")
    async with sftp(tmp_path) as base:
        for place, name in enumerate(("roll-2.csv", "roll-1.csv")):
            content = ROLL if name == "roll-1.csv" else ROLL.replace("Hill", "Dale")
            (tmp_path / "exports" / name).write_text(content)
            os.utime(tmp_path / "exports" / name, (1_700_000_000 + place, 1_700_000_000 + place))
        record = only(await asked(base, written.replace("{}", base)))
        assert record.names[0].family == "Hill"
        os.utime(tmp_path / "exports/roll-2.csv", (1_700_000_001, 1_700_000_001))
        assert await asked(base, written.replace("{}", base)) == Malformed("same_moment")


@pytest.mark.parametrize("files", [Endless, LongNames])
async def test_a_folder_without_a_last_file_is_too_large(
    files: type[asyncssh.SFTPServer], tmp_path: Path
) -> None:
    async with (
        sftp(tmp_path, files) as base,
        opened(text(base), base, environ=environ()) as adapter,
    ):
        reply = await adapter.source.ask(question(timeout_s=60.0, upn=ANN_UPN))
    what = "more than 10000 files, or longer names"
    assert reply == Malformed("too_large", "source.base_url", what)


async def test_a_list_of_files_in_one_endless_packet_is_not_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncssh.sftp, "_MAX_READDIR_NAMES", 9_000)  # of the server
    async with (
        sftp(tmp_path, Endless) as base,
        opened(text(base), base, environ=environ()) as adapter,
    ):
        reply = await adapter.source.ask(question(timeout_s=30.0, upn=ANN_UPN))
    assert isinstance(reply, Unavailable)


async def test_who_asks_for_a_file_far_away_waits_beside_everybody_else(tmp_path: Path) -> None:
    """Deciphering a file is work in Python: it is done elsewhere than in the loop of questions."""
    async with sftp(tmp_path) as base:
        (tmp_path / "exports/roll-1.csv").write_text(ROLL)
        async with opened(text(base), base, environ=environ()) as adapter:
            before = {thread.name for thread in threading.enumerate()}
            asking = asyncio.create_task(adapter.source.ask(question(upn=ANN_UPN)))
            seen: set[str] = set()
            while not asking.done():
                seen |= {thread.name for thread in threading.enumerate()}
                await asyncio.sleep(0)
            only(asking.result())
    assert seen - before >= {"own-loop"}
