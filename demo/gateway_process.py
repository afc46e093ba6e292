"""The gateway of the demo: its own process, as `teamaround serve` runs anywhere."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from demo.running_copy import RunningCopy
from gateway.caller import Caller
from gateway.development_token import issue
from gateway.settings import read_settings

_COMMAND: Final = str(Path(sys.executable).with_name("teamaround"))
_STOP_TIMEOUT_S: Final = 15.0
_ANSWER_TIMEOUT_S: Final = 30.0
_LIFETIME_S: Final = 8 * 3600


class GatewayStartError(RuntimeError):
    """The gateway did not start; the message is its own last words."""


class GatewayProcess:
    """`teamaround serve` over the borough's files; a context manager.

    `state` is the gateway's folder: its settings, its log and its development keys.
    """

    def __init__(self, state: Path, files: RunningCopy, port: int) -> None:
        self.state = state.resolve()
        self.settings = self.state / "settings.toml"
        self.port = port
        self._files = files
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings.write_text(self._settings_text(), "utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - this project's own command
            [_COMMAND, "serve", "--settings", str(self.settings)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        try:
            self.port = self._serving_port(self._process)
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
        """End the gateway as a service manager would; nothing if it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.communicate(timeout=_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def url(self) -> str:
        """Where questions go."""
        return f"http://127.0.0.1:{self.port}/graphql"

    def token(self, caller: Caller) -> str:
        """A development token for `caller`, good for eight hours."""
        return issue(caller, read_settings(self.settings), now=time.time(), lifetime_s=_LIFETIME_S)

    def ask(self, document: str, variables: dict[str, Any], token: str) -> dict[str, Any]:
        """The JSON of one GraphQL response, whatever its status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"query": document, "variables": variables})
        try:
            connection.request("POST", "/graphql", body, headers)
            answer: dict[str, Any] = json.load(connection.getresponse())
            return answer
        finally:
            connection.close()

    def _settings_text(self) -> str:
        values = {
            "environment": "development",
            "port": self.port,
            "state": ".",
            "token_keys": "token-keys.json",
            "manifests": str(self._files.manifests),
            "secrets": str(self._files.secrets),
            "operator": str(self._files.operator_file),
        }
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())

    def _serving_port(self, process: subprocess.Popen[str]) -> int:
        said: list[str] = []
        for line in process.stderr or ():
            said.append(line)
            if line.startswith("{") and (event := json.loads(line)).get("event") == "serving":
                return int(event["port"])
        raise GatewayStartError("".join(said) or "the gateway said nothing")
