"""What an operator has after taking the shipped files."""

import shutil
from pathlib import Path

import pytest

from tests.support.shipped import ETC
from tests.support.verify.authority import certificate


@pytest.fixture(scope="session")
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
