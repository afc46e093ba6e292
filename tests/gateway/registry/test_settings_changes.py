"""A gateway that starts under other settings than the last time says so in the log, by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings
from gateway.config.settings_names import NEW_PLACE
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.settings_changes import KEY_FILE, MARKS_FILE, READ_AT_START, SettingsMarks
from tests.support.agencies import rest_source
from tests.support.gateway.registering import entries
from tests.support.settings import changed, settings_with
from tests.support.town import Town, again, small_town

OLD_NAME = {now: before for before, now in NEW_PLACE.items()}
SOURCES = [rest_source("spine", "http://127.0.0.1:9")]


def write_marks(kept: SettingsMarks, marks: dict[str, str]) -> None:
    """Keep these marks as a release before tables kept its own."""
    whole = kept.marker.mark("", marks, b"")
    (kept.folder / MARKS_FILE).write_text(json.dumps({**marks, "": whole}))
    (kept.folder / MARKS_FILE).chmod(0o600)


async def changes(town: Town) -> list[str]:
    """What changed by the log, by name."""
    found = await entries(town, "CONFIGURATION_CHANGE")
    return sorted(each["change"]["subject"] for each in found)


def with_(settings: Settings, **other: Any) -> Settings:
    return changed(settings, **other)


async def test_a_first_start_and_one_that_is_the_same_change_nothing(tmp_path: Path) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        assert await changes(town) == []
        settings = town.settings
    async with again(settings) as town:
        assert await changes(town) == []


async def test_each_setting_that_differs_is_named_and_none_of_its_values(tmp_path: Path) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        settings = town.settings
    other = with_(
        settings, roles__operator="hub-operator", questions__deadline=2.5, witnesses__quorum=0
    )
    async with again(other) as town:
        assert await changes(town) == ["settings.questions.deadline", "settings.roles.operator"]
    async with again(other) as town:
        assert len(await changes(town)) == 2
    for file in settings.files.state.rglob("*"):
        assert not file.is_file() or b"hub-operator" not in file.read_bytes()


async def test_another_list_under_the_same_name_is_a_change(tmp_path: Path) -> None:
    listed = tmp_path / "staff.txt"
    listed.write_text("")
    async with small_town(tmp_path, SOURCES, alerts__staff_children=listed) as town:
        settings = town.settings
    listed.write_text(f"epoch-1:{'5a' * 32} anywhere-council\n")
    async with again(settings) as town:
        assert await changes(town) == ["settings.alerts.staff_children"]


@pytest.mark.parametrize("harm", ["marks gone", "key gone", "garbage", "a mark taken out"])
async def test_a_gateway_that_cannot_tell_says_so(tmp_path: Path, harm: str) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        settings = town.settings
        assert await changes(town) == []  # which is in the log, too
    marks, key = settings.files.state / MARKS_FILE, settings.files.state / KEY_FILE
    match harm:
        case "marks gone":
            marks.unlink()
        case "key gone":
            key.unlink()
        case "garbage":
            marks.write_bytes(b"[1]")
        case _:
            marks.write_text(
                marks.read_text().replace('"questions.deadline"', '"questions.deadlines"')
            )
    async with again(settings) as town:
        assert await changes(town) == ["settings"]


def test_equal_values_have_marks_that_tell_nothing_without_the_key(tmp_path: Path) -> None:
    one, other = (settings_with(files__state=tmp_path / name) for name in ("one", "other"))
    marks = [SettingsMarks.of(each).marker.marks(one) for each in (one, other)]
    assert marks[0].keys() == marks[1].keys()
    assert not {*marks[0].values()} & {*marks[1].values()}


def test_a_setting_that_an_earlier_version_had_not_differs_only_if_given(tmp_path: Path) -> None:
    settings = settings_with(files__state=tmp_path, questions__deadline=2.5)
    kept = SettingsMarks.of(settings)
    marks = kept.marker.marks(settings)
    assert kept.marker.default("replicas.lease") == marks["replicas.lease"]
    assert kept.marker.default("questions.deadline") != marks["questions.deadline"]


@pytest.mark.parametrize("name", READ_AT_START)
def test_a_file_read_at_start_is_a_part_of_its_setting(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    settings = settings_with(files__state=tmp_path, **{name.replace(".", "__"): file})
    kept = SettingsMarks.of(settings)
    kept.keep(settings)
    assert kept.differing(settings) == ()
    file.write_text("other")
    assert [each for each, _ in kept.differing(settings) or ()] == [name]
    file.unlink()
    with pytest.raises(ConfigurationInvalid, match=name):
        kept.differing(settings)


def test_the_release_that_brought_tables_logs_no_change_of_what_stayed(tmp_path: Path) -> None:
    settings = settings_with(files__state=tmp_path, questions__deadline=2.5, roles__operator="hub")
    kept = SettingsMarks.of(settings)
    flat = {OLD_NAME[name]: mark for name, mark in kept.marker.marks_before(settings).items()}
    environment = {"environment": kept.marker.marks(settings)["environment"]}
    write_marks(kept, flat | environment)
    assert kept.differing(settings) == ()
    other = changed(settings, questions__deadline=4.0)
    assert [name for name, _ in kept.differing(other) or ()] == ["questions.deadline"]
