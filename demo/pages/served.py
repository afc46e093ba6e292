"""The console and the sign-in service beside the demo's gateway, until the demo ends."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from aiohttp import web

from demo.pages.people import people_of
from demo.pages.sign_in_service import CLIENT, SignInService
from demo.population.caseload import town
from demo.processes.gateway_process import GatewayProcess, GatewayStartError
from demo.processes.in_thread import ServerInThread
from demo.processes.ports import free_port
from demo.processes.running import Running, end

_COMMAND: Final = str(Path(sys.executable).with_name("teamaround"))
_START_S: Final = 30.0
_STOP_S: Final = 10.0


class ServedPages(Running):
    """The pages at `url`; a context manager. `port` is the console's, 0 takes a free one.

    `clinic` is where a system is that may join.
    """

    def __init__(
        self, gateway: GatewayProcess, port: int, command: str = _COMMAND, clinic: str = ""
    ) -> None:
        self._gateway = gateway
        self._port = port
        self._command = command
        self._clinic = clinic
        self._folder = gateway.state / "pages"
        self._sign_in = ServerInThread()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        """Start both and wait until the console answers; GatewayStartError if not."""
        port = self._port or free_port()
        self.url = f"http://localhost:{port}"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        issuer = self._sign_in.start(self._service)
        self._start(issuer, port)

    def stop(self) -> None:
        """End both; nothing where they do not run."""
        self._sign_in.stop()
        if self._process is not None:
            end(self._process, _STOP_S)

    def _service(self, issuer: str) -> web.Application:
        people = people_of(
            town().cast,
            lambda badge: self._gateway.token(badge.caller),
            self._gateway.family_key,
            self._clinic,
        )
        return SignInService(issuer, self.url, people).app()

    def _log_key(self) -> str:
        """What the gateway's operator prints for those who check the log."""
        asked = [self._command, "audit", "key", "--settings", str(self._gateway.settings)]
        printed = subprocess.run(  # noqa: S603 - this project's own command
            asked, check=True, capture_output=True, text=True, timeout=_START_S
        )
        return printed.stdout.strip()

    def _start(self, issuer: str, port: int) -> None:
        settings = self._folder / "console.toml"
        text = _settings(self.url, self._gateway.url, issuer, port)
        settings.write_text(f"{text}[log]\nkey = {json.dumps(self._log_key())}\n", "utf-8")
        words = self._folder / "stderr.log"
        with words.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 - this project's own command
                [self._command, "console", "--settings", str(settings)],
                stderr=said,
                start_new_session=True,
            )
        until = time.monotonic() + _START_S
        while self._process.poll() is None and time.monotonic() < until:
            if '"pages-serving"' in words.read_text("utf-8"):
                return
            time.sleep(0.05)
        raise GatewayStartError(words.read_text("utf-8") or "the pages said nothing")


def _settings(url: str, gateway: str, issuer: str, port: int) -> str:
    return "\n".join(
        (
            'environment = "development"',
            f"public_url = {json.dumps(url)}",
            f"gateway = {json.dumps(gateway)}",
            f"port = {port}",
            "[sign_in]",
            f"issuer = {json.dumps(issuer)}",
            f"client_id = {json.dumps(CLIENT)}",
            "[session]",
            'key = "session.key"',
            "",
        )
    )
