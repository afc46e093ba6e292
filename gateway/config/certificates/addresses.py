"""Addresses of databases that name files: their drivers get copies in memory, renewed as one.

A driver reads the files that its address names at each new connection. From files on a disk that
would be whatever stands there, half a pair too.
"""

import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gateway.config.certificates.contexts import (
    load_authorities,
    load_pair,
    refuse_out_of_time,
    validity_of,
)
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile, Validity
from gateway.config.certificates.renewal import Certificates
from gateway.config.settings import Settings
from gateway.model.errors import ConfigurationInvalid

Contents = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class FileKeys:
    """How a driver's address calls the files that it names, and the password of the key."""

    authorities: str
    certificate: str
    key: str
    password: str = ""


POSTGRES: Final = FileKeys("sslrootcert", "sslcert", "sslkey", "sslpassword")
VALKEY: Final = FileKeys("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


class _MemoryFile:
    """A file that no disk has; written anew in one go for whoever reads in the same thread."""

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        self.path = f"/proc/self/fd/{self._descriptor}"

    def write(self, content: bytes) -> None:
        """Replace what is in it."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, content, 0)

    def close(self) -> None:
        """Give it back; the path leads nowhere then."""
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """An address whose files are in memory, and the files that they came from."""

    address: str
    kept: KeptFiles[Contents] | None
    memory: tuple[_MemoryFile, ...] = ()

    @classmethod
    def of(cls, name: str, address: str, keys: FileKeys) -> "KeptAddress":
        """The address of the setting `name`; CertificateUnusable if its files cannot be used."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        names = [n for n in (keys.certificate, keys.key, keys.authorities) if query.get(n)]
        if not names:
            return cls(address, None)
        memory = {each: _MemoryFile() for each in names}

        def write(contents: Contents) -> None:
            for each, content in contents.items():
                memory[each].write(content)

        def make(contents: Sequence[bytes]) -> Contents:
            return _checked(dict(zip(names, contents, strict=True)), keys, query)

        own = keys.certificate in names
        try:
            kept = KeptFiles(
                name,
                tuple(NamedFile(Path(query[each])) for each in names),
                make,
                own=lambda contents: _own(contents, keys),
                refuse_new=refuse_out_of_time if own else lambda _: None,
                taken=write,
            )
        except CertificateUnusable:
            for each in memory.values():
                each.close()
            raise
        write(kept.now)
        query |= {each: held.path for each, held in memory.items()}
        led = urlunsplit(parts._replace(query=urlencode(query, safe="/")))
        return cls(led, kept, tuple(memory.values()))

    def close(self) -> None:
        """Give the memory back, once nobody connects any more."""
        for each in self.memory:
            each.close()


def _checked(contents: Contents, keys: FileKeys, query: Mapping[str, str]) -> Contents:
    """The contents, once a connection could be made with them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if (chain := contents.get(keys.certificate)) is not None:
        load_pair(context, chain, contents.get(keys.key, b""), query.get(keys.password, ""))
    if (authorities := contents.get(keys.authorities)) is not None:
        load_authorities(context, authorities)
    return contents


def _own(contents: Contents, keys: FileKeys) -> Validity | None:
    chain = contents.get(keys.certificate)
    return None if chain is None else validity_of(chain)


@contextmanager
def with_kept_files(settings: Settings, certificates: Certificates) -> Iterator[Settings]:
    """The settings with addresses whose files are in memory; ConfigurationInvalid.

    The files are added to `certificates`.
    """
    with (
        _kept("log.dsn", settings.log.dsn, POSTGRES) as dsn,
        _kept("replicas.valkey", settings.replicas.valkey, VALKEY) as valkey,
    ):
        certificates.add(dsn.kept)
        certificates.add(valkey.kept)
        log = settings.log.model_copy(update={"dsn": dsn.address})
        replicas = settings.replicas.model_copy(update={"valkey": valkey.address})
        yield settings.model_copy(update={"log": log, "replicas": replicas})


@contextmanager
def _kept(name: str, address: str, keys: FileKeys) -> Iterator[KeptAddress]:
    try:
        held = KeptAddress.of(name, address, keys)
    except CertificateUnusable as error:
        raise ConfigurationInvalid(f"{name}: {error}") from None
    try:
        yield held
    finally:
        held.close()
