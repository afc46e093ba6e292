"""Whose signatures a checkpoint needs, from a file of the form C2SP tlog-policy."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import LOG, WITNESS, VerifierKey

LONGEST: Final = 1024 * 1024
MOST: Final = 1000  # logs, witnesses or groups; a reader has to take 32 of each
_NONE: Final = "none"
_NOT_ALLOWED: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_WHITE: Final = re.compile(r"[ \t]+")
_COUNT: Final = re.compile(r"[1-9]\d{0,8}")

Enough = Callable[[Collection[bytes]], bool]
"""Whether these witnesses, by their public keys, are enough."""


@dataclass(frozen=True, slots=True)
class Named:
    """A log or a witness with its URL, empty where the file has none."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """The logs and witnesses of a policy, and when those who signed are a quorum.

    `fewest` is how many witnesses a quorum has at least; 0 if none is needed.
    """

    logs: tuple[Named, ...]
    witnesses: tuple[Named, ...]
    fewest: int
    rule: Enough

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a file; Unreadable says at which line it is not of this form."""
        if len(content) > LONGEST or _NOT_ALLOWED.search(content):
            raise Unreadable("a policy has at most 1 MiB, and no control characters but tabs")
        reading = _Reading()
        # Names are bytes and nothing else: no two of them are the same text in another form.
        for number, line in enumerate(content.decode("latin-1").split("\n"), 1):
            try:
                reading.take(line)
            except Unreadable as error:
                raise Unreadable(f"line {number}: {error}") from None
        if reading.quorum is None:
            raise Unreadable("the policy has no quorum line")
        found = reading.quorum
        return cls(tuple(reading.logs), tuple(reading.witnesses), found.fewest, found.rule)

    def met(self, keys: Collection[VerifierKey]) -> bool:
        """Whether the witnesses with these keys are a quorum."""
        return self.rule({key.public for key in keys})


@dataclass(frozen=True, slots=True)
class _Part:
    """A witness or a group."""

    fewest: int
    rule: Enough


@dataclass(slots=True)
class _Reading:
    logs: list[Named] = field(default_factory=list)
    witnesses: list[Named] = field(default_factory=list)
    parts: dict[str, _Part] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorum: _Part | None = None

    def take(self, line: str) -> None:
        words = [word for word in _WHITE.split(line) if word]
        if not words or words[0].startswith("#"):
            return
        known = _LINES.get(words[0])
        if known is None:
            raise Unreadable("begins with none of log, witness, group and quorum")
        known(self, words[1:])

    def log(self, words: list[str]) -> None:
        """Log <vkey> [<url>]."""
        self.logs.append(_named(words, LOG))
        _refuse_double(self.logs)

    def witness(self, words: list[str]) -> None:
        """Witness <name> <vkey> [<url>]."""
        made = _named(words[1:], WITNESS)
        public = made.key.public
        self._name(words[0], _Part(1, lambda keys: public in keys))
        self.witnesses.append(made)
        _refuse_double(self.witnesses)

    def group(self, words: list[str]) -> None:
        """Group <name> <all, any or a number> <name>..."""
        if len(words) < len(("name", "how many", "a member")):
            raise Unreadable("a group has a name, how many, and at least one member")
        name, count, *members = words
        for each in members:
            if each not in self.parts or each in self.members:
                raise Unreadable("a member was defined before, and is in one group alone")
            self.members.add(each)
        parts = [self.parts[each] for each in members]
        least = _least(count, len(parts))
        fewest = sum(sorted(part.fewest for part in parts)[:least])
        self._name(name, _Part(fewest, lambda keys: sum(p.rule(keys) for p in parts) >= least))

    def set_quorum(self, words: list[str]) -> None:
        """Quorum <name>."""
        if len(words) != 1 or self.quorum is not None:
            raise Unreadable("one quorum line has one name")
        if words[0] != _NONE and words[0] not in self.parts:
            raise Unreadable("the quorum's name was not defined before")
        self.quorum = self.parts.get(words[0], _Part(0, lambda _: True))

    def _name(self, name: str, part: _Part) -> None:
        if name == _NONE or name in self.parts or len(self.parts) >= MOST:
            raise Unreadable("a name is defined once, and is not none")
        self.parts[name] = part


_LINES: Final[Mapping[str, Callable[[_Reading, list[str]], None]]] = MappingProxyType(
    {
        "log": _Reading.log,
        "witness": _Reading.witness,
        "group": _Reading.group,
        "quorum": _Reading.set_quorum,
    }
)


def _named(words: list[str], kind: int) -> Named:
    if not words or len(words) > len(("key", "url")):
        raise Unreadable("a log or witness has a verifier key, and a URL or none")
    try:
        key = VerifierKey.read(words[0].encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("a verifier key is UTF-8") from None
    if key.kind != kind:
        raise Unreadable("the key is of the wrong type: a log signs notes, a witness cosigns")
    return Named(key, *words[1:])


def _refuse_double(named: list[Named]) -> None:
    if len({each.key.public for each in named}) < len(named) or len(named) > MOST:
        raise Unreadable("one key is defined twice")


def _least(count: str, members: int) -> int:
    if count in {"all", "any"}:
        return members if count == "all" else 1
    if not _COUNT.fullmatch(count) or int(count) > members:
        raise Unreadable("a group needs all, any, or from 1 to as many as it has members")
    return int(count)
