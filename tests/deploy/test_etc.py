"""Whoever takes the shipped files and adds their own secrets has settings that can be used."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from console.config.settings import read_pages_settings
from gateway.cli.checking.every_fault import every_fault
from gateway.config.settings import Settings, read_settings

SECRETS: Final = ("gateway-key.pem", "gateway-credential")


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in every_fault(folder / "settings.toml")]


def test_the_shipped_settings_can_be_used_once_the_secrets_are_there(made: Path) -> None:
    assert faults(made) == []


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_named_with_its_setting(made: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "etc"))
    (folder / name).unlink()
    (said,) = faults(folder)
    assert name in said
    assert "settings.toml:" in said


def test_the_shipped_settings_leave_nothing_to_development(made: Path) -> None:
    settings: Settings = read_settings(made / "settings.toml")
    assert settings.environment == "production"
    assert settings.documents.allow == "trusted"


def test_the_shipped_pages_talk_to_the_shipped_gateway(made: Path) -> None:
    pages, settings = (
        read_pages_settings(made / "pages.toml"),
        read_settings(made / "settings.toml"),
    )
    assert settings.server.public_url == f"{pages.gateway}/graphql"
    assert pages.environment == "production"
