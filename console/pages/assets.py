"""Styles, scripts and pictures: read once, compressed once, named by what is in them."""

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from starlette.requests import Request
from starlette.responses import Response

_OURS: Final = Path(__file__).parents[1] / "static"
# Its typeface is for gov.uk alone: its files are not here, and no page asks for them.
_TYPEFACE: Final = re.compile(rb'@font-face\{[^}]*\}|"GDS Transport",')
_LARGE: Final = 500
_FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `packed` is its gzip where that is shorter."""

    kind: str
    content: bytes
    packed: bytes | None

    @property
    def integrity(self) -> str:
        """By which the browser knows that the file was not changed (W3C Subresource Integrity)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.content).digest()).decode()

    def response(self, request: Request) -> Response:
        """The file, for a browser that takes gzip or for one that does not."""
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if self.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.content, headers=headers, media_type=self.kind)
        headers["Content-Encoding"] = "gzip"
        return Response(self.packed, headers=headers, media_type=self.kind)


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file by name; `version` is in each address, so a browser never has an old one."""

    files: Mapping[str, Asset]
    version: str

    @classmethod
    def read(cls, folder: Path = _OURS) -> Self:
        """All files of a folder."""
        files = {name: _asset(file) for name, file in _found(folder)}
        whole = hashlib.sha256(b"".join(files[name].content for name in sorted(files)))
        return cls(files, whole.hexdigest()[:12])

    @property
    def styles(self) -> tuple[str, ...]:
        """The style sheets of every page: the design system's, or a plain one without it."""
        first = "govuk/govuk-frontend.min.css"
        return (first if first in self.files else "plain.css", "pages.css")

    def address(self, name: str) -> str:
        """Where a page finds a file."""
        return f"/assets/{self.version}/{name}"

    def integrity(self, name: str) -> str:
        """The digest of a file that a page loads."""
        return self.files[name].integrity

    async def respond(self, request: Request) -> Response:
        """Answer `/assets/VERSION/NAME`."""
        asset = self.files.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self.version:
            return Response("No such file.", status_code=404, media_type="text/plain")
        return asset.response(request)


def _found(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in {".css", ".js", ".svg"}:
            yield file.relative_to(folder).as_posix(), file


def _asset(file: Path) -> Asset:
    content = _TYPEFACE.sub(b"", file.read_bytes())
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if len(content) > _LARGE else None
    return Asset(kind, content, packed)
