"""The gateway of the demo: its own process, as `teamaround serve` runs anywhere."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import ECKey

from demo.badges import EVERYBODY
from demo.population.family_keys import FAMILY_ISSUER, write_family_keys
from demo.processes.running import Running, end
from demo.processes.running_copy import RunningCopy
from gateway.config.settings import read_settings
from gateway.config.settings_tables import DEFAULT_ISSUER
from gateway.identity.development_token import development_key, issue
from gateway.model.caller import Caller

_COMMAND: Final = str(Path(sys.executable).with_name("teamaround"))
_START_TIMEOUT_S: Final = 120.0
_STOP_TIMEOUT_S: Final = 15.0
_ANSWER_TIMEOUT_S: Final = 30.0
SCREEN: Final = "http://localhost:8000"  # where docs/front-end.md serves its first screen
_SCREENS: Final = [SCREEN, "http://localhost:3000", "http://localhost:5173"]
_LIFETIME_S: Final = 8 * 3600
_ALL_DAY: Final = (  # whoever tries a screen asks about the same few children all day
    "out_of_area_per_day = 10_000",
    "children_per_hour = 10_000",
    "children_per_hour_organisation = 10_000",
    "unfound_per_hour = 10_000",
)
_ISSUERS: Final = f"""
[[issuer]]
issuer = "{DEFAULT_ISSUER}"
audience = "teamaround"
jwks = {{ file = "token-keys.json" }}
[issuer.may_assert]
organisations = ["*"]
sectors = ["*"]
roles = {json.dumps(sorted({badge.role for badge in EVERYBODY}))}
purposes = ["*"]
areas = ["*"]
accreditation = ["information-sharing"]
assurance = 4

[[issuer]]
issuer = "{FAMILY_ISSUER}"
audience = "teamaround"
jwks = {{ file = "family-keys.json" }}
profile = "family"
[issuer.may_assert]
organisations = ["family"]
sectors = ["OTHER"]
roles = []
purposes = ["SUBJECT_ACCESS"]
areas = []
assurance = 3
"""


class GatewayStartError(RuntimeError):
    """The gateway did not start; the message is its own last words."""


class GatewayProcess(Running):
    """`teamaround serve` over the borough's files; a context manager.

    `state` is the gateway's folder: its settings, its log, its development keys and, in `words`,
    what it says while it runs. `command` is the gateway's. `before` takes its settings, and is what
    happens before the first start over a new folder.
    """

    def __init__(
        self,
        state: Path,
        files: RunningCopy,
        port: int,
        command: str = _COMMAND,
        before: Callable[[Path], None] | None = None,
    ) -> None:
        self.state = state.resolve()
        self.settings = self.state / "settings.toml"
        self.words = self.state / "stderr.log"
        self.port = port
        self._files = files
        self._command = command
        self._before = before
        self._process: subprocess.Popen[bytes] | None = None
        self.family_key: ECKey

    def start(self) -> None:
        """Write its files, start it and wait until it serves; GatewayStartError if not."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings.write_text(self._settings_text(), "utf-8")
        self.family_key = write_family_keys(self.state)
        (self.state / "issuers.toml").write_text(_ISSUERS, "utf-8")
        development_key(read_settings(self.settings))  # its public half is in the file of issuers
        if self._before is not None and not any(self.state.glob("*.sqlite")):
            self._before(self.settings)
        with self.words.open("wb") as words:  # a pipe that nobody empties would stop it one day
            self._process = subprocess.Popen(  # noqa: S603 - this project's own command
                [self._command, "serve", "--settings", str(self.settings)],
                stderr=words,
                start_new_session=True,  # Ctrl-C is ours to pass on
            )
        self.port = self._serving_port(self._process)

    def stop(self) -> None:
        """End the gateway as a service manager would; nothing if it does not run."""
        if self._process is not None:
            end(self._process, _STOP_TIMEOUT_S)

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
        files = self._files
        return "\n".join(
            (
                'environment = "development"',
                "[browser]",
                f"origins = {json.dumps(_SCREENS)}",
                "[server]",
                f"port = {self.port}",
                "[connections]",
                "drain = 0",  # nobody has to hear of its end before it ends
                "[files]",
                'state = "."',
                f"manifests = {json.dumps(str(files.manifests))}",
                f"secrets = {json.dumps(str(files.secrets))}",
                f"operator = {json.dumps(str(files.operator_file))}",
                "[tokens]",
                'keys = "token-keys.json"',
                'issuers = "issuers.toml"',
                "[limits]",
                *_ALL_DAY,
                "",
            )
        )

    def _serving_port(self, process: subprocess.Popen[bytes]) -> int:
        until = time.monotonic() + _START_TIMEOUT_S
        while process.poll() is None and time.monotonic() < until:
            for line in self.words.read_text("utf-8").splitlines(keepends=True):
                if (port := _port_in(line)) is not None:
                    return port
            time.sleep(0.05)
        raise GatewayStartError(self.words.read_text("utf-8") or "the gateway said nothing")


def _port_in(line: str) -> int | None:
    """The port of the event `serving`; None of any other line, and of one that is half written."""
    if not (line.startswith("{") and line.endswith("\n")):
        return None
    event = json.loads(line)
    return int(event["port"]) if event.get("event") == "serving" else None
