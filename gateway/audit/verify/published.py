"""A whole published log, read again from its first entry: nothing in it was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.audit.verify.finding import LogRefused
from gateway.audit.verify.lost_log import NamedLoss, loss_named_by
from gateway.audit.verify.place import LogReader
from gateway.audit.verify.pruning import Pruning, pruning_of, refuse_undeclared
from gateway.audit.verify.state import HASH_BYTES, State, Trust
from gateway.audit.verify.times import EntryTimes
from gateway.audit.verify.tree import Accumulator, hash_leaf, root_of_tile

WIDTH: Final = 256
_LENGTH_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """A log that holds: its state, what prunings in it declared, and how many entries are gone.

    Of an entry that is gone only its hash is held to the tree. `times` are those of the others.
    `succeeds` is the lost log that its first entry names.
    """

    state: State
    times: EntryTimes
    prunings: tuple[Pruning, ...] = ()
    gone: int = 0
    succeeds: NamedLoss | None = None


def check_log(place: LogReader, trust: Trust, kept: Sequence[State] = ()) -> VerifiedLog:
    """The log, after hashing every entry of it again; Refused says what does not hold.

    Each of `kept`, states of this log that somebody saw before, must be a beginning of it.
    """
    state = published_state(place, trust)
    times = EntryTimes(trust.bounds, state.witnessed.first)
    tree = _Rebuilt(place, state, sorted(kept, key=lambda each: each.size), times)
    tree.refuse_shorter()
    for first in range(0, state.size, WIDTH):
        tree.take(first, min(WIDTH, state.size - first))
    tree.finish()
    return VerifiedLog(state, times, tuple(tree.prunings), len(tree.missing), tree.succeeds)


def published_state(place: LogReader, trust: Trust) -> State:
    """The state that the log publishes, signed as `trust` wants it; else Refused."""
    checkpoint = place("checkpoint")
    if checkpoint is None:
        raise LogRefused("there is no checkpoint")
    return State.read(checkpoint, trust)


@dataclass(slots=True)
class _Rebuilt:
    """The tree built again, and the hashes of full tiles that stand above it."""

    place: LogReader
    state: State
    kept: list[State]
    times: EntryTimes
    tree: Accumulator = field(default_factory=Accumulator)
    above: list[list[bytes]] = field(default_factory=list)
    agreed: int = 0
    missing: list[int] = field(default_factory=list)
    prunings: list[Pruning] = field(default_factory=list)
    succeeds: NamedLoss | None = None

    def refuse_shorter(self) -> None:
        """Refused if somebody saw more entries than there are, or other ones."""
        for each in self.kept:
            if each.size > self.state.size:
                raise LogRefused("the log is shorter than it was", self.state.size)
        self.state.refuse_fork(self.kept)
        self._compare()

    def take(self, first: int, count: int) -> None:
        """Hash the next bundle of entries, and compare with the tree's own tiles."""
        bundle, grew = self._content("entries", first // WIDTH, count)
        leaves = list(_entries(bundle, first))[: count if grew else None]
        stated = self._hashes(0, first // WIDTH, count)
        # An entry that is gone is empty in its bundle; its hash then stands in the tree alone.
        hashes = [
            hash_leaf(leaf) if leaf else said for leaf, said in zip(leaves, stated, strict=False)
        ]
        for index, (computed, said) in enumerate(zip(hashes, stated, strict=False), first):
            if computed != said:
                raise LogRefused(f"entry {index} is not the one in the tree", index)
        if len(leaves) != count:
            raise LogRefused("a bundle has another number of entries", first + len(leaves))
        for index, leaf in enumerate(leaves, first):
            self._heed(index, leaf)
        for each in hashes:
            self.tree.add(each)
            self._compare()
        if count == WIDTH:
            self._complete(0, hashes)

    def finish(self) -> None:
        """Compare what stands above the leaves, and the root."""
        for level, row in enumerate(self.above, 1):
            for first in range(0, len(row), WIDTH):
                part = row[first : first + WIDTH]
                if self._hashes(level, first // WIDTH, len(part)) != part:
                    entry = first * WIDTH**level
                    raise LogRefused(f"the tree's level {level} is not that of its leaves", entry)
        if self.tree.root != self.state.root:
            raise LogRefused("the entries are not those that were signed", self.agreed)
        refuse_undeclared(self.missing, self.prunings)

    def _heed(self, index: int, leaf: bytes) -> None:
        if not leaf:
            self.missing.append(index)
            return
        self.times.take(index, leaf)
        if found := pruning_of(index, leaf):
            self.prunings.append(found)
        self.succeeds = loss_named_by(index, leaf) or self.succeeds

    def _compare(self) -> None:
        while self.kept and self.kept[0].size == self.tree.size:
            if self.kept.pop(0).root != self.tree.root:
                raise LogRefused("the log was rewritten since a state of it was kept", self.agreed)
            self.agreed = self.tree.size

    def _complete(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self.above):
            self.above.append([])
        row = self.above[level]
        row.append(root_of_tile(hashes))
        if len(row) % WIDTH == 0:
            self._complete(level + 1, row[-WIDTH:])

    def _hashes(self, level: int, number: int, count: int) -> list[bytes]:
        content, grew = self._content(str(level), number, count)
        if len(content) != (WIDTH if grew else count) * HASH_BYTES:
            raise LogRefused("a tile has another length", number * WIDTH ** (level + 1))
        return [content[at : at + HASH_BYTES] for at in range(0, count * HASH_BYTES, HASH_BYTES)]

    def _content(self, level: str, number: int, count: int) -> tuple[bytes, bool]:
        """A tile or bundle, and whether it is the full one in place of the part that was wanted."""
        whole = f"tile/{level}/{_numbered(number)}"
        path = whole if count == WIDTH else f"{whole}.p/{count}"
        content = self.place(path)
        if content is not None:
            return content, False
        # A log may take a part away once it has the full one: it grew while it was read.
        grown = None if path == whole else self.place(whole)
        if grown is None:
            raise LogRefused(f"the log lacks {path}")
        return grown, True


def _entries(bundle: bytes, first: int) -> Iterator[bytes]:
    at = 0
    for index in range(first, first + WIDTH):
        if at == len(bundle):
            return
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle):
            raise LogRefused(f"entry {index} is cut short", index)
        yield bundle[start:at]
    if at != len(bundle):
        raise LogRefused("a bundle has more entries than a tile", first + WIDTH)


def _numbered(number: int) -> str:
    digits = f"{number:03}"
    digits = digits.zfill(-len(digits) % 3 + len(digits))
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
