"""A setting is right, or the operator is told which one and what to change."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings, read_settings
from gateway.model.errors import ConfigurationInvalid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def refusal(file: Path) -> str:
    with pytest.raises(ConfigurationInvalid) as refused:
        read_settings(file)
    assert str(file) in str(refused.value)
    return str(refused.value)


def test_without_a_file_it_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMAROUND_ENVIRONMENT", raising=False)
    assert read_settings(None).environment == "production"


def test_paths_are_beside_the_file_that_names_them(file: Path) -> None:
    file.write_text('state = "kept"\nmanifests = "/elsewhere"\n')
    settings = read_settings(file)
    assert settings.state == file.parent / "kept"
    assert settings.manifests == Path("/elsewhere")


def test_the_environment_overrules_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("port = 1\n")
    monkeypatch.setenv("TEAMAROUND_PORT", "2")
    assert read_settings(file).port == 2


def test_an_unknown_setting_is_named_with_those_there_are(file: Path) -> None:
    file.write_text('enviroment = "production"\n')
    message = refusal(file)
    assert "enviroment" in message
    assert all(name in message for name in Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", '"http"'),
        ("port", "70000"),
        ("deadline", "0"),
        ("deadline", "nan"),
        ("max_body", "1"),
        ("environment", '"testing"'),
        ("questions_under_way", "0"),
        ("state", "7"),
        ("max_depth", "[]"),
    ],
)
def test_a_setting_of_a_wrong_kind_is_named(file: Path, name: str, value: str) -> None:
    file.write_text(f"{name} = {value}\n")
    assert f"  {name}: " in refusal(file)


def test_a_wrong_setting_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMAROUND_DEADLINE", "soon")
    with pytest.raises(ConfigurationInvalid, match="deadline: "):
        read_settings(None)


@pytest.mark.parametrize("content", [b"port = ", b"port: 1", b"\xff", b"port = 1\nport = 2"])
def test_a_file_that_is_no_toml_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    refusal(file)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    for unreadable in (tmp_path, tmp_path / "none.toml"):
        assert "cannot be read" in refusal(unreadable)


def test_settings_do_not_change_while_the_gateway_runs() -> None:
    settings: Any = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.deadline = 9


@pytest.mark.parametrize(
    ("line", "mode", "refused"),
    [
        ('log_dsn = "postgresql://log:hunter2@127.0.0.1/log"', 0o640, True),
        ('limits_url = "redis://:hunter2@127.0.0.1"', 0o604, True),
        ('log_dsn = "postgresql://log:hunter2@127.0.0.1/log"', 0o600, False),
        ('log_dsn = "postgresql://log@127.0.0.1/log"', 0o644, False),
    ],
)
def test_a_password_in_the_settings_is_for_the_gateway_alone_to_read(
    file: Path, line: str, mode: int, *, refused: bool
) -> None:
    file.write_text(f"{line}\n")
    file.chmod(mode)
    if refused:
        assert "chmod 0600" in refusal(file)
        assert "hunter2" not in refusal(file)
    else:
        assert read_settings(file).log_dsn
