"""A gateway that starts under other settings than the last time says so in the log, by name."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid
from gateway.registry.settings_changes import KEY_FILE, MARKS_FILE, READ_AT_START, SettingsMarks
from tests.support.agencies import rest_source
from tests.support.gateway.registering import entries
from tests.support.town import Town, again, small_town

SOURCES = [rest_source("spine", "http://127.0.0.1:9")]


async def changes(town: Town) -> list[str]:
    """What changed by the log, by name."""
    found = await entries(town, "CONFIGURATION_CHANGE")
    return sorted(each["change"]["subject"] for each in found)


def with_(settings: Settings, **other: Any) -> Settings:
    return settings.model_copy(update=other)


async def test_a_first_start_and_one_that_is_the_same_change_nothing(tmp_path: Path) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        assert await changes(town) == []
        settings = town.settings
    async with again(settings) as town:
        assert await changes(town) == []


async def test_each_setting_that_differs_is_named_and_none_of_its_values(tmp_path: Path) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        settings = town.settings
    other = with_(settings, operator_role="hub-operator", deadline=2.5, witness_quorum=0)
    async with again(other) as town:
        assert await changes(town) == ["settings.deadline", "settings.operator_role"]
    async with again(other) as town:
        assert len(await changes(town)) == 2
    for file in settings.state.rglob("*"):
        assert not file.is_file() or b"hub-operator" not in file.read_bytes()


async def test_another_list_under_the_same_name_is_a_change(tmp_path: Path) -> None:
    listed = tmp_path / "staff.txt"
    listed.write_text("")
    async with small_town(tmp_path, SOURCES, staff_children=listed) as town:
        settings = town.settings
    listed.write_text(f"epoch-1:{'5a' * 32} anywhere-council\n")
    async with again(settings) as town:
        assert await changes(town) == ["settings.staff_children"]


@pytest.mark.parametrize("harm", ["marks gone", "key gone", "garbage", "a mark taken out"])
async def test_a_gateway_that_cannot_tell_says_so(tmp_path: Path, harm: str) -> None:
    async with small_town(tmp_path, SOURCES) as town:
        settings = town.settings
        assert await changes(town) == []  # which is in the log, too
    marks, key = settings.state / MARKS_FILE, settings.state / KEY_FILE
    match harm:
        case "marks gone":
            marks.unlink()
        case "key gone":
            key.unlink()
        case "garbage":
            marks.write_bytes(b"[1]")
        case _:
            marks.write_text(marks.read_text().replace('"deadline"', '"deadlines"'))
    async with again(settings) as town:
        assert await changes(town) == ["settings"]


def test_equal_values_have_marks_that_tell_nothing_without_the_key(tmp_path: Path) -> None:
    one, other = (Settings(state=tmp_path / name) for name in ("one", "other"))
    marks = [SettingsMarks.of(each).marker.marks(one) for each in (one, other)]
    assert marks[0].keys() == marks[1].keys()
    assert not {*marks[0].values()} & {*marks[1].values()}


def test_a_setting_that_an_earlier_version_had_not_differs_only_if_given(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path, deadline=2.5)
    kept = SettingsMarks.of(settings)
    marks = kept.marker.marks(settings)
    assert kept.marker.default("lease") == marks["lease"]
    assert kept.marker.default("deadline") != marks["deadline"]


@pytest.mark.parametrize("name", READ_AT_START)
def test_a_file_read_at_start_is_a_part_of_its_setting(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    settings = Settings(state=tmp_path).model_copy(update={name: file})
    kept = SettingsMarks.of(settings)
    kept.keep(settings)
    assert kept.differing(settings) == ()
    file.write_text("other")
    assert [each for each, _ in kept.differing(settings) or ()] == [name]
    file.unlink()
    with pytest.raises(ConfigurationInvalid, match=name):
        kept.differing(settings)
