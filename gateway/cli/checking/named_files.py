"""What each file is that the settings name: certificates, keys, issuers, lists."""

import os
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic, time

from adapters.manifest.toml_places import TomlKey
from gateway.audit.errors import KeysUnreadable
from gateway.audit.keys.private_file import read_private
from gateway.audit.publish.quorum import quorum_of, witness_policy
from gateway.audit.publish.witness_at import WitnessAt
from gateway.audit.recorder.staff_children import read_staff_children
from gateway.config.settings import Settings
from gateway.config.settings_rules import refuse_unwitnessed_production
from gateway.config.settings_tables import KeySettings, TlsSettings
from gateway.config.settings_text import SettingsText
from gateway.config.tables.collector import refuse_without_kit
from gateway.http.client_certificate import open_tls
from gateway.identity.issuer_keys import IssuerKeys, read_keys, reads
from gateway.identity.issuers import Issuer, fault_in, issuers_of, profile_of, refuse_unplaced
from gateway.identity.revocations import open_revocations
from gateway.identity.tokens import TrustedIssuer
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid

_Check = tuple[TomlKey, Callable[[], object]]


def named_file_faults(settings: Settings, written: SettingsText) -> Iterator[ConfigurationFault]:
    """What cannot be used of the files that the settings name, each at its setting or its line."""
    for key, check in _checks(settings):
        yield from _refused(written, key, check)


def _checks(settings: Settings) -> Iterator[_Check]:
    tls, keys, tokens = settings.tls, settings.keys, settings.tokens
    production = settings.environment == "production"
    yield ("tls", "certificate"), lambda: _open_tls(tls, settings.environment)
    yield ("tls", "client_authorities"), lambda: _load_authorities(tls.client_authorities)
    yield ("keys", "service"), lambda: _refuse_keys_beside_the_log(keys, production=production)
    yield ("keys", "credential"), lambda: _read_credential(keys.credential)
    yield ("keys", "authority"), lambda: _load_authorities(keys.authority)
    yield ("metrics", "credential"), lambda: _read_credential(settings.metrics.credential)
    yield ("collector", "url"), lambda: refuse_without_kit(settings.collector)
    yield ("collector", "credential"), lambda: _read_credential(settings.collector.credential)
    yield ("collector", "authority"), lambda: _load_authorities(settings.collector.authority)
    yield ("tokens", "revocations"), lambda: open_revocations(tokens.revocations, lambda: None)
    yield ("alerts", "staff_children"), lambda: _read_list(settings.alerts.staff_children)
    yield ("files", "state"), lambda: _refuse_unwritable(settings.files.state)
    for place, listed in enumerate(settings.witnesses.trusted):
        yield ("witnesses", "trusted", place), partial(WitnessAt.read, listed)
    yield ("witnesses", "policy"), lambda: witness_policy(settings.witnesses)
    yield ("witnesses", "quorum"), lambda: _refuse_unwitnessed(settings)
    yield from _of_issuers(settings)


def _refuse_unwitnessed(settings: Settings) -> None:
    try:
        needed = quorum_of(settings.witnesses).needed
    except ConfigurationInvalid:  # told where the policy is named
        return
    refuse_unwitnessed_production(settings.environment, needed, settings.witnesses)


def _of_issuers(settings: Settings) -> Iterator[_Check]:
    key: TomlKey = ("tokens", "issuers") if settings.tokens.issuers else ("tokens", "may_assert")
    yield key, lambda: issuers_of(settings)
    try:
        issuers = issuers_of(settings)
    except ConfigurationInvalid:
        return
    yield ("server", "public_url"), lambda: refuse_unplaced(issuers, settings.server.public_url)
    for place, issuer in enumerate(issuers):
        yield key, partial(_trust, issuer, settings.tokens.issuers, place)
        yield key, partial(_load_issuers_authority, issuer, settings.tokens.issuers, place)
        file = issuer.jwks.file
        made_at_start = settings.environment == "development" and file == settings.tokens.keys
        if file is not None and (file.exists() or not made_at_start):
            listed = settings.tokens.issuers
            yield ("tokens", "keys"), partial(_read_keys, file, settings.environment, listed, place)


