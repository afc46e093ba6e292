"""Which documents production answers, and whether each of the trusted ones can be used."""

from collections.abc import Iterator
from pathlib import Path

from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unsaid
from gateway.config.settings_text import SettingsText
from gateway.config.tables.documents import DocumentSettings
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid


def document_faults(settings: Settings, written: SettingsText) -> Iterator[ConfigurationFault]:
    """What to change of the setting, the folder, and every document of every manifest."""
    try:
        refuse_unsaid(settings.environment, settings.documents)
        if settings.files.documents is not None:
            _load(settings.files.documents, settings.documents)
    except ConfigurationInvalid as error:
        for fault in error.faults:
            if fault.file:
                yield fault
            else:
                place, _, what = fault.what.partition(": ")
                yield from written.faults([(tuple(place.split(".")), what)])


def _load(folder: Path, limits: DocumentSettings) -> None:
    # Most gateways name no such folder, and the schema takes long to make.
    from gateway.graphql.documents import Documents
    from gateway.graphql.root import build_schema
    from gateway.graphql.trusted.manifests import read_manifests_of_documents
    from gateway.graphql.trusted.trusted_documents import TrustedDocuments

    schema = build_schema()._schema  # noqa: SLF001  # as the gateway executes it
    TrustedDocuments.of(read_manifests_of_documents(folder), Documents(schema, limits))
