"""The owner of the tables logs in over verified TLS too, and only where the log is written."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app

FAR = "postgresql://owner:secret@db.example/log"


@pytest.mark.parametrize("command", ["upgrade", "copy"])
@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        (FAR, "verified TLS"),
        (f"{FAR}?sslmode=require", "verified TLS"),
        (f"{FAR}?sslmode=verify-full&target_session_attrs=standby", "read-write or primary"),
        ("mysql://db.example/log", "write postgresql://"),
    ],
)
def test_an_owner_is_not_let_log_in_unprotected_or_elsewhere(
    tmp_path: Path, command: str, dsn: str, told: str
) -> None:
    settings, owner = tmp_path / "gateway.toml", tmp_path / "owner.dsn"
    settings.write_text('[log]\ndsn = "postgresql://gateway@127.0.0.1/log"\n')
    owner.touch(mode=0o600)
    owner.write_text(dsn)
    given = ["db", command, "--settings", str(settings), "--owner-dsn", str(owner)]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 2
    assert result.stderr.startswith("--owner-dsn: ")
    assert told in result.stderr
    assert "secret" not in result.output
