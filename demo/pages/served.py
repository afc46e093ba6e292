"""The console and the sign-in service beside the demo's gateway, until the demo ends."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from demo.caseload import town
from demo.gateway_process import GatewayProcess, GatewayStartError
from demo.pages.people import people_of
from demo.pages.sign_in_service import CLIENT, SignInService

_COMMAND: Final = str(Path(sys.executable).with_name("teamaround"))
_START_S: Final = 30.0
_STOP_S: Final = 10.0

_Service = Callable[[str], web.Application]


class ServedPages:
    """The pages at `url`; a context manager. `port` is the console's, 0 takes a free one."""

    def __init__(self, gateway: GatewayProcess, port: int, command: str = _COMMAND) -> None:
        self._gateway = gateway
        self._port = port
        self._command = command
        self._folder = gateway.state / "pages"
        self._sign_in = _InThread()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        port = self._port or _free_port()
        self.url = f"http://localhost:{port}"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        try:
            issuer = self._sign_in.start(self._service)
            self._start(issuer, port)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End both; nothing where they do not run."""
        self._sign_in.stop()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _service(self, issuer: str) -> web.Application:
        people = people_of(
            town().cast, lambda badge: self._gateway.token(badge.caller), self._gateway.family_key
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


class _InThread:
    """A small server in a thread of this process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self, service: _Service) -> str:
        """Serve what `service` makes for its own address; gives that address."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._serve(service), self._loop).result(_START_S)

    def stop(self) -> None:
        """End it."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_STOP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_S)
        self._loop.close()

    async def _serve(self, service: _Service) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        issuer = f"http://localhost:{listening.getsockname()[1]}"
        self._runner = web.AppRunner(service(issuer), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        return issuer

    async def _end(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
