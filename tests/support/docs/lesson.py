"""The lesson for an agency's IT staff, typed into a terminal as it is written."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from demo.__main__ import PORT
from tests.support.docs.pages import blocks, fenced, text

PAGE: Final = text("docs/write-an-adapter.md")
STARTS, TERMINAL, *COMMANDS = blocks(PAGE, "sh")
ADDRESS: Final = f"http://127.0.0.1:{PORT}/graphql"
ASKS: Final = next(block for block in COMMANDS if block.startswith("curl"))


@dataclass(frozen=True, slots=True)
class Workplace:
    """A second terminal in `folder`; `address` is where the running demo's gateway is."""

    folder: Path
    address: str = ADDRESS

    def typed(self, block: str) -> str:
        """What the terminal prints when a block of the page is typed into it."""
        opened = TERMINAL.replace(ADDRESS, self.address)
        environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(  # noqa: S603 - the page's own commands
            ["/bin/sh", "-e", "-c", opened + block],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def asked(self) -> Any:
        """The child whom the page's question is about, as the gateway answers."""
        return json.loads(self.typed(ASKS))["data"]["child"]


@contextmanager
def demo_as_written(folder: Path) -> Iterator[Workplace]:
    """The demo with the page's own arguments, on a port that is free."""
    written = re.fullmatch(r'make demo ARGS="(.*)"\n', STARTS)
    assert written, "the page starts the demo in another way"
    arguments = ["-m", "demo", *shlex.split(written[1]), "--port", "0"]
    process = subprocess.Popen(  # noqa: S603 - this project's own module
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        said = process.stdout or ()
        address = next((line.split()[-1] for line in said if line.startswith("Questions:")), None)
        assert address, "the demo did not start"
        assert any(line.startswith("curl") for line in said), "it did not hand over"
        yield Workplace(folder, address)
    finally:
        process.terminate()
        process.communicate()


def follow(workplace: Workplace) -> str:
    """Type every block of the page in order, and hold it to what the page shows of its answer."""
    everything, said = [], ""
    for language, block in fenced(PAGE):
        match language:
            case "toml":
                (workplace.folder / "clinic/old-clinic.toml").write_text(block)
            case "text":
                assert block in said
            case "json":
                assert json.loads(block) in json.loads(said)["data"]["child"]["answers"]
            case "sh" if block not in {STARTS, TERMINAL}:
                said = workplace.typed(block)
                everything.append(said)
    return "".join(everything)
