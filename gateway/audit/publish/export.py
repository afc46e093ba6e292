"""The published log as files (C2SP tlog-tiles), so that anybody can check and keep it."""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from gateway.audit.entry.range import EntryRanges
from gateway.audit.errors import LogUnavailable
from gateway.audit.publish.publication import Publication
from gateway.audit.tree.checkpoint import Checkpoint
from gateway.audit.tree.merkle import TILE_WIDTH
from gateway.audit.tree.tile import ENTRIES, Tile, entry_tiles, hash_tiles


async def export_log(publication: Publication, folder: Path) -> Checkpoint:
    """Write the log as it stands now below `folder`; the checkpoint that it was written under.

    Full tiles that are there are left: an export goes on where the last one ended. Bundles of which
    entries were pruned since are written again without them. The checkpoint
    is written last, whole, so that a folder is never ahead of its tiles. LogUnavailable if a file
    cannot be written.
    """
    await publication.log.recheck()
    checkpoint = await publication.newest()
    try:
        for tile in _missing(folder, checkpoint.size, await publication.log.pruned()):
            _write(folder / tile.path, await publication.log.tile(tile))
        _write(folder / "checkpoint", checkpoint.note.encode())
    except OSError as error:
        raise LogUnavailable(f"{folder}: cannot be written ({type(error).__name__})") from None
    return checkpoint


def _missing(folder: Path, size: int, pruned: EntryRanges) -> Iterator[Tile]:
    for tile in chain(hash_tiles(size), entry_tiles(size)):
        stale = tile.level == ENTRIES and pruned.meet(tile.first, tile.first + tile.width - 1)
        if tile.width < TILE_WIDTH or stale or not (folder / tile.path).exists():
            yield tile


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
