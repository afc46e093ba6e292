"""Which documents production answers, and whether each of the trusted ones can be used."""

from collections.abc import Iterator

from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unsaid
from gateway.config.settings_text import SettingsText
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.graphql.trusted.manifests import read_manifests_of_documents
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid


def document_faults(settings: Settings, written: SettingsText) -> Iterator[ConfigurationFault]:
    """What to change of the setting, the folder, and every document of every manifest."""
    try:
        refuse_unsaid(settings.environment, settings.documents)
        _load(settings)
    except ConfigurationInvalid as error:
        for fault in error.faults:
            if fault.file:
                yield fault
            else:
                place, _, what = fault.what.partition(": ")
                yield from written.faults([(tuple(place.split(".")), what)])


def _load(settings: Settings) -> None:
    folder = settings.files.documents
    if folder is not None:
        schema = build_schema()._schema  # noqa: SLF001  # as the gateway executes it
        manifests = read_manifests_of_documents(folder)
        TrustedDocuments.of(manifests, Documents(schema, settings.documents))
