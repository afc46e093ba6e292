"""What is served with, or believed, is replaced whole or not at all; what ends soon is told."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from gateway.config.certificates.contexts import ServedTls, trusting
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile
from gateway.config.certificates.renewal import Certificates
from gateway.http.client_certificate import shown_to_clients
from gateway.model.errors import ConfigurationInvalid
from tests.support.adapters.tls import CertificateAuthority, Pem

AUTHORITY: Final = CertificateAuthority.called("An authority")
GOOD: Final = AUTHORITY.signs("gateway", days=(-2, 90))
OTHER: Final = AUTHORITY.signs("gateway", days=(-2, 90))
ENDED: Final = AUTHORITY.signs("gateway", days=(-9, -1))
LATER: Final = AUTHORITY.signs("gateway", days=(1, 9))
# What an operator may leave where the pair should be, and what is told of it.
BROKEN: Final = {
    "half a pair": (OTHER.certificate, GOOD.key, "NOT_A_PAIR"),
    "the other half": (GOOD.certificate, OTHER.key, "NOT_A_PAIR"),
    "a certificate cut off": (OTHER.certificate[:300], OTHER.key, "NOT_PEM"),
    "an empty certificate": ("", OTHER.key, "NOT_PEM"),
    "an empty key": (OTHER.certificate, "", "NOT_PEM"),
    "a key in the place of the certificate": (OTHER.key, OTHER.key, "NOT_PEM"),
    "a certificate that has ended": (ENDED.certificate, ENDED.key, "ENDED"),
    "a certificate that has not begun": (LATER.certificate, LATER.key, "NOT_BEGUN"),
}


def put(folder: Path, pem: Pem, mode: int = 0o600) -> tuple[Path, Path]:
    files = (folder / "gateway.pem", folder / "gateway.key")
    for file, text in zip(files, (pem.certificate, pem.key), strict=True):
        file.touch(mode=0o600)
        file.write_text(text)
    files[1].chmod(mode)
    return files


def served(folder: Path, pem: Pem) -> KeptFiles[ServedTls]:
    return shown_to_clients(("tls.certificate", "tls.key"), *put(folder, pem))


def certificates(*parts: KeptFiles[ServedTls], now: datetime | None = None) -> Certificates:
    held = Certificates(lambda: now or datetime.now(UTC))
    for each in parts:
        held.add(each)
    return held


@pytest.mark.parametrize("what", BROKEN)
async def test_what_cannot_be_used_replaces_nothing_and_is_told(tmp_path: Path, what: str) -> None:
    kept = served(tmp_path, GOOD)
    before = kept.now
    certificate, key, cause = BROKEN[what]
    put(tmp_path, Pem(certificate, key))
    with capture_logs() as events:
        done = await certificates(kept).renew()
    assert (done.new, done.kept) == ((), ("tls.certificate",))
    assert kept.now is before
    assert [each["cause"] for each in events] == [cause]
    put(tmp_path, OTHER)
    assert (await certificates(kept).renew()).new == ("tls.certificate",)


async def test_a_new_key_that_others_may_read_or_that_is_gone_replaces_nothing(
    tmp_path: Path,
) -> None:
    kept = served(tmp_path, GOOD)
    put(tmp_path, OTHER, mode=0o644)
    with capture_logs() as events:
        await certificates(kept).renew()
        (tmp_path / "gateway.key").unlink()
        await certificates(kept).renew()
    assert [each["cause"] for each in events] == ["OPEN_TO_OTHERS", "ENOENT"]


async def test_files_that_are_the_same_are_no_renewal(tmp_path: Path) -> None:
    kept = served(tmp_path, GOOD)
    put(tmp_path, GOOD)
    with capture_logs() as events:
        done = await certificates(kept).renew()
    assert (done.new, done.kept, events) == ((), (), [])


@pytest.mark.parametrize(("days", "told"), [(90, []), (15, []), (13, [12]), (1, [0]), (-1, [-2])])
async def test_a_certificate_of_ours_that_ends_soon_is_told_at_a_reload(
    tmp_path: Path, days: int, told: list[int]
) -> None:
    kept = served(tmp_path, AUTHORITY.signs(days=(-100, days)))
    with capture_logs() as events:
        done = await certificates(kept, now=datetime.now(UTC) + timedelta(minutes=1)).renew()
    assert done.ending == ("tls.certificate",) * len(told)
    assert [each["days"] for each in events if each["event"] == "certificate_ends"] == told


async def test_a_certificate_that_lives_for_a_week_is_not_called_ending_all_its_life(
    tmp_path: Path,
) -> None:
    kept = served(tmp_path, AUTHORITY.signs(days=(-1, 5)))
    assert certificates(kept).ending() == {}
    assert certificates(kept, now=datetime.now(UTC) + timedelta(days=4)).ending() != {}


def test_a_start_with_a_locked_key_asks_nobody_at_a_terminal(tmp_path: Path) -> None:
    certificate, key = put(tmp_path, GOOD)
    private = serialization.load_pem_private_key(GOOD.key.encode(), None)
    locked = serialization.BestAvailableEncryption(b"a password")
    pkcs8 = serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, pkcs8, locked))
    with pytest.raises(ConfigurationInvalid, match="is locked"):
        shown_to_clients(("tls.certificate", "tls.key"), certificate, key)


def test_authorities_may_have_comments_in_any_alphabet(tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    file.write_text(f"# Zertifizierungsstelle für Düren\n{AUTHORITY.pem.certificate}", "utf-8")
    kept = KeptFiles("keys.authority", (NamedFile(file),), trusting)
    assert kept.now.verify_mode is ssl.CERT_REQUIRED
    assert len(kept.now.get_ca_certs()) == 1
    file.write_text("nothing")
    with pytest.raises(CertificateUnusable):
        kept.look()
