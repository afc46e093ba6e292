"""The demo's gateway goes on for as long as the demo does, however much it has to say."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from demo.processes.gateway_process import GatewayProcess, GatewayStartError
from demo.processes.running_copy import RunningCopy

MORE_THAN_A_PIPE_HOLDS: Final = 1_000_000
TALKATIVE: Final = f"""#!{sys.executable}
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        sys.stderr.write("a word\\n" * {MORE_THAN_A_PIPE_HOLDS // 7 + 1})
        sys.stderr.flush()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{{"data": {{}}}}')

server = HTTPServer(("127.0.0.1", 0), Answers)
sys.stderr.write("It starts.\\n")
sys.stderr.write(json.dumps({{"event": "serving", "port": server.server_port}}) + "\\n")
sys.stderr.flush()
server.serve_forever()
"""
DUMB: Final = "#!/bin/sh\necho 'operator: no such file' >&2\nexit 2\n"


def started(folder: Path, program: str) -> GatewayProcess:
    command = folder / "gateway"
    command.write_text(program)
    command.chmod(0o700)
    files = RunningCopy(folder / "manifests", folder / "secrets", folder / "operator.toml")
    return GatewayProcess(folder / "state", files, 0, str(command))


@pytest.fixture
def talkative(tmp_path: Path) -> Iterator[GatewayProcess]:
    with started(tmp_path, TALKATIVE) as gateway:
        yield gateway


def test_a_gateway_that_says_more_than_a_pipe_holds_still_answers(
    talkative: GatewayProcess,
) -> None:
    assert talkative.ask("{ __typename }", {}, "token") == {"data": {}}
    assert talkative.ask("{ __typename }", {}, "token") == {"data": {}}


def test_what_a_gateway_says_while_it_runs_can_be_read_in_its_folder(
    talkative: GatewayProcess,
) -> None:
    talkative.ask("{ __typename }", {}, "token")
    assert talkative.words.read_text().count("a word") * 7 >= MORE_THAN_A_PIPE_HOLDS


def test_a_gateway_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(GatewayStartError, match="operator: no such file"):
        started(tmp_path, DUMB).__enter__()
