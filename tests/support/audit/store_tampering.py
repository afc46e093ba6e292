"""Tamperings with a log of 300 entries, signed at 100, 200 and 300, by who has no key.

`entry` is the first that may be altered, as the gateway names it at rest; None if it is not told
of an entry. `running` is whether a gateway that has the log open halts at its next look.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.audit.meddler import Rows, Stored

SIGNED = (100, 200, 300)
_AT = 1_700_000_000_000_000


@dataclass(frozen=True, slots=True)
class StoreTampering:
    """What is done; what the gateway says at its start; whether one that runs halts."""

    do: Callable[[Stored], dict[str, Rows]]
    entry: int | None
    running: bool


def forged_leaf(leaf: bytes) -> bytes:
    """Another person did it."""
    return leaf.replace(b"j.okafor", b"x.nobody")


def _edited(log: Stored, *indexes: int) -> list[bytes]:
    return [forged_leaf(leaf) if i in indexes else leaf for i, leaf in enumerate(log.leaves)]


def _signed_up_to(log: Stored, size: int) -> dict[str, Rows]:
    kept = [row for row in log.rows["checkpoint"] if row[0] <= size]
    return {"checkpoint": kept, "cosignature": []}


NO_STATES: dict[str, Rows] = {"checkpoint": [], "cosignature": []}


def an_entry_alone(log: Stored) -> dict[str, Rows]:
    return {**log.rows, "entry": list(enumerate(_edited(log, 150)))}


def an_entry_and_its_hash(log: Stored) -> dict[str, Rows]:
    return {**log.forged(_edited(log, 150)), "tile_hash": log.rows["tile_hash"]}


def an_entry_and_its_tree(log: Stored) -> dict[str, Rows]:
    return log.forged(_edited(log, 150))


def an_entry_its_tree_and_no_state(log: Stored) -> dict[str, Rows]:
    return log.forged(_edited(log, 150), **NO_STATES)


def an_entry_of_the_last_and_no_state(log: Stored) -> dict[str, Rows]:
    return log.forged(_edited(log, 299), **NO_STATES)


def an_entry_and_made_up_states(log: Stored) -> dict[str, Rows]:
    note = f"teamaround.example/test\n300\n{base64.b64encode(bytes(32)).decode()}\n\n"
    row = (300, bytes(32), _AT, f"{note}\N{EM DASH} teamaround.example/test AAAAAAAA\n")
    return log.forged(_edited(log, 150), checkpoint=[row], cosignature=[])


def every_entry(log: Stored) -> dict[str, Rows]:
    return log.forged(_edited(log, *range(300)), **NO_STATES)


def an_entry_dropped(log: Stored) -> dict[str, Rows]:
    return {**log.rows, "entry": [row for row in log.rows["entry"] if row[0] != 150]}


def an_entry_dropped_and_the_rest_moved(log: Stored) -> dict[str, Rows]:
    return log.forged([*log.leaves[:150], *log.leaves[151:]], **NO_STATES)


def two_entries_swapped(log: Stored) -> dict[str, Rows]:
    leaves = list(log.leaves)
    leaves[150], leaves[151] = leaves[151], leaves[150]
    return log.forged(leaves, **NO_STATES)


def an_entry_between(log: Stored) -> dict[str, Rows]:
    extra = forged_leaf(log.leaves[150])
    return log.forged([*log.leaves[:150], extra, *log.leaves[150:]], **NO_STATES)


def cut_at_a_signed_state(log: Stored) -> dict[str, Rows]:
    return log.forged(log.leaves[:200], **_signed_up_to(log, 200))


def cut_between_signed_states(log: Stored) -> dict[str, Rows]:
    return log.forged(log.leaves[:250], **_signed_up_to(log, 200))


def cut_and_filled_again(log: Stored) -> dict[str, Rows]:
    more = [forged_leaf(leaf) for leaf in log.leaves[200:]]
    return log.forged([*log.leaves[:200], *more, more[0] + b" "], **_signed_up_to(log, 200))


def emptied(log: Stored) -> dict[str, Rows]:
    return log.forged([], **NO_STATES)


def appended_by_hand(log: Stored) -> dict[str, Rows]:
    return log.forged([*log.leaves, forged_leaf(log.leaves[7])])


def appended_by_hand_dated_long_ago(log: Stored) -> dict[str, Rows]:
    old = forged_leaf(log.leaves[7]).replace(b'"at":"2026', b'"at":"2019')
    return log.forged([*log.leaves, old])


def a_hash_of_the_tree(log: Stored) -> dict[str, Rows]:
    return {
        **log.rows,
        "tile_hash": [(level, n, bytes(32)) for level, n, _ in log.rows["tile_hash"]],
    }


def a_hash_of_a_leaf(log: Stored) -> dict[str, Rows]:
    rows = [(i, bytes(32) if i == 280 else found) for i, found in log.rows["leaf_hash"]]
    return {**log.rows, "leaf_hash": rows}


def called_pruned(log: Stored) -> dict[str, Rows]:
    left = [row for row in log.rows["entry"] if not 150 <= row[0] < 160]
    return {**log.rows, "entry": left, "pruned": [(150, 159, 299)]}


def a_state_of_more_than_there_is(log: Stored) -> dict[str, Rows]:
    row = (900, bytes(32), _AT, "made up")
    return {**log.rows, "checkpoint": [*log.rows["checkpoint"], row]}


def a_state_with_another_root(log: Stored) -> dict[str, Rows]:
    rows = [
        (s, bytes(32) if s == 200 else root, *rest) for s, root, *rest in log.rows["checkpoint"]
    ]
    return {**log.rows, "checkpoint": rows}


TAMPERINGS = (
    StoreTampering(an_entry_alone, 150, running=False),
    StoreTampering(an_entry_and_its_hash, 100, running=False),
    StoreTampering(an_entry_and_its_tree, 100, running=True),
    StoreTampering(an_entry_its_tree_and_no_state, 100, running=True),
    StoreTampering(an_entry_of_the_last_and_no_state, 200, running=True),
    StoreTampering(an_entry_and_made_up_states, 0, running=True),
    StoreTampering(every_entry, 0, running=True),
    StoreTampering(an_entry_dropped, 150, running=False),
    StoreTampering(an_entry_dropped_and_the_rest_moved, 299, running=True),
    StoreTampering(two_entries_swapped, 100, running=True),
    StoreTampering(an_entry_between, 100, running=True),
    StoreTampering(cut_at_a_signed_state, 200, running=True),
    StoreTampering(cut_between_signed_states, 250, running=True),
    StoreTampering(cut_and_filled_again, 200, running=True),
    StoreTampering(emptied, 0, running=True),
    StoreTampering(appended_by_hand, 300, running=True),
    StoreTampering(appended_by_hand_dated_long_ago, 300, running=True),
    StoreTampering(a_hash_of_the_tree, 0, running=True),
    StoreTampering(a_hash_of_a_leaf, 280, running=True),
    StoreTampering(called_pruned, 150, running=False),
    StoreTampering(a_state_of_more_than_there_is, 300, running=False),
    StoreTampering(a_state_with_another_root, 100, running=False),
)
EACH = [pytest.param(each, id=each.do.__name__) for each in TAMPERINGS]
