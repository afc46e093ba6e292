"""Files that a connection needs, as they could last be used; what cannot be used replaces nothing.

Certificate and key are two files, so that a look between two writes finds halves of two pairs.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Generic, TypeVar

from gateway.model.causes import cause_of

T = TypeVar("T")


_SOON: Final = timedelta(days=14)
_LAST_PART: Final = 3  # of the life of one that lives for weeks alone


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is good."""

    begins: datetime
    ends: datetime

    def ends_soon(self, now: datetime) -> bool:
        """Whether it ends within two weeks, or within the last third of a short life."""
        return self.ends - now < min(_SOON, (self.ends - self.begins) / _LAST_PART)

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; below 0 where it has."""
        return (self.ends - now) // timedelta(days=1)


class CertificateUnusable(Exception):
    """Files that no connection can be made with; says which and why, and nothing of a key.

    `cause` is the same as a code, for events.
    """

    def __init__(self, cause: str, why: str) -> None:
        super().__init__(why)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file, and how it is read: a private one is refused if others may open it."""

    path: Path
    read: Callable[[Path], bytes] = Path.read_bytes

    def content(self) -> bytes:
        """All of it; CertificateUnusable says why not."""
        try:
            return self.read(self.path)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CertificateUnusable(cause_of(error), f"{self.path}: {why}") from None


@dataclass(slots=True)
class KeptFiles(Generic[T]):
    """What `make` makes of the files of one setting, as they last could be used.

    `taken` is called with it when it comes into use. `refuse_new` looks at files that would replace
    others: a certificate that has ended is told at a start, and replaces none. `name` is the
    setting's.
    """

    name: str
    files: tuple[NamedFile, ...]
    make: Callable[[Sequence[bytes]], T]
    own: Callable[[T], Validity | None] = lambda _: None
    refuse_new: Callable[[Sequence[bytes]], None] = lambda _: None
    taken: Callable[[T], None] = lambda _: None
    now: T = field(init=False)
    _digest: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """CertificateUnusable if there is nothing to begin with."""
        contents = self._contents()
        self.now, self._digest = self.make(contents), _digest(contents)

    def look(self) -> Callable[[], None] | None:
        """Read the files; what brings them into use, None if they are as they were.

        CertificateUnusable if no connection could be made with them.
        """
        contents = self._contents()
        digest = _digest(contents)
        if digest == self._digest:
            return None
        self.refuse_new(contents)
        made = self.make(contents)

        def take() -> None:
            self.now, self._digest = made, digest
            self.taken(made)

        return take

    def valid(self) -> Validity | None:
        """When our own certificate in it is good; None if it holds none."""
        return self.own(self.now)

    def _contents(self) -> list[bytes]:
        return [each.content() for each in self.files]


def _digest(contents: Sequence[bytes]) -> bytes:
    whole = hashlib.sha256()
    for each in contents:
        whole.update(len(each).to_bytes(8) + each)
    return whole.digest()
