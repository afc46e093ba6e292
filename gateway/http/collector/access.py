"""How the collector is reached: where, under which authority, with which credential."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.network.trust import system_trust
from gateway.audit.keys.service.client import kept_credential
from gateway.config.certificates.contexts import trusting
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile
from gateway.config.certificates.renewal import Certificates
from gateway.config.tables.collector import CollectorSettings
from gateway.model.errors import ConfigurationInvalid


@dataclass(frozen=True, slots=True)
class CollectorAccess:
    """Credential and authority are as their files last could be used."""

    url: str
    credential: KeptFiles[str] | str | None
    authority: KeptFiles[ssl.SSLContext] | None

    def shown(self) -> Mapping[str, str]:
        """The header that shows the credential, if there is one."""
        kept = self.credential
        now = kept.now if isinstance(kept, KeptFiles) else kept
        return {"Authorization": f"Bearer {now}"} if now else {}

    def trust(self) -> ssl.SSLContext:
        """Whose certificates are believed."""
        return self.authority.now if self.authority else system_trust()


def collector_access(collector: CollectorSettings, certificates: Certificates) -> CollectorAccess:
    """Read its files, to be renewed with the `certificates`; ConfigurationInvalid says which."""
    credential = _credential(collector)
    authority = _authority(collector)
    certificates.add(credential if isinstance(credential, KeptFiles) else None)
    certificates.add(authority)
    return CollectorAccess(collector.url.rstrip("/"), credential, authority)


def _credential(collector: CollectorSettings) -> KeptFiles[str] | str | None:
    if collector.credential_variable:
        held = os.environ.get(collector.credential_variable, "").strip()
        if held.isascii() and held.isprintable():
            return held
        raise ConfigurationInvalid("collector.credential_variable: holds no line of plain text")
    if collector.credential is None:
        return None
    try:
        return kept_credential("collector.credential", collector.credential)
    except CertificateUnusable as error:
        raise ConfigurationInvalid(f"collector.credential: {error}") from None


def _authority(collector: CollectorSettings) -> KeptFiles[ssl.SSLContext] | None:
    if collector.authority is None:
        return None
    try:
        return KeptFiles("collector.authority", (NamedFile(collector.authority),), trusting)
    except CertificateUnusable as error:
        raise ConfigurationInvalid(f"collector.authority: {error}") from None
