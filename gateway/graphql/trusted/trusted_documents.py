"""The documents that are answered where only trusted ones are: known by id, and by their text.

A request's text is looked up by its SHA-256 and never parsed, so that a stranger's document costs
one hash. Every document was read, limited, validated and compiled before the first request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from gateway.graphql.documents import Document, Documents, digest_of
from gateway.graphql.limits.structure import asks_for_the_schema
from gateway.graphql.trusted.manifests import DocumentManifest
from gateway.graphql.trusted.own_documents import OWN
from gateway.model.errors import AskDifferently, ConfigurationFault, ConfigurationInvalid

_NOT_TRUSTED: Final = (
    "this gateway answers only documents of the clients that its operator trusts: send the id of"
    " one, or its whole text as it was built"
)


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Each document by the SHA-256 of its text, and the same by the ids of the manifests."""

    by_digest: Mapping[str, Document] = field(default_factory=dict)
    by_id: Mapping[str, Document] = field(default_factory=dict)

    @classmethod
    def of(
        cls, manifests: Sequence[DocumentManifest], documents: Documents, before: Self | None = None
    ) -> Self:
        """All of them and the command's own; ConfigurationInvalid names each that cannot be used.

        What was read `before` is not read again.
        """
        known = dict(before.by_digest) if before else {}
        loading = _Loading(documents, known)
        by_digest = {digest_of(text): loading.read(text) for text in OWN}
        by_id: dict[str, Document] = {}
        for manifest in manifests:
            for id_, document in loading.of(manifest):
                by_digest[document.hash] = by_id[id_] = document
        loading.faults.extend(_named_as_another(manifests, by_id, by_digest))
        if loading.faults:
            raise ConfigurationInvalid(*loading.faults)
        return cls(by_digest, by_id)

    def document(self, text: str, id_: str | None) -> Document:
        """The document of this id, or with exactly this text; AskDifferently if it is not known."""
        found = self.by_digest.get(digest_of(text)) if id_ is None else self._of_id(id_)
        if found is None:
            raise AskDifferently("DOCUMENT_NOT_TRUSTED", _NOT_TRUSTED)
        return found

    def _of_id(self, id_: str) -> Document | None:
        return self.by_id.get(id_) or self.by_digest.get(_as_digest(id_))


def _as_digest(id_: str) -> str:
    """The SHA-256 that an id may be."""
    return id_.removeprefix("sha256:").lower()


def _named_as_another(
    manifests: Sequence[DocumentManifest],
    by_id: Mapping[str, Document],
    by_digest: Mapping[str, Document],
) -> Iterator[ConfigurationFault]:
    """The documents whose id is the SHA-256 of another one: that id would name both."""
    for manifest in manifests:
        for each in manifest.documents:
            known = by_id.get(each.id)
            if known and by_digest.get(_as_digest(each.id), known).hash != known.hash:
                what = f"{each.name}: its id is the SHA-256 of another document's text"
                yield ConfigurationFault(what, str(manifest.file))


@dataclass(frozen=True, slots=True)
class _Loading:
    documents: Documents
    known: Mapping[str, Document]
    faults: list[ConfigurationFault] = field(default_factory=list)

    def of(self, manifest: DocumentManifest) -> Iterator[tuple[str, Document]]:
        for each in manifest.documents:
            try:
                yield each.id, self.read(each.text)
            except AskDifferently as refusal:
                self.faults.append(fault_of(manifest.file, each.name, refusal))

    def read(self, text: str) -> Document:
        digest = digest_of(text)
        return self.known.get(digest) or read_trusted(text, digest, self.documents)


def read_trusted(text: str, digest: str, documents: Documents) -> Document:
    """A document that may be trusted; AskDifferently says why it may not be."""
    document = documents.read(text, digest)
    if asks_for_the_schema(document.node):
        raise AskDifferently(
            "DOCUMENT_INVALID", "query: a trusted document asks for no part of the schema"
        )
    return document


def fault_of(file: Path, name: str, refusal: AskDifferently) -> ConfigurationFault:
    """What to change in a manifest: which document, and why it cannot be used."""
    return ConfigurationFault(f"{name}: {refusal.message} ({refusal.code})", str(file))
