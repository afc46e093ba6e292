"""Runs a command that finds one file of the state on a tiny disk of its own, which can be full."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

MOUNTED: Final = "tiny"
ROOM: Final = "1m"
MAY_MOUNT: Final = not subprocess.call(
    ["/usr/bin/env", "unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)


def filler(folder: Path, pid: int) -> Path:
    """What takes up the room, as seen from outside the process that mounted the disk."""
    return Path(f"/proc/{pid}/root{folder / MOUNTED / 'filler'}")


def fill(file: Path) -> None:
    """Take all the room that is left."""
    with file.open("ab", buffering=0) as taken:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while taken.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def _main(state: Path, name: str, command: list[str]) -> None:
    disk = state.parent / MOUNTED
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700", "none", str(disk)]
    subprocess.run(mount, check=True)  # noqa: S603 - as above
    for file in state.glob(f"{name}*"):
        if file.name in {name, f"{name}-wal", f"{name}-shm"}:
            (disk / file.name).write_bytes(file.read_bytes())
            (disk / file.name).chmod(0o600)
            file.unlink()
    (state / name).symlink_to(disk / name)
    os.execv(command[0], command)  # noqa: S606 - the gateway's command


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
