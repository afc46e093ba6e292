"""A terminal in which a page's blocks are typed in their order, and what they print is compared."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.docs.machine.bare import Machine
from tests.support.docs.pages import ROOT, fenced, text

NOT_RUN: Final = "# Not run in the test: "
_FILE: Final = re.compile(r"# (/\S+)\n")
# A terminal keeps its variables and its folder from one block to the next.
_KEPT: Final = "/run/terminal"
_OPEN: Final = f"set -eu; umask 022; cd {ROOT}; test ! -e {_KEPT} || . {_KEPT}\nset -a\n"
_CLOSE: Final = f"\nset +ax; {{ export -p; declare -f; printf 'cd %q\\n' \"$PWD\"; }} > {_KEPT}\n"
_ENVIRON: Final = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
# What never comes is given up, and what was printed until then is told.
_BOUNDED: Final = ("timeout", "--signal=KILL", "300")

Hook = Callable[[Machine], None]


@dataclass
class Terminal:
    """Root's, on a machine. `said` is what the last block printed, `typed` every block so far."""

    machine: Machine
    said: str = ""
    typed: list[str] = field(default_factory=list)

    def follow(self, name: str, after: Mapping[str, Hook] | None = None) -> None:
        """Do what a page says, from its first block to its last.

        `after` is what others do after the block that has these words. AssertionError where a
        command fails, or where the page shows what is not printed.
        """
        due = dict(after or {})
        for language, block in fenced(text(name)):
            match language:
                case "sh" if not block.startswith(NOT_RUN):
                    self.types(block)
                case "text":
                    self.shows(block)
                case "toml" | "ini" | "haproxy":
                    self.writes(block)
            for words in [each for each in due if each in block]:
                due.pop(words)(self.machine)
        assert not due, f"{name} has no block with {sorted(due)}"

    def types(self, block: str) -> str:
        """Type a block; what it prints."""
        ended = self.ends(block)
        assert ended.returncode == 0, f"{block}\n{ended.stdout}"
        return self.said

    def ends(self, block: str) -> subprocess.CompletedProcess[str]:
        """How a block ends."""
        ended = subprocess.run(  # noqa: S603 - the page's own commands
            [*self.machine.before, *_BOUNDED, "bash", "-c", _OPEN + block + _CLOSE],
            cwd="/",
            env={**_ENVIRON, "HOME": "/run", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said = ended.stdout
        self.typed.append(block)
        return ended

    def shows(self, block: str) -> None:
        """Hold each line that the page shows to what was printed; an ellipsis is anything."""
        for line in block.splitlines():
            shown = re.escape(line).replace("…", ".*")
            assert re.search(f"^{shown}$", self.said, re.MULTILINE), f"{line}\n{self.said}"

    def writes(self, block: str) -> None:
        """Write the file that a block shows, if its first line names one."""
        if named := _FILE.match(block):
            self.machine.write(named[1], block)


def not_run(page: str) -> list[str]:
    """Why each block of a page that is left out is not run."""
    found = [block.partition("\n")[0] for kind, block in fenced(page) if kind == "sh"]
    return [line.removeprefix(NOT_RUN) for line in found if line.startswith(NOT_RUN)]


def folder_of(page: str) -> Path:
    """The folder that links of a page start at."""
    return (ROOT / page).parent
