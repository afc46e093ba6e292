"""An operator exports the log, and a stranger checks it with one command and one key."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from typer.testing import CliRunner

from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.log.embedded import AuditLog
from gateway.audit.opening import open_publication
from gateway.audit.tree.checkpoint import checkpoint_text
from gateway.audit.witness.cosigner import Cosigner
from gateway.cli.main import app
from gateway.cli.settings_option import account, chosen
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid
from gateway.oversight.break_glass.store.grants import SqlGrants
from tests.support.audit.cli import run
from tests.support.audit.examples import asked
from tests.support.audit.pruned import POLICY, fill
from tests.support.audit.publishing import ORIGIN
from tests.support.audit.school_log import SCHOOL
from tests.support.audit.signing import open_as_gateway
from tests.support.gateway.grants import GIVEN
from tests.support.verify.published import LEAVES, REAL, STRANGER, kept, note, write_log
from tests.support.verify.receipts import receipt

KEY = ["--key", REAL.verifier_key]
# The entries are of another day than this one.
NOW = ["--now", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"]


async def one_entry(path: Path) -> None:
    async with open_as_gateway(await AuditLog.open(path), path.parent, ORIGIN) as log:
        await log.append(replace(asked(), at=datetime.now(UTC)))


async def old_entries(path: Path) -> None:
    async with open_as_gateway(await AuditLog.open(path), path.parent, ORIGIN) as log:
        await fill(log, 30, 3)


async def of_nine_years_ago(path: Path) -> None:
    async with open_as_gateway(await AuditLog.open(path), path.parent, ORIGIN) as log:
        await fill(log, 3, 0)


async def by_hand(path: Path) -> None:
    log = await AuditLog.open(path)
    await fill(log, 0, 3)
    await log.aclose()


def policy_file(folder: Path) -> Path:
    file = folder / "retention.toml"
    file.write_text(POLICY)
    return file


async def grants_in(file: Path, *entries: int) -> frozenset[int]:
    store = await SqlGrants.at_file(file)
    for entry in entries:
        await store.add(replace(GIVEN, id=f"q{entry}", entry=entry), (), ["officer"], "granted")
    return await store.entries()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(
        'environment = "development"\n[files]\nstate = "state"\noperator = "operator.toml"\n'
    )
    (tmp_path / "operator.toml").write_text(
        f'log_origin = "{ORIGIN}"\n[shield_team]\nname = "s"\ntelephone = "01632 960999"\n'
        '[[area]]\ncode = "E09990001"\nname = "Northbrook"\n'
    )
    monkeypatch.setenv("TEAMAROUND_SETTINGS", str(file))
    assert run("key").exit_code == 0  # a signer that begins with the log
    return file


@pytest.mark.usefixtures("settings")
def test_what_is_exported_is_accepted_with_the_key_that_was_printed(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    key = run("key").stdout.strip()
    exported = run("export", tmp_path / "export")
    assert exported.stdout.startswith("2 entries, root ")
    verified = run("verify", tmp_path / "export", "--key", key)
    assert (verified.exit_code, verified.stdout[:6]) == (0, "holds:")


@pytest.mark.usefixtures("settings")
def test_who_gives_a_memory_has_all_of_the_log_signed_whoever_wrote_it(tmp_path: Path) -> None:
    asyncio.run(by_hand(tmp_path / "state" / "audit.sqlite"))
    assert run("export", str(tmp_path / "no")).exit_code == 2
    (tmp_path / "state" / "log-key-memory").unlink()
    assert run("remember", "--from-log").exit_code == 0
    assert run("export", str(tmp_path / "export")).exit_code == 0


def test_in_production_a_logs_key_in_the_operators_reach_starts_no_gateway(settings: Path) -> None:
    production = chosen(settings).model_copy(update={"environment": "production"})

    async def start() -> None:
        async with open_publication(production, Clock()):
            pass

    with pytest.raises(ConfigurationInvalid, match="in reach of the log's operator"):
        asyncio.run(start())


@pytest.mark.usefixtures("settings")
def test_an_export_of_everything_is_in_the_log_and_in_the_export(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    assert run("export", tmp_path / "export", "--who", "o.fficer").exit_code == 0
    assert run("export", tmp_path / "again").exit_code == 0
    bundle = (tmp_path / "export" / "tile" / "entries" / "000.p" / "2").read_bytes()
    assert b'"look":{"count":2,"entries":[0,1],"export":"TILES"}' in bundle
    assert b'"user":"o.fficer"' in bundle
    (last,) = run("search", "--who", "a", "--user", account()).stdout.splitlines()
    assert json.loads(last)["entry"]["detail"] == "EXPORTED_LOG"


@pytest.mark.usefixtures("settings")
def test_a_comparison_with_an_agencys_log_is_in_the_log(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    (tmp_path / "access.csv").write_text("log_index,query_id\n0,q1\n")
    within = ("--since", "2026-11-01", "--before", "2026-12-01", "--who", "o.fficer")
    run("reconcile", "anywhere-schools", tmp_path / "access.csv", *within)
    (line,) = run("search", "--who", "a", "--user", "o.fficer").stdout.splitlines()
    look = json.loads(line)["entry"]
    assert (look["detail"], look["agencies"]) == ("RECONCILED", [{"ids": ["anywhere-schools"]}])
    assert look["look"]["since"] == "2026-11-01T00:00:00+00:00"


@pytest.mark.usefixtures("settings")
def test_an_operators_search_is_in_the_log_before_it_is_answered(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    lines = run("search", "--who", "a.auditor", "--user", "j.okafor").stdout.splitlines()
    assert [json.loads(line)["entry"]["user"] for line in lines] == ["j.okafor"]
    table = run("search", "--who", "a.auditor", "--kind", "AUDIT_SEARCH", "--as", "csv").stdout
    assert table.count("a.auditor") == 2


@pytest.mark.usefixtures("settings")
def test_entries_leave_as_events_of_fhir(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    lines = run("search", "--who", "a.auditor", "--as", "fhir").stdout.splitlines()
    events = [AuditEvent.model_validate_json(line) for line in lines]
    assert {event.id for event in events} == {"0", "1"}
    assert {event.source.site for event in events} == {ORIGIN}


@pytest.mark.usefixtures("settings")
def test_a_search_by_everything_is_logged_with_all_that_it_was_by(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    by = {"user": "u", "organisation": "o", "agency": "g", "purpose": "SAFEGUARDING"}
    by |= {"kind": "INTENT", "query-id": "q", "since": "2026-01-01", "before": "2027-01-01"}
    options = [part for name, value in by.items() for part in (f"--{name}", value)]
    assert run("search", "--who", "a.auditor", *options).exit_code == 0
    table = run("search", "--who", "a.auditor", "--agency", "g", "--as", "csv").stdout
    assert "EXPORTED_ENTRIES_BY_USER_ORGANISATION_AGENCY_PURPOSE_KIND_QUERY_ID_TIME" in table
    named = '""user"":""u"",""organisation"":""o"",""purpose"":""SAFEGUARDING"",""kind"":""INTENT""'
    assert named in table


@pytest.mark.usefixtures("settings")
def test_an_epoch_is_begun_and_destroyed_and_both_are_in_the_log(tmp_path: Path) -> None:
    KeyRing.at(tmp_path / "state" / "epochs", first_epoch="2026")
    assert run("begin-epoch", "2027", "--who", "the.officer").exit_code == 0
    assert run("destroy-epoch", "2026", "--who", "the.officer").exit_code == 0
    assert run("destroy-epoch", "2027", "--who", "the.officer").exit_code == 2
    found = run("search", "--who", "a", "--kind", "CONFIGURATION_CHANGE", "--as", "csv").stdout
    assert found.count("EPOCH_BEGUN") == found.count("EPOCH_DESTROYED") == 1


@pytest.mark.usefixtures("settings")
def test_an_officer_prunes_by_a_written_policy_and_first_sees_what_would_go(
    tmp_path: Path,
) -> None:
    asyncio.run(old_entries(tmp_path / "state" / "audit.sqlite"))
    file = policy_file(tmp_path)
    asked_for: tuple[str | Path, ...] = ("prune", "--policy", file, "--who", "r.officer", *NOW)
    would = run(*asked_for, "--dry-run").stdout
    assert would == "20 entries would be removed under Retention schedule 4.2\n"
    false = run(*asked_for[:5])
    assert (false.exit_code, "give the time by another clock" in false.stderr) == (2, True)
    done = run(*asked_for).stdout
    assert done == "20 entries were declared pruned, and the bytes of 20 are gone\n"
    table = run("search", "--who", "a", "--kind", "PRUNING", "--as", "csv").stdout
    assert table.count("r.officer") == 1
    refused = run("prune", "--policy", tmp_path / "none", "--who", "r.officer")
    assert (refused.exit_code, "cannot be read" in refused.stderr) == (2, True)


def test_who_looks_at_the_stores_is_told_of_a_clock_years_from_the_log(
    tmp_path: Path, settings: Path
) -> None:
    asyncio.run(of_nine_years_ago(tmp_path / "state" / "audit.sqlite"))
    said = CliRunner().invoke(app, ["db", "status", "--settings", str(settings)]).stdout
    assert "this machine's clock is 3" in said
    assert "days ahead of the log's last entry, so check it" in said


@pytest.mark.usefixtures("settings")
def test_the_command_that_prunes_removes_grants_beside_the_log(tmp_path: Path) -> None:
    asyncio.run(old_entries(tmp_path / "state" / "audit.sqlite"))
    kept = asyncio.run(grants_in(tmp_path / "state" / "break-glass.sqlite", 0, 2))
    assert kept == {0, 2}
    run("prune", "--policy", policy_file(tmp_path), "--who", "r.officer", *NOW)
    assert asyncio.run(grants_in(tmp_path / "state" / "break-glass.sqlite")) == {2}


@pytest.mark.usefixtures("settings")
def test_without_its_witness_nothing_is_pruned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(old_entries(tmp_path / "state" / "audit.sqlite"))
    witness = Cosigner.at(tmp_path / "witness-key", "regulator.example/w1")
    monkeypatch.setenv(
        "TEAMAROUND_WITNESSES__TRUSTED", json.dumps([f"http://127.0.0.1:9 {witness.verifier_key}"])
    )
    monkeypatch.setenv("TEAMAROUND_WITNESSES__QUORUM", "1")
    refused = run("prune", "--policy", policy_file(tmp_path), "--who", "r.officer", *NOW)
    assert (refused.exit_code, "nothing was removed" in refused.stderr) == (2, True)
    assert len(run("search", "--who", "a").stdout.splitlines()) == 35


@pytest.mark.usefixtures("settings")
def test_a_mistyped_agency_is_not_said_to_agree(tmp_path: Path) -> None:
    asyncio.run(one_entry(tmp_path / "state" / "audit.sqlite"))
    (tmp_path / "access.csv").write_text("log_index,query_id\n")
    month = ["--since", "2020-01-01", "--before", "2040-01-01"]
    said = run("reconcile", "anywhere-shcools", tmp_path / "access.csv", *month)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "no question of that time names anywhere-shcools" in said.stderr
    assert run("reconcile", SCHOOL, tmp_path / "access.csv", *month).exit_code == 0


def test_a_log_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    folder = write_log(tmp_path, LEAVES[:10])
    refused = run("verify", folder, "--key", STRANGER.verifier_key)
    assert (refused.exit_code, "REFUSED" in refused.stderr) == (1, True)


def test_a_kept_checkpoint_shows_a_rollback(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    seen.write_text(note(LEAVES[:20]))
    folder = write_log(tmp_path / "log", LEAVES[:10])
    refused = run("verify", folder, *KEY, "--kept", seen)
    assert refused.exit_code == 1
    assert "shorter" in refused.stderr
    assert "(entry 10)" in refused.stderr


def test_two_checkpoints_of_one_size_show_a_fork(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text(note(LEAVES[:20]))
    (tmp_path / "theirs").write_text(REAL.sign(checkpoint_text(ORIGIN, 20, bytes(32))))
    assert run("verify", tmp_path / "ours", *KEY).exit_code == 0
    refused = run("verify", tmp_path / "ours", *KEY, "--kept", tmp_path / "theirs")
    assert refused.exit_code == 1
    assert "two histories" in refused.stderr


def test_two_checkpoints_of_other_sizes_are_not_said_to_agree(tmp_path: Path) -> None:
    (tmp_path / "now").write_text(note(LEAVES[:20]))
    (tmp_path / "then").write_text(note([b"another history", *LEAVES[1:10]]))
    said = run("verify", tmp_path / "now", *KEY, "--kept", tmp_path / "then")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "has 20 entries, what was kept 10" in said.stderr
    assert "folder or address" in said.stderr


def test_a_mistyped_folder_is_no_refusal_of_the_log(tmp_path: Path) -> None:
    said = run("verify", tmp_path / "exprot", *KEY)
    assert (said.exit_code, "is neither a folder" in said.stderr) == (2, True)


def test_a_receipt_is_checked_offline(tmp_path: Path) -> None:
    proof, leaf = tmp_path / "entry.tlog-proof", tmp_path / "leaf"
    proof.write_text(receipt(5, bring=False))
    leaf.write_bytes(LEAVES[5])
    assert f"{kept(LEAVES[:40]).size} entries" in run("verify", proof, *KEY, "--leaf", leaf).stdout
    leaf.write_bytes(LEAVES[6])
    assert run("verify", proof, *KEY, "--leaf", leaf).exit_code == 1


def test_what_cannot_be_checked_is_neither_held_nor_refused(tmp_path: Path) -> None:
    assert run("verify", tmp_path / "nothing", "--key", "mistyped").exit_code == 2
    assert run("verify", "http://127.0.0.1:9/log", *KEY).exit_code == 2
    assert run("verify", tmp_path, *KEY, "--kept", tmp_path / "none").exit_code == 2
