"""Whoever takes the shipped files and adds their own secrets has settings that can be used."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from console.config.settings import read_pages_settings
from gateway.cli.checking.every_fault import every_fault
from gateway.config.settings import Settings, read_settings
from tests.support.shipped import ETC
from tests.support.verify.authority import certificate

SECRETS: Final = ("gateway-key.pem", "gateway-credential")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped files, with the certificates and the credential that only an operator has."""
    folder = tmp_path_factory.mktemp("made") / "etc"
    shutil.copytree(ETC, folder)
    (folder / "documents").mkdir()
    own = certificate(folder / "made")
    own.key.rename(folder / "gateway-key.pem")
    shutil.copy(own.chain, folder / "authority.pem")
    own.chain.rename(folder / "gateway.pem")
    (folder / "revocations.txt").touch()
    (folder / "gateway-credential").write_text("x" * 43)
    (folder / "gateway-credential").chmod(0o600)
    settings = folder / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("/var/lib/teamaround", "state"))
    return folder


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
