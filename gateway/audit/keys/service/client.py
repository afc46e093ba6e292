"""The keys in another process: nothing is asked or told while it does not answer."""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

import aiohttp
import orjson

from adapters.network.http_client import DroppedError, content_of, open_client
from adapters.network.name_lookup import NameLookup
from adapters.network.trust import system_trust
from gateway.audit.errors import (
    EpochMissing,
    KeysNotSigning,
    KeysTooOften,
    KeysUnavailable,
    KeysUnreadable,
    LogCorrupt,
    SealBroken,
)
from gateway.audit.keys.epoch_keys import Protected, SealText
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.private_file import read_private
from gateway.audit.keys.service.refusals import ALTERED, GONE, STATUS, WHOLE, KeysRefused
from gateway.audit.keys.service.wire import (
    LONGEST,
    MOST_MESSAGES,
    OpenRequest,
    ProtectRequest,
    WireMalformed,
    read_found,
    read_mark_key,
    read_protected,
    read_rest,
    read_signed,
    read_text,
    write_growth,
    write_presence,
)
from gateway.audit.keys.signing.state import Growth, SignedState
from gateway.config.certificates.contexts import trusting
from gateway.config.certificates.kept import CertificateUnusable, KeptFiles, NamedFile

SECONDS: Final = 2.0
SOCKET: Final = "unix:"
T = TypeVar("T")
_OK: Final = 200
_CONFLICT: Final = 409
_UNKNOWN: Final = 404
_WHY: Final = {status: why for why, status in STATUS.items()}


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """What lets a gateway in at key services, and which authority it believes; both renewable."""

    credential: KeptFiles[str]
    authority: KeptFiles[ssl.SSLContext] | None

    @classmethod
    def of(cls, credential: Path, authority: Path | None) -> Self:
        """KeysUnreadable if one of the files cannot be used."""
        try:
            shown = kept_credential("keys.credential", credential)
            if authority is None:
                return cls(shown, None)
            believed = KeptFiles("keys.authority", (NamedFile(authority),), trusting)
        except CertificateUnusable as error:
            raise KeysUnreadable(str(error)) from None
        return cls(shown, believed)

    @property
    def trust(self) -> ssl.SSLContext:
        """What a service's certificate is believed by now."""
        return system_trust() if self.authority is None else self.authority.now


