"""A request says on whose behalf it is made, signed so that nobody else can have (RFC 9421).

What is signed is only mentioned by name in the headers: neither the address nor the body stands
there, so that no log of headers learns of a child.
"""

import re
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from adapters.network.http_request import HttpRequest
from adapters.network.statement import SharedSignature

LABEL: Final = "teamaround"
LIVES_S: Final = 60  # a request is on its way for less than a question's deadline
_EACH: Final = "ed25519"
_TOGETHER: Final = "teamaround-tree"  # Ed25519 over the root of a tree of requests
_PORTS: Final = {"http": ":80", "https": ":443"}
_SAID: Final = "x-teamaround-"
_DIGEST: Final = "content-digest"
_ALWAYS: Final = '"@method" "@authority" "@path" "@query"'
_SHAPES: Final = 256  # of sets of header names; each source has a few
# urlsplit would keep the last addresses, and a child's number may be in them.
_ADDRESS: Final = re.compile(r"([^:/?#]+)://([^/?#]*)([^?#]*)(?:\?([^#]*))?")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with Ed25519: `sign` gives 64 bytes, `key_id` names the key where it is published."""

    key_id: str
    sign: Callable[[bytes], bytes]
    clock: Callable[[], datetime]
    nonce: Callable[[], str]
    shared: SharedSignature = field(default_factory=SharedSignature, repr=False, compare=False)

    def signed(self, request: HttpRequest) -> HttpRequest:
        """`request` with its signature, and with the digest of its body if it has one (RFC 9530).

        Covered are the method, the authority, path and query of its address, each header that says
        on whose behalf it is made, and the digest.
        """
        headers, parameters, text = self._text(request, _EACH)
        return _with(request, headers, parameters, self.sign(text))

    async def signed_together(self, request: HttpRequest) -> HttpRequest:
        """The same, under one signature with the requests to other agencies that are ready now.

        In place of a signature it has the proof that `SharedSignature` gives.
        """
        headers, parameters, text = self._text(request, _TOGETHER)
        proof = await self.shared.proof(text, self.sign)
        return _with(request, headers, parameters, proof)

    def _text(self, request: HttpRequest, alg: str) -> tuple[Mapping[str, str], str, bytes]:
        headers = request.headers if request.body is None else _digested(request, request.body)
        names, listed = _covered(tuple(headers))
        now = int(self.clock().timestamp())
        parameters = (
            f'({listed});created={now};expires={now + LIVES_S};nonce="{self.nonce()}"'
            f';keyid="{self.key_id}";alg="{alg}";tag="{LABEL}"'
        )
        said = "".join([f'"{name}": {headers[own].strip()}\n' for name, own in names])
        text = f'{_address(request)}{said}"@signature-params": {parameters}'
        return headers, parameters, text.encode()


def _with(
    request: HttpRequest, headers: Mapping[str, str], parameters: str, signature: bytes
) -> HttpRequest:
    encoded = b2a_base64(signature, newline=False).decode()
    ours = {"Signature-Input": f"{LABEL}={parameters}", "Signature": f"{LABEL}=:{encoded}:"}
    return HttpRequest(request.url, request.method, {**headers, **ours}, request.body)


def _digested(request: HttpRequest, body: bytes) -> Mapping[str, str]:
    digest = b2a_base64(sha256(body).digest(), newline=False).decode()
    return {**request.headers, "Content-Digest": f"sha-256=:{digest}:"}


@lru_cache(_SHAPES)
def _covered(names: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], str]:
    """The headers that are signed, as signed and as written, in order; and all that is, listed."""
    lower = {name.lower(): name for name in names}
    said = sorted(name for name in lower if name.startswith(_SAID) or name == _DIGEST)
    listed = " ".join([_ALWAYS, *(f'"{name}"' for name in said)])
    return tuple((name, lower[name]) for name in said), listed


def _address(request: HttpRequest) -> str:
    found = _ADDRESS.match(request.url)
    if found is None:
        raise ValueError("a request goes to an address")
    scheme, authority, path, query = found.groups("")
    authority = authority.lower().removesuffix(_PORTS.get(scheme.lower(), ""))
    return (
        f'"@method": {request.method}\n"@authority": {authority}\n'
        f'"@path": {path or "/"}\n"@query": ?{query}\n'
    )
