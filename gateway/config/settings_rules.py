"""What no two settings may say together: times that cannot be kept, and halves of a whole."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from gateway.config.addresses.postgres import is_protected, postgres_hosts, takes_any_server
from gateway.config.addresses.valkey import ValkeyAddress
from gateway.config.settings_names import SettingKey
from gateway.config.settings_tables import (
    FileSettings,
    KeySettings,
    LimitSettings,
    LogSettings,
    ReplicaSettings,
    ServerSettings,
    TlsSettings,
    TokenSettings,
    WitnessSettings,
)
from gateway.config.tables.documents import DocumentSettings
from gateway.model.errors import ConfigurationInvalid

SettingFault = tuple[SettingKey, str]
_LOOKS: Final = 2  # in one lease: it is renewed at a look, and a tenth of it is kept in hand
_TUNNELLED: Final = "or say tunnelled = true where a tunnel of your own protects the way"
CLEAR_LOG: Final = (
    "production reaches a log on another machine over verified TLS alone: end it with"
    f" ?sslmode=verify-full&sslrootcert=FILE, {_TUNNELLED}"
)
_CLEAR_COUNTS: Final = (
    "production reaches a Valkey on another machine over verified TLS alone: write valkeys://"
    f" without ssl_cert_reqs and ssl_check_hostname, {_TUNNELLED}"
)
_SOCKET: Final = "unix:"
_VALKEY_FORMS: Final = (
    "write valkey://host:port, valkeys:// with TLS, unix://, or of Sentinels"
    " valkeys+sentinel://host:port,host:port/service"
)


def log_faults(dsn: str) -> Iterator[SettingFault]:
    """An address that is none of PostgreSQL, or that asks for a server that takes no writes."""
    if not dsn:
        return
    try:
        postgres_hosts(dsn)
    except ValueError:
        yield (
            ("log", "dsn"),
            "write postgresql://user@host:port/database, or user@host,host/...",
        )
        return
    if takes_any_server(dsn):
        yield (
            ("log", "dsn"),
            "the log is written: leave target_session_attrs out, or write read-write or primary",
        )


def key_faults(keys: KeySettings) -> Iterator[SettingFault]:
    """A key service that cannot be named so, or what belongs to one where none is named."""
    for place in keys.services:
        socket = place.startswith(_SOCKET) and place != _SOCKET
        if not (socket or _is_address(place, frozenset({"https"}))):
            yield ("keys", "service"), "write unix:/its/socket or https://host:port"
    if len(set(keys.services)) < len(keys.services):
        yield ("keys", "service"), "a key service is named twice"
    for name in ("credential", "authority"):
        if getattr(keys, name) is not None and not keys.service:
            yield ("keys", name), "is for a key service: name it as service, or take this out"


def witness_faults(witnesses: WitnessSettings) -> Iterator[SettingFault]:
    """A quorum that cannot be had, and times that cannot be kept."""
    if witnesses.quorum > len(witnesses.trusted):
        yield ("witnesses", "quorum"), "is more than there are witnesses in trusted"
    if witnesses.policy is not None and (witnesses.trusted or witnesses.quorum):
        yield ("witnesses", "policy"), "says who is trusted: take out trusted and quorum"
    if bool(witnesses.none_decided_by.strip()) != bool(witnesses.none_because.strip()):
        yield ("witnesses", "none_decided_by"), "a decision has both: who decided, and why"
    if witnesses.none_decided_by and (witnesses.quorum or witnesses.policy):
        yield ("witnesses", "none_decided_by"), "is for a gateway without a quorum: take it out"
    if len(set(witnesses.trusted)) < len(witnesses.trusted):
        yield ("witnesses", "trusted"), "a witness is listed twice, and would count twice"
    if witnesses.every >= witnesses.alarm_after:
        yield (
            ("witnesses", "every"),
            "every wait for the next request would raise the alarm: write less than alarm_after",
        )
    if witnesses.alarm_after >= witnesses.stop_after:
        yield (
            ("witnesses", "alarm_after"),
            "the alarm would come after the stop: write less than stop_after",
        )


def token_faults(tokens: TokenSettings) -> Iterator[SettingFault]:
    """Bounds of an issuer that does not count."""
    if tokens.issuers is not None and tokens.may_assert:
        yield (
            ("tokens", "may_assert"),
            "does not count where issuers names a file: write it below an [[issuer]] there",
        )


def tls_faults(tls: TlsSettings) -> Iterator[SettingFault]:
    """A part of what TLS needs."""
    if (tls.certificate is None) != (tls.key is None):
        there, missing = ("key", "certificate") if tls.key else ("certificate", "key")
        yield ("tls", there), f"TLS needs both: add {missing}"
    if tls.client_authorities is not None and tls.certificate is None:
        yield ("tls", "client_authorities"), "needs TLS that ends here: add certificate and key"


def replica_faults(replicas: ReplicaSettings) -> Iterator[SettingFault]:
    """Looks that are too seldom to keep a lease, and an address that is none of a Valkey."""
    if replicas.look_every * _LOOKS > replicas.lease:
        yield (
            ("replicas", "look_every"),
            "a lease would end between two looks: write at most half of lease",
        )
    if replicas.valkey and _read(replicas.valkey) is None:
        yield ("replicas", "valkey"), _VALKEY_FORMS


def clear_faults(
    environment: str, log: LogSettings, replicas: ReplicaSettings
) -> Iterator[SettingFault]:
    """In production, a store on another machine that is reached without verified TLS."""
    if environment != "production":
        return
    if log.dsn and not (log.tunnelled or is_protected(log.dsn)):
        yield ("log", "dsn"), CLEAR_LOG
    valkey = _read(replicas.valkey)
    if valkey is not None and not (replicas.tunnelled or valkey.is_protected):
        yield ("replicas", "valkey"), _CLEAR_COUNTS


def document_faults(documents: DocumentSettings, files: FileSettings) -> Iterator[SettingFault]:
    """Trusted documents without a folder of them, or a folder where any document is answered."""
    if documents.allow == "trusted" and files.documents is None:
        yield ("files", "documents"), "name the folder of the trusted documents' manifests"
    if documents.allow != "trusted" and files.documents is not None:
        yield ("files", "documents"), 'is for allow = "trusted" in [documents]: say so there'


def refuse_unsaid(environment: str, documents: DocumentSettings) -> None:
    """ConfigurationInvalid if production does not say which documents it answers."""
    if environment == "production" and documents.allow is None:
        raise ConfigurationInvalid(
            'documents.allow: production has to say which documents it answers: "trusted", those'
            ' of your own clients, or "free", any'
        )


def refuse_unwitnessed_production(
    environment: str, needed: int, witnesses: WitnessSettings
) -> None:
    """ConfigurationInvalid if production needs no witness, and nobody answers for that."""
    if environment == "production" and not needed and not witnesses.none_decided_by.strip():
        raise ConfigurationInvalid(
            "witnesses.quorum: production needs at least one witness; without one your governance"
            " has to decide so: name who in none_decided_by, and why in none_because"
        )


def worker_faults(
    environment: str, server: ServerSettings, replicas: ReplicaSettings
) -> Iterator[SettingFault]:
    """Several workers in production that each count a person's questions for themselves."""
    if environment == "production" and server.workers > 1 and not replicas.valkey:
        yield (
            ("server", "workers"),
            "workers count together in a Valkey alone: name one as replicas.valkey",
        )


def limit_faults(limits: LimitSettings) -> Iterator[SettingFault]:
    """A limit of one user that nobody can reach, since the organisation's comes first."""
    for name in ("questions_per_minute", "children_per_hour"):
        if getattr(limits, name) > getattr(limits, f"{name}_organisation"):
            yield (
                ("limits", name),
                f"one user cannot ask more than all together: write at most {name}_organisation",
            )


def _read(valkey: str) -> ValkeyAddress | None:
    """The address, or None if it is none."""
    try:
        return ValkeyAddress.read(valkey)
    except ValueError:
        return None


def _is_address(text: str, schemes: frozenset[str]) -> bool:
    """Whether it has one of the schemes, a host, and a port if any."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
