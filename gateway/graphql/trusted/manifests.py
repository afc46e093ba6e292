"""The manifests that clients' build tools write, read as they are: each document with its id.

Three forms are known: Apollo's `apollo-persisted-query-manifest` of version 1; an object of id and
text, as GraphQL Codegen's client preset and Relay write it; and a list of such pairs, an older form
of Relay's. An id is any text: what it was made of is for the build tool alone.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.model.errors import ConfigurationFault, ConfigurationInvalid

_APOLLO: Final = "apollo-persisted-query-manifest"
_MOST_BYTES: Final = 16 * 1024 * 1024
_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")
_NAMED: Final = re.compile(r"\b(?:query|mutation|subscription)\s+([_A-Za-z][_0-9A-Za-z]*)")
_FORMS: Final = (
    "is no manifest: write an object of id and text, as GraphQL Codegen and Relay do, or Apollo's"
    f" {_APOLLO} of version 1"
)


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One document of a manifest; `name` is its operation's, or its id where it has none."""

    id: str
    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentManifest:
    """All the documents of one client; `content` are the file's own bytes."""

    file: Path
    content: bytes = field(repr=False)
    documents: tuple[ListedDocument, ...]


def read_manifests_of_documents(folder: Path) -> tuple[DocumentManifest, ...]:
    """Every manifest of a folder, by file name; ConfigurationInvalid names all that is wrong."""
    if not folder.is_dir():
        raise ConfigurationInvalid(f"files.documents: {folder} is not a folder")
    found: list[DocumentManifest] = []
    faults: list[ConfigurationFault] = []
    for file in sorted(folder.glob("*.json")):
        try:
            found.append(read_document_manifest(file))
        except ConfigurationInvalid as error:
            faults += error.faults
    faults += _two_of_one_id(found)
    if faults:
        raise ConfigurationInvalid(*faults)
    return tuple(found)


def read_document_manifest(file: Path) -> DocumentManifest:
    """One manifest; ConfigurationInvalid says what is wrong with it."""
    content = _bytes(file)
    try:
        said = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_each_key_once)
        documents = tuple(_listed(said))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ConfigurationInvalid(ConfigurationFault("is not JSON in UTF-8", str(file))) from None
    except _WrongError as wrong:
        raise ConfigurationInvalid(ConfigurationFault(wrong.what, str(file))) from None
    return DocumentManifest(file, content, documents)


class _WrongError(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            what = f"a manifest has at most {_MOST_BYTES} bytes"
            raise ConfigurationInvalid(ConfigurationFault(what, str(file)))
        return file.read_bytes()
    except OSError as error:
        what = f"cannot be read ({type(error).__name__})"
        raise ConfigurationInvalid(ConfigurationFault(what, str(file))) from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise _WrongError("the same key is in one object twice, so that nobody knows which counts")
    return dict(pairs)


def _listed(said: Any) -> Iterator[ListedDocument]:
    pairs = list(_pairs(said))
    twice = [name for name, count in Counter(each[0] for each in pairs).items() if count > 1]
    if twice:
        raise _WrongError(f"two documents have the id {twice[0][:64]}")
    for number, (id_, name, text) in enumerate(pairs, 1):
        if not _ID.fullmatch(id_):
            raise _WrongError(f"document {number}: an id has 1 to 256 visible ASCII characters")
        found = _NAMED.search(text)
        yield ListedDocument(id_, name or (found[1] if found else id_[:64]), text)


def _pairs(said: Any) -> Iterator[tuple[str, str, str]]:
    """Each document's id, its name if the manifest says one, and its text."""
    match said:
        case {"format": str(form), **rest}:
            if form != _APOLLO or rest.get("version") != 1:
                raise _WrongError(_FORMS)
            yield from map(_of_apollo, _list(rest.get("operations")))
        case dict():
            yield from (_pair([id_, text]) for id_, text in said.items())
        case list():
            yield from map(_pair, said)
        case _:
            raise _WrongError(_FORMS)


def _of_apollo(said: Any) -> tuple[str, str, str]:
    match said:
        case {"id": str(id_), "body": str(text)}:
            name = said.get("name")
            return id_, name if isinstance(name, str) else "", text
        case _:
            raise _WrongError("each of its operations needs an id and a body, both text")


def _pair(said: Any) -> tuple[str, str, str]:
    match said:
        case [str(id_), str(text)]:
            return id_, "", text
        case _:
            raise _WrongError(_FORMS)


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise _WrongError("operations: must be a list")
    return said


def _two_of_one_id(manifests: Iterable[DocumentManifest]) -> Iterator[ConfigurationFault]:
    first: dict[str, tuple[str, Path]] = {}
    for manifest in manifests:
        for each in manifest.documents:
            text, file = first.setdefault(each.id, (each.text, manifest.file))
            if text != each.text:
                what = f"{each.name}: {file.name} has another document under the same id"
                yield ConfigurationFault(what, str(manifest.file))
