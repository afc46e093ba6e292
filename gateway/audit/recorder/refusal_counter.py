"""Identical refusals: the first ones are logged one by one, the rest as a count; none is lost."""

from dataclasses import dataclass, field
from typing import Final

from gateway.model.caller import Caller

EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class RefusalKey:
    """What makes two refusals identical: why, whose (None where nobody is known), and whence.

    `issuer` is known of a token that proved to be its, though nobody is.

    `whence` tells places apart from which nobody signed in; it is never written anywhere.
    """

    code: str
    user: str | None = None
    organisation: str | None = None
    role: str | None = None
    whence: str = ""
    issuer: str | None = None

    @classmethod
    def of(
        cls, code: str, caller: Caller | None, whence: str, issuer: str | None = None
    ) -> "RefusalKey":
        """A refusal of this caller; of somebody at `whence` where there is none."""
        if caller is None:
            return cls(code, whence=whence, issuer=issuer)
        return cls(
            code=code,
            user=caller.user,
            organisation=caller.organisation,
            role=" ".join(sorted(caller.roles)),
            issuer=caller.issuer,
        )


@dataclass(slots=True)
class RefusalCounter:
    """What was refused since it was last `taken`.

    Of identical ones the first `each` get an entry of their own, and `altogether` of all; whatever
    is more is counted, by at most `kinds` kinds and one for the rest of them.
    """

    each: int = 30
    altogether: int = 300
    kinds: int = 256
    _told: dict[RefusalKey, int] = field(default_factory=dict)
    _counted: dict[RefusalKey, int] = field(default_factory=dict)

    def tells(self, refused: RefusalKey) -> bool:
        """Whether this one gets an entry of its own; if not, it is counted."""
        told = self._told.get(refused, 0)
        if told < self.each and sum(self._told.values()) < self.altogether:
            self._told[refused] = told + 1
            return True
        self.count(refused)
        return False

    def count(self, refused: RefusalKey, times: int = 1) -> None:
        """Count what got no entry of its own."""
        if refused not in self._counted and len(self._counted) >= self.kinds:
            refused = RefusalKey(refused.code)
        self._counted[refused] = self._counted.get(refused, 0) + times

    def taken(self) -> dict[RefusalKey, int]:
        """Everything counted, with how often; from now on it is counted again."""
        counted, self._counted, self._told = self._counted, {}, {}
        return counted
