"""Looks for what must be nowhere: a marker in any spelling, in any file or line."""

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

_SHORTEST = 8  # characters of base64 that do not come about by chance
_EMPTY = re.compile(rb"\0{64,}")  # no spelling has so many zeros, of which a database has most


@dataclass(frozen=True, slots=True)
class Trace:
    """A marker that was found, in which spelling, where."""

    marker: str
    spelling: str
    where: str


def spellings(marker: str) -> dict[str, bytes]:
    """The ways in which a marker may have been written down, by name."""
    raw = marker.encode()
    found = {
        "plain": raw,
        "capitals": marker.upper().encode(),
        "small": marker.lower().encode(),
        "reversed case": marker.swapcase().encode(),
        "backwards": marker[::-1].encode(),
        "UTF-16": marker.encode("utf-16-le"),
        "hex": raw.hex().encode(),
        "hex in capitals": raw.hex().upper().encode(),
        "URL": quote(marker, safe="").encode(),
        "form": quote_plus(marker).encode(),
        "JSON": json.dumps(marker)[1:-1].encode(),
        "SHA-256": hashlib.sha256(raw).hexdigest().encode(),
        "SHA-256 in base64": base64.b64encode(hashlib.sha256(raw).digest()).rstrip(b"="),
    }
    written = {f"base64 after {shift}": _inside_base64(raw, shift) for shift in range(3)}
    return found | {name: form for name, form in written.items() if len(form) >= _SHORTEST}


def traces(markers: Iterable[str], folder: Path, lines: Iterable[str]) -> list[Trace]:
    """Every trace of the markers in the files under `folder` and in the lines printed."""
    texts = _texts(folder)
    texts["".join(lines).encode()].append("lines printed")
    return [
        Trace(marker, spelling, where)
        for marker in markers
        for spelling, form in spellings(marker).items()
        for text, places in texts.items()
        if form in text
        for where in places
    ]


def _texts(folder: Path) -> dict[bytes, list[str]]:
    """What the files say, with the names of those that say it: a server has many copies."""
    found: dict[bytes, list[str]] = defaultdict(list)
    for file in _files(folder):
        with suppress(FileNotFoundError):  # a server that runs makes some of its caches anew
            text = _EMPTY.sub(bytes(64), file.read_bytes())
            found[text].append(str(file.relative_to(folder)))
    return found


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _inside_base64(raw: bytes, shift: int) -> bytes:
    """What base64 makes of `raw` wherever it begins, without the ends that neighbours change."""
    written = base64.b64encode(b"\0" * shift + raw)
    first = 0 if shift == 0 else 4
    left = (shift + len(raw)) % 3
    last = len(written) if left == 0 else len(written) - 4
    return written[first:last]
