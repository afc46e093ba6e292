"""Every setting of the gateway: from the environment (`TEAMAROUND_*`), over one TOML file."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.network.egress import HostPort
from gateway.config.addresses.postgres import postgres_hosts
from gateway.config.addresses.valkey import ValkeyAddress
from gateway.config.settings_names import DELIMITER, PREFIX
from gateway.config.settings_rules import (
    SettingFault,
    clear_faults,
    document_faults,
    key_faults,
    limit_faults,
    log_faults,
    replica_faults,
    tls_faults,
    token_faults,
    witness_faults,
    worker_faults,
)
from gateway.config.settings_tables import (
    AlertSettings,
    BrowserSettings,
    FileSettings,
    KeySettings,
    LimitSettings,
    LogSettings,
    QuestionSettings,
    ReplicaSettings,
    RoleSettings,
    ServerSettings,
    TlsSettings,
    TokenSettings,
    WitnessSettings,
)
from gateway.config.settings_text import SettingsText
from gateway.config.settings_variables import variable_faults
from gateway.config.tables.collector import CollectorSettings, collector_faults
from gateway.config.tables.connections import ConnectionSettings, connection_faults
from gateway.config.tables.documents import DocumentSettings
from gateway.config.tables.metrics import MetricSettings, metric_faults
from gateway.config.toml_table import parsed, problems_of, read_toml
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid

_HTTPS_PORT: Final = 443


class Settings(BaseSettings):
    """What an operator may set. Durations are in seconds, sizes in bytes.

    Production is the default, so that nobody runs with a development key by forgetting a setting.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        enable_decoding=False,  # a list is decoded where it is checked, so that it is told alike
        frozen=True,
        extra="forbid",
    )

    environment: Literal["development", "production"] = Field(
        "production", description="`development` allows development keys and serves GraphiQL."
    )
    server: ServerSettings = ServerSettings()
    connections: ConnectionSettings = ConnectionSettings()
    files: FileSettings = FileSettings()
    tls: TlsSettings = TlsSettings()
    tokens: TokenSettings = TokenSettings()
    roles: RoleSettings = RoleSettings()
    log: LogSettings = LogSettings()
    keys: KeySettings = KeySettings()
    witnesses: WitnessSettings = WitnessSettings()
    replicas: ReplicaSettings = ReplicaSettings()
    questions: QuestionSettings = QuestionSettings()
    limits: LimitSettings = LimitSettings()
    documents: DocumentSettings = DocumentSettings()
    browser: BrowserSettings = BrowserSettings()
    alerts: AlertSettings = AlertSettings()
    metrics: MetricSettings = MetricSettings()
    collector: CollectorSettings = CollectorSettings()

    @property
    def own_stores(self) -> frozenset[HostPort]:
        """Host and port of everything of the gateway's own that is reached over a network.

        Not of a Valkey that only Sentinels know.
        """
        known = (
            *_known(postgres_hosts, self.log.dsn),
            *_known(_valkey_hosts, self.replicas.valkey),
            *(at for each in self.keys.services for at in _known(_service_host, each)),
            *([self.collector.address] if self.collector.address else []),
        )
        return frozenset(at for at in known if not at[0].startswith("/"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (the framework's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file's values; nothing else is read."""
        return env_settings, init_settings


def _known(hosts: Callable[[str], Iterable[HostPort]], address: str) -> tuple[HostPort, ...]:
    """The hosts of an address, if it is one."""
    try:
        return tuple(hosts(address))
    except ValueError:
        return ()


def _valkey_hosts(address: str) -> Iterable[HostPort]:
    return ValkeyAddress.read(address).hosts


def _service_host(address: str) -> Iterable[HostPort]:
    parts = urlsplit(address)
    return [(parts.hostname, parts.port or _HTTPS_PORT)] if parts.hostname else []


def read_settings(file: Path | None) -> Settings:
    """The settings of `file` under the environment; ConfigurationInvalid says all to change.

    Relative paths in the file are relative to the file's folder.
    """
    return read_with_places(file)[0]


def read_with_places(file: Path | None) -> tuple[Settings, SettingsText]:
    """The same, with where each stands."""
    text = "" if file is None else read_toml(file)
    table = {} if file is None else parsed(text, file)
    written = SettingsText(Settings, file, text, table)
    faults = [*written.unknown(), *variable_faults(Settings, os.environ)]
    try:
        settings = Settings(**written.values())
    except ValidationError as error:
        faults += written.faults(problems_of(Settings, error).items())
    else:
        faults += written.faults(together(settings))
    faults += written.shown_passwords()
    if faults:
        raise ConfigurationInvalid(*_each_once(faults))
    return settings, written


def _each_once(faults: list[ConfigurationFault]) -> Iterator[ConfigurationFault]:
    """By file and line, and of each place the first that was found."""
    first: dict[tuple[str, str], ConfigurationFault] = {}
    for each in faults:
        first.setdefault((each.file, each.key), each)
    return iter(sorted(first.values(), key=lambda one: (one.file, one.line)))


def together(settings: Settings) -> Iterator[SettingFault]:
    """What some settings may not say beside others, by the key to change."""
    return chain(
        log_faults(settings.log.dsn),
        clear_faults(settings.environment, settings.log, settings.replicas),
        key_faults(settings.keys),
        witness_faults(settings.witnesses),
        token_faults(settings.tokens),
        tls_faults(settings.tls),
        replica_faults(settings.replicas),
        limit_faults(settings.limits),
        document_faults(settings.documents, settings.files),
        connection_faults(settings.connections),
        worker_faults(settings.environment, settings.server, settings.replicas),
        metric_faults(
            settings.environment,
            settings.metrics,
            over_tls=settings.tls.certificate is not None,
            workers=settings.server.workers,
        ),
        collector_faults(settings.environment, settings.collector),
    )
