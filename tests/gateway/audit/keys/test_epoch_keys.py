"""The keys stay with the gateway, or it does not start."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.epoch_keys import EpochKeys


def test_keys_are_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "epoch.json"
    made = EpochKeys.at(path, first_epoch="2026")
    assert EpochKeys.at(path, first_epoch="2027") == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(path.parent) == ["epoch.json"]  # noqa: PTH208 - the names, drafts included


def test_gateways_that_start_together_share_one_epoch(tmp_path: Path) -> None:
    path = tmp_path / "epoch.json"
    with ThreadPoolExecutor(8) as starts:
        keys = starts.map(lambda _: EpochKeys.at(path, first_epoch="2026"), range(8))
    assert len({held.pseudonym_key for held in keys}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_keys_that_others_may_open_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "epoch.json"
    EpochKeys.at(path, first_epoch="2026")
    path.chmod(mode)
    with pytest.raises(KeysUnreadable, match="0600"):
        EpochKeys.at(path, first_epoch="2026")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"format":"teamaround-epoch-keys/1","epoch":"2026","pseudonym_key":"!","sealing_key":"!"}',
        b'{"format":"teamaround-epoch-keys/1","epoch":"A B","pseudonym_key":"","sealing_key":""}',
        b'{"format":"teamaround-epoch-keys/1","epoch":"2026","pseudonym_key":"QUFB","sealing_key":"QUFB"}',
    ],
)
def test_keys_that_are_malformed_are_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "epoch.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeysUnreadable, match="restore it"):
        EpochKeys.at(path, first_epoch="2026")
    assert path.read_bytes() == content


def test_keys_that_cannot_be_made_are_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeysUnreadable, match="cannot be read"):
        EpochKeys.at(tmp_path / "file" / "epoch.json", first_epoch="2026")


def test_an_epoch_name_that_would_break_a_pseudonym_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeysUnreadable, match="epoch"):
        EpochKeys.at(tmp_path / "epoch.json", first_epoch="Spring: 2026")


def test_keys_never_print_themselves(tmp_path: Path) -> None:
    keys = EpochKeys.at(tmp_path / "epoch.json", first_epoch="2026")
    assert repr(keys) == "EpochKeys(epoch='2026')"
