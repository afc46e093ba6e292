"""What `systemctl` and `journalctl` do on a machine of a test: a unit's command, and its restarts.

A unit's account, folders, environment and commands count, and when it is started again. Its
hardening does not: there is no systemd to enforce it. Run as a script, on the machine alone.
"""
# ruff: noqa: S603, S607, T201 - it runs what units say, and prints what the real commands print

import json
import os
import pwd
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

FOLDERS: Final = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
STATE: Final = Path("/run/units")
JOURNAL: Final = Path("/var/log/units")
HURRY: Final = 10.0  # a test waits for a tenth of what a unit says
PATIENCE_S: Final = 60.0
Unit = dict[str, list[str]]


def unit_of(name: str) -> Unit:
    """What a unit says in `[Service]`, with the files beside it."""
    file = next(each for folder in FOLDERS if (each := folder / f"{name}.service").exists())
    beside = sorted(FOLDERS[0].glob(f"{name}.service.d/*.conf"))
    said: Unit = {}
    for line in "\n".join(each.read_text() for each in (file, *beside)).splitlines():
        key, equals, value = line.partition("=")
        if equals and re.fullmatch(r"\w+", key):
            said[key] = [*said.get(key, []), value] if value else []
    return said


def environment_of(unit: Unit) -> dict[str, str]:
    """What the unit's process finds around it."""
    found = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    for line in unit.get("Environment", ()):
        found |= dict(each.split("=", 1) for each in shlex.split(line))
    for name in unit.get("EnvironmentFile", ()):
        file = Path(name.removeprefix("-"))
        if file.exists() or not name.startswith("-"):
            lines = (line for line in file.read_text().splitlines() if not line.startswith("#"))
            said = (line.split("=", 1) for line in lines if "=" in line)
            found |= {key: value.strip('"') for key, value in said}
    return found


def words(command: str, environment: dict[str, str]) -> list[str]:
    """A command of a unit, its variables filled in: one word in braces, several without."""
    given: list[str] = []
    for word in shlex.split(command):
        if match := re.fullmatch(r"\$(\w+)", word):
            given += shlex.split(environment.get(match[1], ""))
        else:
            given.append(re.sub(r"\$\{(\w+)\}", lambda m: environment.get(m[1], ""), word))
    return given


def last(unit: Unit, key: str, otherwise: str = "") -> str:
    """The last value of a key."""
    return unit.get(key, [otherwise])[-1]


def begin(name: str) -> "subprocess.Popen[bytes]":
    """Start the unit's command once."""
    unit = unit_of(name)
    account, environment = last(unit, "User"), environment_of(unit)
    for folder in unit.get("StateDirectory", ()):
        made = Path("/var/lib") / folder
        made.mkdir(exist_ok=True)
        made.chmod(int(last(unit, "StateDirectoryMode", "0755"), 8))
        os.chown(made, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)
    with (JOURNAL / name).open("ab") as journal:
        return subprocess.Popen(
            words(last(unit, "ExecStart").lstrip("-!+"), environment),
            cwd=last(unit, "WorkingDirectory", "/"),
            env=environment,
            user=account or None,
            group=last(unit, "Group") or None,
            extra_groups=[] if account else None,
            umask=int(last(unit, "UMask", "0022"), 8),
            stdout=journal,
            stderr=journal,
            start_new_session=True,
        )


def supervise(name: str) -> None:
    """Run the unit until it is stopped, and start it again when it says so."""
    while not stopping(name):
        process = begin(name)
        note(name, pid=process.pid, own=os.getpid(), status=None)
        status = process.wait()
        unit = unit_of(name)
        note(name, pid=0, own=os.getpid(), status=status)
        if not again(unit, status):
            break
        time.sleep(float(last(unit, "RestartSec", "0.1")) / HURRY)
    (STATE / name).with_suffix(".ended").touch()


