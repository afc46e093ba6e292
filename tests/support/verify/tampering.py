"""What somebody could do to a published log, each in its own way."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.verify.published import (
    LEAVES,
    STRANGER,
    note,
    write,
    write_entries,
    write_log,
    write_tree,
)

EDITED = [*LEAVES[:300], b'{"nothing":"happened"}', *LEAVES[301:]]


def edited(folder: Path) -> None:
    write_entries(folder, EDITED)


def edited_with_its_tree(folder: Path) -> None:
    write_entries(folder, EDITED)
    write_tree(folder, EDITED)


def dropped(folder: Path) -> None:
    write_entries(folder, [*LEAVES[:300], *LEAVES[301:]])


def reordered(folder: Path) -> None:
    write_entries(folder, [*LEAVES[:300], LEAVES[301], LEAVES[300], *LEAVES[302:]])


def cut_short(folder: Path) -> None:
    bundle = folder / "tile" / "entries" / "002.p" / "88"
    bundle.write_bytes(bundle.read_bytes()[:-10])


def signed_by_a_stranger(folder: Path) -> None:
    write(folder / "checkpoint", note(LEAVES, STRANGER).encode())


def rolled_back_with_the_real_key(folder: Path) -> None:
    write_log(folder, LEAVES[:450])


def rewritten_with_the_real_key(folder: Path) -> None:
    write_log(folder, EDITED)


def forked_with_the_real_key(folder: Path) -> None:
    write_log(folder, EDITED[:500])


def truncated_with_its_tree(folder: Path) -> None:
    shutil.rmtree(folder / "tile")
    write_entries(folder, LEAVES[:550])
    write_tree(folder, LEAVES[:550])


def forked_and_grown_with_the_real_key(folder: Path) -> None:
    write_log(folder, [*EDITED[:500], *LEAVES[500:]])


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is done to the log, and why each of three tools refuses it; `entry` is what ours names.

    `shown` says whether the log's key alone shows it; else only a kept state or a witness does.
    """

    do: Callable[[Path], None]
    entry: int | None
    ours: str
    scales: str
    go: str
    shown: bool = True


_OTHER_TREE = "the tree is not the signed one"
TAMPERINGS = (
    Tampering(
        edited, 300, "entry 300 is not the one in the tree", r"^r \(", "entry 300 is another"
    ),
    Tampering(edited_with_its_tree, 0, "rewritten since", _OTHER_TREE, "inconsistent tile"),
    Tampering(dropped, 300, "entry 300 is not the one", r"^r \(", "entry 300 is another"),
    Tampering(reordered, 300, "entry 300 is not the one", r"^r \(", "entry 300 is another"),
    Tampering(cut_short, 599, "entry 599 is cut short", "truncated", "bundle 2 is cut short"),
    Tampering(truncated_with_its_tree, None, "lacks tile", "tile", "no such file"),
    Tampering(signed_by_a_stranger, None, "not signed with", "no signature", "signature"),
    Tampering(
        *(rolled_back_with_the_real_key, 450, "shorter than it was"),
        *("shorter than it was", "shorter than it was", False),
    ),
    Tampering(
        *(rewritten_with_the_real_key, 0, "rewritten since", r"fr \(.* != first_hash"),
        *("invalid transparency proof", False),
    ),
    Tampering(
        *(forked_with_the_real_key, None, "two histories of 500", "two histories"),
        *("invalid transparency proof", False),
    ),
    Tampering(
        *(forked_and_grown_with_the_real_key, 0, "rewritten since", r"fr \(.* != first_hash"),
        *("invalid transparency proof", False),
    ),
)
EACH = [pytest.param(each, id=each.do.__name__) for each in TAMPERINGS]
