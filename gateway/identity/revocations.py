"""Who may no longer ask, at once: a file of the operator's, looked at before every question."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from adapters.validation.toml_text import TomlUnreadable, read_text
from gateway.model.caller import Caller
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid, TryLater

_KINDS: Final = frozenset({"user", "organisation", "role", "token", "key", "issuer"})


class Revocations:
    """The revoked, one a line: `user jo@northbrook`, `organisation`, `role`, `token` (its jti).

    Each is so at every issuer, or at one where a space and the issuer follow the name. `issuer`
    with its name revokes all that it says, `key` with a key's name what that key signed.

    `changed` is called before the first question that a new list concerns. TryLater while the
    file cannot be read or understood: nobody is let in by an unreadable list.
    """

    def __init__(self, file: Path | None, changed: Callable[[], None]) -> None:
        self._file = file
        self._changed = changed
        self._seen: tuple[int, int, int] | None = None
        self._revoked: frozenset[tuple[str, str]] = frozenset()

    def current(self) -> frozenset[tuple[str, str]]:
        """What is revoked now, as pairs of kind and name."""
        if self._file is None:
            return self._revoked
        try:
            found = self._file.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen != self._seen:
                self._revoked = _read(self._file)
                self._seen = seen
                self._changed()
        except (OSError, ValueError):
            self._seen = None
            raise TryLater(
                "REVOCATIONS_UNREADABLE", "the list of revocations is unreadable"
            ) from None
        return self._revoked


def revoked(
    caller: Caller, token_id: str | None, kid: str | None, current: frozenset[tuple[str, str]]
) -> bool:
    """Whether the list names the caller, what they are, their issuer, the token or its key."""
    if not current:
        return False
    names = {("user", caller.user), ("organisation", caller.organisation)}
    names |= {("role", role) for role in caller.roles}
    names |= {("token", token_id)} if token_id is not None else set()
    names |= {("key", kid)} if kid is not None else set()
    names = {(kind, name.strip()) for kind, name in names}  # as a line of the list names them
    at_issuer = {(kind, f"{name} {caller.issuer}") for kind, name in names}
    return not {*names, *at_issuer, ("issuer", caller.issuer)}.isdisjoint(current)


def open_revocations(file: Path | None, changed: Callable[[], None]) -> Revocations:
    """The list at `file`; ConfigurationInvalid if it is none."""
    opened = Revocations(file, changed)
    try:
        opened.current()
    except TryLater:
        if file is not None and (found := list(_faults(file))):
            raise ConfigurationInvalid(*found) from None
        raise ConfigurationInvalid(
            f"tokens.revocations: {file} is not a list of revocations; each line is user,"
            f" organisation, role, token, key or issuer, then a space and a name"
        ) from None
    return opened


def _faults(file: Path) -> Iterator[ConfigurationFault]:
    """Why it is no text, or the lines that revoke nothing."""
    try:
        lines = read_text(file).splitlines()
    except TomlUnreadable as error:
        yield ConfigurationFault(error.what, str(file), error.line)
        return
    for number, line in enumerate(map(str.strip, lines), start=1):
        kind, _, name = line.partition(" ")
        if line and not line.startswith("#") and (kind not in _KINDS or not name.strip()):
            what = "write user, organisation, role, token, key or issuer, a space and a name"
            yield ConfigurationFault(what, str(file), number)


def _read(file: Path) -> frozenset[tuple[str, str]]:
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    pairs = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    if any(kind not in _KINDS or not name.strip() for kind, _, name in pairs):
        raise ValueError("no such kind")
    return frozenset((kind, name.strip()) for kind, _, name in pairs)
