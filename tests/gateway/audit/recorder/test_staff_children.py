"""Staff may have their children listed, so that a colleague's curiosity is found; by no name."""

import asyncio
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import begin_epoch
from gateway.audit.recorder.staff_children import read_staff_children
from gateway.cli.main import app
from gateway.model.errors import ConfigurationInvalid
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.audit.staff_children import ONE, mira, settings_of
from tests.support.edge import edge, logged
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, small_town
from tests.support.verify.key_service_process import key_service


@pytest.mark.parametrize(
    ("organisation", "flagged"), [("northbrook", True), ("police", False), ("north", False)]
)
async def test_a_colleagues_look_is_flagged_and_nobody_elses(
    tmp_path: Path,
    organisation: str,
    flagged: bool,  # noqa: FBT001  a column of the table
) -> None:
    staff = tmp_path / "staff-children.txt"
    (tmp_path / "state").mkdir()
    staff.write_text(f"# by hand\n{await mira(tmp_path / 'state' / 'epochs')} {organisation}\n")
    async with serving(AgencyServer().answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        async with small_town(tmp_path, [source], alerts__staff_children=staff) as town:
            await town.ask(caller=replace(PRACTITIONER, organisation="northbrook"))
            last = logged(town.settings.files.state)[-1]
    assert ("STAFF_CHILD" in last.get("risks", ())) is flagged


@pytest.mark.parametrize(
    "content",
    [
        MIRA["nhs"] + " northbrook",
        ONE,
        f"{ONE} ",
        f"epoch-0:{'5a' * 32} northbrook",
        f"{ONE} northbrook\nnonsense",
    ],
)
def test_a_list_that_cannot_be_used_names_the_line_and_repeats_nothing(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "staff.txt"
    file.write_text(content)
    with pytest.raises(KeysUnreadable, match="line") as refused:
        read_staff_children(file, FIRST_EPOCH)
    assert MIRA["nhs"] not in str(refused.value)
    assert "nonsense" not in str(refused.value)


async def test_a_gateway_does_not_start_with_a_list_of_another_epoch(tmp_path: Path) -> None:
    staff = tmp_path / "staff.txt"
    staff.write_text(f"epoch-0:{'5a' * 32} northbrook\n")
    async with serving(AgencyServer().answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY)
        with pytest.raises(ConfigurationInvalid, match="staff_children"):
            async with small_town(tmp_path, [source], alerts__staff_children=staff):
                pass


async def test_a_list_of_the_epoch_before_is_told_while_the_gateway_runs(tmp_path: Path) -> None:
    staff = tmp_path / "staff.txt"
    with key_service() as service:
        folder = service.folder / "keys"
        staff.write_text(f"{await mira(folder)} {PRACTITIONER.organisation}\n")
        async with edge(tmp_path, **service.settings, alerts__staff_children=staff) as gateway:
            with capture_logs() as events:
                assert (await gateway.send()).status == 200
            assert _outdated(events) == []
            service.kill()
            begin_epoch(folder, "2027")
            await asyncio.to_thread(service.start)
            with capture_logs() as events:
                assert (await gateway.send()).status == 200
            risks = [each.get("risks", ()) for each in logged(gateway.town.settings.files.state)]
    assert {"2027"} == {*_outdated(events)}
    assert ["STAFF_CHILD" in each for each in risks if each].count(True) == 1


def _outdated(events: Iterable[MutableMapping[str, Any]]) -> list[str]:
    return [each["epoch"] for each in events if each["event"] == "staff_children_outdated"]


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str], tuple[int, str]]:
    settings = settings_of(tmp_path)

    def run(given: str) -> tuple[int, str]:
        said = ["audit", "staff-child", "northbrook", "--who", "o.fficer"]
        result = CliRunner().invoke(app, [*said, "--settings", str(settings)], input=given)
        return result.exit_code, result.output

    return run


def test_the_command_prints_a_line_of_the_list_and_logs_who_asked(
    tmp_path: Path, command: Callable[[str], tuple[int, str]]
) -> None:
    code, line = command(f"{MIRA['nhs']}\n")
    file = tmp_path / "staff.txt"
    file.write_text(line)
    assert code == 0
    assert [*read_staff_children(file, FIRST_EPOCH).values()] == [frozenset({"northbrook"})]
    (entry,) = logged(tmp_path / "state")
    assert (entry["user"], entry["detail"]) == ("o.fficer", "STAFF_CHILD")
    assert MIRA["nhs"] not in str(entry)


def test_what_is_no_number_is_refused_and_not_repeated(
    command: Callable[[str], tuple[int, str]],
) -> None:
    code, said = command("943 476 5919x\n")
    assert code == 2
    assert "943 476" not in said
