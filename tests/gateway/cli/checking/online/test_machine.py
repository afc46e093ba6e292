"""What only this machine can say: who may read its files, room on the disk, certificates."""

import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from gateway.cli.checking.online.certificates import ending, look_at_shown
from gateway.cli.checking.online.findings import FindingState, LookFailed
from gateway.cli.checking.online.machine import look_at_machine
from tests.support.adapters.tls import CertificateAuthority, serving_tls
from tests.support.settings import settings_with

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
# No process has as many: the gateway raises its limit to 65,536 at most.
LARGE: Final = {"connections__in_all": 50_000, "connections__descriptors_kept": 50_000}


async def found(folder: Path, **more: Any) -> dict[str, tuple[FindingState, str]]:
    settings = settings_with(
        environment="development",
        files__state=str(folder / "state"),
        **more,
    )
    return {each.part: (each.state, each.what) for each in await look_at_machine(settings)}


async def test_a_machine_where_nothing_is_wrong_is_well(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    looked = await found(tmp_path, connections__in_all=100, connections__per_peer=50)
    assert looked["files.state"] == (FindingState.OK, "can be written")
    assert looked["open files"][0] is FindingState.OK


@pytest.mark.parametrize(
    ("mode", "state"),
    [(0o755, FindingState.WRONG), (0o750, FindingState.OK), (0o711, FindingState.OK)],
)
async def test_a_state_open_to_others_is_told(
    tmp_path: Path, mode: int, state: FindingState
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(mode)
    assert (await found(tmp_path))["files.state"][0] is state


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a folder without any room")
async def test_a_disk_without_room_is_told() -> None:
    settings = settings_with(environment="development", files__state="/proc")
    told = {each.part: each for each in await look_at_machine(settings) if "open" not in each.part}
    assert told["files.state"].state is told["disk"].state is FindingState.WRONG
    assert "0.0 GiB are free: make room for the log" in told["disk"].what


async def test_too_few_open_files_are_told_with_the_line_of_the_unit(tmp_path: Path) -> None:
    state, what = (await found(tmp_path, **LARGE))["open files"]
    assert state is FindingState.WARNING
    assert "set LimitNOFILE=" in what


def test_a_certificate_is_told_of_thirty_days_before_its_end() -> None:
    def state(days: float) -> FindingState:
        return ending("certificate tls", NOW + timedelta(days=days), NOW, "renew it").state

    assert [state(31), state(29), state(0), state(-1)] == [
        *(FindingState.OK, FindingState.WARNING, FindingState.WRONG, FindingState.WRONG)
    ]


async def answer(_: web.Request) -> web.Response:
    return web.Response()


@pytest.mark.parametrize(
    ("days", "state"), [((-2, 2), FindingState.WARNING), ((-2, 60), FindingState.OK)]
)
async def test_the_end_of_a_services_certificate_is_told(
    tmp_path: Path, days: tuple[int, int], state: FindingState
) -> None:
    authority = CertificateAuthority.called("authority")
    trust = ssl.create_default_context(cadata=authority.pem.certificate)
    async with serving_tls(answer, authority.signs(days=days), tmp_path) as url:
        (told,) = await look_at_shown("certificate of w", url, lambda: trust, datetime.now(UTC))
    assert told.state is state


@pytest.mark.parametrize(
    ("days", "address", "said"),
    [
        ((-3, -1), "127.0.0.1", "certificate has expired"),
        ((-3, 9), "127.0.0.2", "it is for another name"),
    ],
)
async def test_a_certificate_that_is_not_believed_is_told_without_its_names(
    tmp_path: Path, days: tuple[int, int], address: str, said: str
) -> None:
    authority = CertificateAuthority.called("authority")
    trust = ssl.create_default_context(cadata=authority.pem.certificate)
    async with serving_tls(answer, authority.signs(days=days, address=address), tmp_path) as url:
        with pytest.raises(LookFailed, match=said) as told:
            await look_at_shown("certificate of w", url, lambda: trust, datetime.now(UTC))
    assert "127.0.0" not in str(told.value)