def again(unit: Unit, status: int) -> bool:
    """Whether a process that ended so is started again."""
    prevented = {int(each) for each in last(unit, "RestartPreventExitStatus").split()}
    when = last(unit, "Restart", "no")
    return status not in prevented and (when == "always" or (when == "on-failure" and status != 0))


def note(name: str, **said: object) -> None:
    """Keep how the unit is."""
    draft = STATE / f".{name}"
    draft.write_text(json.dumps(said))
    draft.replace(STATE / name)


def noted(name: str) -> dict[str, int | None]:
    """How the unit is; {} if it never ran."""
    file = STATE / name
    return json.loads(file.read_text()) if file.exists() else {}


def stopping(name: str) -> bool:
    """Whether somebody stops it."""
    return (STATE / name).with_suffix(".stopping").exists()


def start(name: str) -> None:
    """Start it beside this process; return once its command was begun, as systemd does."""
    if is_active(name):
        return
    for ending in (".stopping", ".ended"):
        (STATE / name).with_suffix(ending).unlink(missing_ok=True)
    (STATE / name).unlink(missing_ok=True)
    own = [sys.executable, __file__, "supervise", name]
    null = subprocess.DEVNULL
    subprocess.Popen(own, start_new_session=True, stdin=null, stdout=null, stderr=null)
    until((STATE / name).exists)


def stop(*names: str) -> None:
    """Stop them at the same time, and return once all have ended."""
    active = [name for name in names if is_active(name)]
    for name in active:
        (STATE / name).with_suffix(".stopping").touch()
        if pid := noted(name).get("pid"):
            os.kill(pid, signal.SIGTERM)
    for name in active:
        until((STATE / name).with_suffix(".ended").exists)


def reload(name: str) -> None:
    """Run its commands for a reload."""
    environment = {**environment_of(unit_of(name)), "MAINPID": str(noted(name)["pid"])}
    for command in unit_of(name)["ExecReload"]:
        given = [environment["MAINPID"] if word == "$MAINPID" else word for word in command.split()]
        subprocess.run(words(" ".join(given), environment), env=environment, check=True)


def is_active(name: str) -> bool:
    """Whether it runs, or is about to be started again."""
    return bool(noted(name)) and not (STATE / name).with_suffix(".ended").exists()


def until(happened: Callable[[], bool]) -> None:
    """Wait for it, as the real command does."""
    due = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > due:
            sys.exit("the unit did not do as it was told")
        time.sleep(0.02)


def cluster(action: str) -> None:
    """Debian's own PostgreSQL, whose unit starts this command."""
    version = max(Path("/usr/lib/postgresql").iterdir(), key=lambda each: int(each.name)).name
    subprocess.run(
        ["pg_ctlcluster", "--skip-systemctl-redirect", version, "main", action], check=True
    )


def restart(name: str) -> None:
    """Stop it and start it."""
    stop(name)
    start(name)


def journal(name: str) -> None:
    """Print what it wrote."""
    print((JOURNAL / name).read_text(), end="")


def tell(name: str) -> None:
    """Print whether it is active; ends with 3 if not, as the real command does."""
    print("active" if is_active(name) else "inactive")
    if not is_active(name):
        sys.exit(3)


ACTIONS: Final[dict[str, Callable[[str], None]]] = {
    "supervise": supervise,
    "start": start,
    "restart": restart,
    "reload": reload,
    "is-active": tell,
    "journal": journal,
}


def _main(action: str, *rest: str) -> None:
    if action in {"enable", "disable"} and "--now" in rest:
        action = "start" if action == "enable" else "stop"
    names = [each for each in rest if not each.startswith("-")]
    if "postgresql" in names:
        cluster(action)
    elif action == "stop":
        stop(*names)
    else:
        for name in names if action in ACTIONS else ():
            ACTIONS[action](name)


if __name__ == "__main__":
    STATE.mkdir(parents=True, exist_ok=True)
    JOURNAL.mkdir(parents=True, exist_ok=True)
    _main(*sys.argv[1:])
