import socket

import pytest

from demo.__main__ import main


def test_a_reader_whose_port_is_taken_hears_it_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        taken = another.getsockname()[1]
        assert main(["--port", str(taken)]) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"Another program uses port {taken}")
    assert 'make demo ARGS="--port 0"' in said
    assert "Starting" not in said