def _trust(issuer: Issuer, listed: Path | None, place: int) -> None:
    """ConfigurationInvalid if the issuer's profile or one of its claims cannot be used."""
    key = "profile"
    try:
        profile = profile_of(issuer)
        key = "claims"
        TrustedIssuer(issuer, profile, IssuerKeys(reads(Path()), monotonic, None), time)
    except ConfigurationInvalid as error:
        if listed is None:
            raise
        what = str(error).removeprefix("tokens.issuers: ")
        raise fault_in(listed, place, key, what) from None


def _load_issuers_authority(issuer: Issuer, listed: Path | None, place: int) -> None:
    """ConfigurationInvalid names the issuer whose authority cannot be used."""
    try:
        _load_authorities(issuer.jwks.authority)
    except ConfigurationInvalid as error:
        if listed is None:
            raise
        raise fault_in(listed, place, "jwks", str(error)) from None


def _read_keys(file: Path, environment: str, listed: Path | None, place: int) -> None:
    """ConfigurationInvalid names the issuer, where a file lists several, if its keys are none."""
    try:
        read_keys(file, environment)
    except ConfigurationInvalid as error:
        if listed is None:
            raise
        raise fault_in(listed, place, "jwks", str(error).removeprefix("tokens.keys: ")) from None


def _refused(
    written: SettingsText, key: TomlKey, check: Callable[[], object]
) -> Iterator[ConfigurationFault]:
    try:
        check()
    except ConfigurationInvalid as error:
        for fault in error.faults:
            if fault.line:
                yield fault
            else:
                what = f"{fault.file}: {fault.what}" if fault.file else fault.what
                yield from written.faults([_placed(key, what)])
    except KeysUnreadable as error:
        yield from written.faults([_placed(key, str(error))])


def _placed(key: TomlKey, what: str) -> tuple[TomlKey, str]:
    """The setting that a refusal begins with, where it names another one than `key`."""
    table, _, rest = what.partition(".")
    name, colon, said = rest.partition(": ")
    if colon and name.isidentifier() and table.isidentifier():
        return (table, name), said
    return key, what


def _open_tls(tls: TlsSettings, environment: str) -> None:
    """ConfigurationInvalid names what cannot be served with; a broken authority has its own."""
    open_tls(tls.model_copy(update={"client_authorities": None}), environment)


def _load_authorities(file: Path | None) -> None:
    if file is None:
        return
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise ConfigurationInvalid(f"{file} holds no certificate in PEM") from None
    except OSError as error:
        raise ConfigurationInvalid(f"{file}: {error.strerror}") from None


def _refuse_keys_beside_the_log(keys: KeySettings, *, production: bool) -> None:
    if production and not keys.service:
        raise ConfigurationInvalid(
            "production keeps the epochs' keys apart from the log; run `teamaround keys serve` and"
            " name it here"
        )
    if keys.service and keys.credential is None:
        raise ConfigurationInvalid("keys.credential: the key service asks for one")


def _read_credential(file: Path | None) -> None:
    if file is None:
        return
    try:
        if not read_private(file).strip():
            raise ConfigurationInvalid(f"{file} is empty")
    except OSError as error:
        raise ConfigurationInvalid(f"{file}: {error.strerror}") from None


def _read_list(file: Path | None) -> None:
    if file is not None:
        read_staff_children(file, None)


def _refuse_unwritable(state: Path) -> None:
    there = next(each for each in (state, *state.absolute().parents) if each.exists())
    if not there.is_dir():
        raise ConfigurationInvalid(f"{there} is a file, and a folder is needed there")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigurationInvalid(
            f"{there}: this account may not write there; make the folder of files.state for it,"
            " as `install -d -m 700 -o ACCOUNT FOLDER` does"
        )
