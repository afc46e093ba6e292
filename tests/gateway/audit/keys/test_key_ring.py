"""A child is found again under every live epoch, and under a destroyed one by nobody."""

from pathlib import Path

import pytest

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber
from gateway.audit.entry.search import Search
from gateway.audit.errors import KeysUnreadable, SealBroken
from gateway.audit.keys.key_ring import KeyRing, begin_epoch, destroy_epoch
from gateway.audit.keys.sealing import unseal
from gateway.audit.log.embedded import AuditLog
from gateway.audit.recorder.recorder import Recorder
from gateway.audit.store.sqlite_check import check_log
from gateway.model.clock import Clock
from gateway.model.inquiry import Known
from tests.support.audit.examples import asked, everything_in
from tests.support.audit.protecting import seal

KNOWN = Known(
    nhs_number=NhsNumber("9000000009"),
    given_names=("Mira",),
    family_name="Ashdown",
    birth_date=PartialDate(2015, 3, 9),
)


def ring(folder: Path) -> KeyRing:
    return KeyRing.at(folder / "epochs", first_epoch="2026")


async def test_a_child_asked_about_in_two_epochs_is_found_in_both(
    tmp_path: Path, log: AuditLog
) -> None:
    first = Recorder(log, ring(tmp_path), Clock())
    await log.append(asked("q1", *await first.pseudonyms(KNOWN)))
    begin_epoch(tmp_path / "epochs", "2027")
    second = Recorder(log, ring(tmp_path), Clock())
    await log.append(asked("q2", *await second.pseudonyms(KNOWN)))
    names = await second.pseudonyms_everywhere(KNOWN)
    found = await log.search(Search(pseudonyms=frozenset(names)))
    assert [logged.entry.query_id for logged in found] == ["q2", "q1"]
    assert not {*await first.pseudonyms(KNOWN)} & {*await second.pseudonyms(KNOWN)}


async def test_once_an_epoch_is_destroyed_nobody_finds_the_child_and_the_log_still_holds(
    tmp_path: Path, path: Path, log: AuditLog
) -> None:
    before = Recorder(log, ring(tmp_path), Clock())
    sealed = await seal(before.keys, "worried", "q1")
    await log.append(asked("q1", *await before.pseudonyms(KNOWN)))
    begin_epoch(tmp_path / "epochs", "2027")
    destroy_epoch(tmp_path / "epochs", "2026")
    after = Recorder(log, ring(tmp_path), Clock())
    names = await after.pseudonyms_everywhere(KNOWN)
    assert await log.search(Search(pseudonyms=frozenset(names))) == ()
    with pytest.raises(SealBroken):
        await unseal(after.keys, sealed, "q1")
    assert check_log(path).size == 1


async def test_a_text_of_an_earlier_live_epoch_still_opens(tmp_path: Path) -> None:
    sealed = await seal(ring(tmp_path), "worried", "q1")
    begin_epoch(tmp_path / "epochs", "2027")
    later = ring(tmp_path)
    assert (later.epoch, later.epochs) == ("2027", ("2026", "2027"))
    assert await unseal(later, sealed, "q1") == "worried"
    assert (await seal(later, "worried", "q1")).startswith("2027:")


async def test_a_destroyed_key_is_in_no_file(tmp_path: Path) -> None:
    (keys,) = ring(tmp_path).held
    begin_epoch(tmp_path / "epochs", "2027")
    destroy_epoch(tmp_path / "epochs", "2026")
    assert keys.pseudonym_key not in everything_in(tmp_path)
    assert not list((tmp_path / "epochs").glob("2026*"))


def test_the_current_epoch_is_not_destroyed_nor_another_begun_twice(tmp_path: Path) -> None:
    ring(tmp_path)
    with pytest.raises(KeysUnreadable, match="still needed"):
        destroy_epoch(tmp_path / "epochs", "2026")
    with pytest.raises(KeysUnreadable, match="already"):
        begin_epoch(tmp_path / "epochs", "2026")
    with pytest.raises(KeysUnreadable, match="no epoch of that name"):
        destroy_epoch(tmp_path / "epochs", "2019")
    with pytest.raises(KeysUnreadable, match="epoch's name"):
        begin_epoch(tmp_path / "epochs", "../elsewhere")


def test_a_lost_current_epoch_is_not_begun_anew_in_silence(tmp_path: Path) -> None:
    ring(tmp_path)
    (tmp_path / "epochs" / "2026.json").unlink()
    with pytest.raises(KeysUnreadable, match="lacks the keys"):
        ring(tmp_path)
