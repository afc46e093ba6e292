"""What the first entry of a log says of the log that was lost before it."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from gateway.audit.errors import EntryRefused

LONGEST: Final = 1000
_ROOT: Final = re.compile(r"[0-9a-f]{64}")
_TEXT: Final = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST}}}")


@dataclass(frozen=True, slots=True)
class LostLog:
    """The last state of it that is known, and who decided why to begin another one.

    Entries from `size` on, to an unknown one, are lost. `root` is in hex, `key` the verifier key
    of the lost log, `witnesses` the names of those who had signed that state. `found` is how many
    entries of it could still be read, where anything could. EntryRefused if a field has not its
    shape.
    """

    origin: str
    key: str
    size: int
    root: str
    reason: str
    decided_by: str
    witnesses: tuple[str, ...] = ()
    found: int | None = None

    def __post_init__(self) -> None:
        texts = (self.origin, self.key, self.reason, self.decided_by, *self.witnesses)
        if not all(map(_TEXT.fullmatch, texts)) or not _ROOT.fullmatch(self.root):
            raise EntryRefused(
                f"texts about a lost log have 1 to {LONGEST} characters, on one line"
            )
        if self.size < 0 or (self.found is not None and self.found < 0):
            raise EntryRefused("a lost log counts entries from 0 on")

    @property
    def fields(self) -> dict[str, Any]:
        """As the leaf has them."""
        held = {**asdict(self), "witnesses": list(self.witnesses) or None}
        return {name: value for name, value in held.items() if value is not None}

    @classmethod
    def read(cls, held: dict[str, Any]) -> Self:
        """As the leaf had them."""
        return cls(**{**held, "witnesses": tuple(held.get("witnesses", ()))})
