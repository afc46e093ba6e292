"""The gateway under measurement: `teamaround serve`, its CPU and its memory as the kernel counts.

Linux only: the figures come from /proc.
"""

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

from bench.town.files import AREA

HERE: Final = Path(__file__).parents[2]
_RUN: Final = """
import sys
sys.path.insert(0, {checkout!r})
sys.argv[0] = "teamaround"
from gateway.cli.main import app
app()
"""
_CALLER: Final = (
    *("--user", "s.worker", "--organisation", "northbrook", "--sector", "SOCIAL_CARE"),
    *("--role", "practitioner", "--role", "bulk", "--purpose", "SAFEGUARDING", "--area", AREA),
)


@dataclass(frozen=True, slots=True)
class GatewayProcess:
    """A running gateway, `began` at this moment of the clock; `token` is a practitioner's."""

    pid: int
    url: str
    token: str
    began: float = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a practitioner's question."""
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}

    @property
    def cpu_s(self) -> float:
        """CPU seconds that its threads have used, to the nanosecond."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in threads) / 1e9

    @property
    def memory_mib(self) -> float:
        """Resident memory now."""
        return self._status("VmRSS")

    @property
    def peak_memory_mib(self) -> float:
        """The most resident memory that it ever had."""
        return self._status("VmHWM")

    @property
    def open_files(self) -> int:
        """Files and connections that it has open now."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def _status(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (line,) = (one for one in lines if one.startswith(f"{name}:"))
        return int(line.split()[1]) / 1024


def teamaround_of(checkout: Path) -> Sequence[str]:
    """The command `teamaround` of a checkout of this project, run by this Python."""
    return (sys.executable, "-P", "-c", _RUN.format(checkout=str(checkout.resolve())))


@contextmanager
def gateway_process(
    settings: Path,
    program: Sequence[str] = teamaround_of(HERE),
    variables: Mapping[str, str] | None = None,
) -> Iterator[GatewayProcess]:
    """Serve with these settings, in a process of its own, ended with the context.

    `program` is the command `teamaround`, by another way or of another checkout. `variables` are
    settings beside those of the file.
    """
    command = [*program, "serve", "--settings", str(settings)]
    around = {**os.environ, **(variables or {})}
    token, began = _token(settings, program, around), time.perf_counter()
    with subprocess.Popen(  # noqa: S603  our own command
        command, stderr=subprocess.PIPE, text=True, env=around
    ) as process:
        # After its address nobody reads what it says, and a full pipe would stop it.
        unread = Thread(target=deque, args=(process.stderr, 0))
        try:
            address = _address(process)
            unread.start()
            yield GatewayProcess(process.pid, address, token, began)
        finally:
            process.terminate()
            process.wait()
            if unread.ident is not None:
                unread.join()


def _address(process: subprocess.Popen[str]) -> str:
    said: list[str] = []
    for line in process.stderr or ():
        if '"serving"' in line:
            event = json.loads(line)
            return f"http://{event['host']}:{event['port']}/graphql"
        said.append(line)
    raise RuntimeError(f"the gateway did not start: {''.join(said)}")


def _token(settings: Path, program: Sequence[str], around: Mapping[str, str]) -> str:
    command = [*program, "token", *_CALLER, "--settings", str(settings)]
    made = subprocess.run(command, check=True, capture_output=True, text=True, env=around)  # noqa: S603
    return made.stdout.strip()