@dataclass(frozen=True, slots=True)
class RemoteKeys:
    """A KeyService at `url`; the session is the caller's."""

    session: aiohttp.ClientSession
    url: str
    access: KeyAccess

    async def protect(self, messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> Protected:
        """All that one entry needs, under the current epoch and in one round trip."""
        asked = _asked(messages, texts)
        return _understood(read_protected, await self._post("protect", asked.write()), asked)

    async def find(self, messages: Sequence[bytes]) -> Mapping[str, tuple[bytes, ...]]:
        """The digests of each message under every live epoch, for a search in the log."""
        asked = _asked(messages)
        return _understood(read_found, await self._post("find", asked.write()), asked)

    async def open(self, epoch: str, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed; SealBroken if the epoch, its key, `bound_to` or a byte differs."""
        return _understood(
            read_text, await self._post("open", OpenRequest(epoch, sealed, bound_to).write())
        )

    async def signed(self, *, whole: bool = False) -> tuple[str, tuple[SignedState, ...]]:
        """The log's verifier key, and its last state that was signed, or `whole`, thinned out."""
        return _understood(read_signed, await self._post("log/signed", WHOLE if whole else b""))

    async def sign(self, growth: Growth) -> SignedState:
        """The growth signed, or what is remembered; LogCorrupt if the service refuses it."""
        made = _understood(read_signed, await self._post("log/sign", write_growth(growth)))
        _, states = made
        if len(states) != 1:
            raise KeysUnavailable("the key service: its answer has another number of states")
        return states[0]

    async def mark_key(self) -> tuple[str, MarkKey]:
        """The verifier key and the key of its marks; KeysUnavailable from an earlier release."""
        return _understood(read_mark_key, await self._post("log/mark-key", b""))

    async def presence(self, gateway: str, *, here: bool) -> bool:
        """Note that a gateway has the log open, or has closed it; whether none had it open."""
        said = await self._post("log/presence", write_presence(gateway, here=here))
        return _understood(read_rest, said)

    async def change(self, change: str, epoch: str) -> None:
        """Have an epoch started or destroyed; KeysUnreadable if the service cannot."""
        await self._post("epochs", orjson.dumps({"change": change, "epoch": epoch}))

    async def _post(self, use: str, body: bytes) -> bytes:
        try:
            try:
                status, said = await self._sent(use, body)
            except (aiohttp.ClientConnectionError, DroppedError):
                # A kept connection that a new process no longer knows; no use has an effect twice.
                status, said = await self._sent(use, body)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise KeysUnavailable(f"the key service: {type(error).__name__}") from None
        if status == _OK:
            return said
        if status == GONE:
            raise EpochMissing(said.decode("utf-8", "replace").strip())
        if status == _CONFLICT:
            raise KeysUnreadable(said.decode("utf-8", "replace").strip())
        if (why := _WHY.get(status)) is KeysRefused.BROKEN:
            raise SealBroken("the text does not open under the keys of its epoch")
        if status == ALTERED:
            raise LogCorrupt(said.decode("utf-8", "replace").strip())
        if why is KeysRefused.NOT_SIGNING:
            raise KeysNotSigning("the key service: has no log's key (--log)")
        if status == _UNKNOWN:
            raise KeysUnavailable("the key service: is of an earlier release; upgrade it first")
        failed = KeysTooOften if why is KeysRefused.TOO_OFTEN else KeysUnavailable
        raise failed(f"the key service: {why.value if why else status}")

    async def _sent(self, use: str, body: bytes) -> tuple[int, bytes]:
        async with self.session.post(
            f"{self.url}/{use}",
            data=body,
            headers={"Authorization": f"Bearer {self.access.credential.now}"},
            ssl=self.access.trust if self.url.startswith("https:") else True,
            allow_redirects=False,
        ) as answer:
            return answer.status, await content_of(answer, LONGEST)


@asynccontextmanager
async def remote_keys(place: str, access: KeyAccess) -> AsyncIterator[RemoteKeys]:
    """The key service at "unix:/its/socket" or "https://host:port"; KeysUnreadable if it is none.

    It is asked once something is used.
    """
    url, connector = _connector(place)
    async with open_client(LONGEST, timeout_s=SECONDS, connector=connector) as session:
        yield RemoteKeys(session, url, access)


def _asked(messages: Sequence[bytes], texts: Sequence[SealText] = ()) -> ProtectRequest:
    if len(messages) > MOST_MESSAGES:
        raise KeysUnavailable("more pseudonyms than the key service makes in one request")
    return ProtectRequest(tuple(messages), tuple(texts))


def _understood(read: Callable[..., T], said: bytes, *asked: ProtectRequest) -> T:
    try:
        return read(said, *asked)
    except WireMalformed as error:
        raise KeysUnavailable(f"the key service: its answer has {error}") from None


def _connector(place: str) -> tuple[str, aiohttp.BaseConnector]:
    if place.startswith(SOCKET):
        return "http://keys", aiohttp.UnixConnector(place.removeprefix(SOCKET))
    if not place.startswith("https://"):
        raise KeysUnreadable("keys.service: is unix:/its/socket or https://host:port")
    return place.rstrip("/"), aiohttp.TCPConnector(resolver=NameLookup())


def kept_credential(name: str, file: Path) -> KeptFiles[str]:
    """The one line of a private file, to be renewed; `name` is its setting.

    CertificateUnusable if it cannot be used.
    """
    return KeptFiles(name, (NamedFile(file, _private),), _shown)


def _private(file: Path) -> bytes:
    try:
        return read_private(file)
    except KeysUnreadable as error:
        raise CertificateUnusable("OPEN_TO_OTHERS", str(error)) from None


def _shown(contents: Sequence[bytes]) -> str:
    try:
        found = contents[0].decode("ascii").strip()
    except UnicodeDecodeError:
        found = ""
    if not found.isprintable() or not found:
        raise CertificateUnusable("NO_CREDENTIAL", "the credential is empty, or no line of text")
    return found
