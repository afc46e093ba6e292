"""A request says on whose behalf it is made, signed so that nobody else can have (RFC 9421).

What is signed is only mentioned by name in the headers: neither the address nor the body stands
there, so that no log of headers learns of a child.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from adapters.network.http_request import HttpRequest

LABEL: Final = "teamaround"
LIVES_S: Final = 60  # a request is on its way for less than a question's deadline
_PORTS: Final = {"http": ":80", "https": ":443"}
_SAID: Final = "x-teamaround-"
_DIGEST: Final = "content-digest"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with Ed25519: `sign` gives 64 bytes, `key_id` names the key where it is published."""

    key_id: str
    sign: Callable[[bytes], bytes]
    clock: Callable[[], datetime]
    nonce: Callable[[], str]

    def signed(self, request: HttpRequest) -> HttpRequest:
        """`request` with its signature, and with the digest of its body if it has one (RFC 9530).

        Covered are the method, the authority, path and query of its address, each header that says
        on whose behalf it is made, and the digest.
        """
        request = _digested(request)
        components = _components(request)
        names = " ".join(f'"{name}"' for name in components)
        parameters = f"({names}){self._parameters()}"
        lines = [f'"{name}": {value}' for name, value in components.items()]
        base = "\n".join([*lines, f'"@signature-params": {parameters}'])
        signature = base64.b64encode(self.sign(base.encode())).decode()
        ours = {
            "Signature-Input": f"{LABEL}={parameters}",
            "Signature": f"{LABEL}=:{signature}:",
        }
        return request.with_headers({**request.headers, **ours})

    def _parameters(self) -> str:
        now = int(self.clock().timestamp())
        return (
            f';created={now};expires={now + LIVES_S};nonce="{self.nonce()}"'
            f';keyid="{self.key_id}";alg="ed25519";tag="{LABEL}"'
        )


def _digested(request: HttpRequest) -> HttpRequest:
    if request.body is None:
        return request
    digest = base64.b64encode(sha256(request.body).digest()).decode()
    return request.with_headers({**request.headers, "Content-Digest": f"sha-256=:{digest}:"})


def _components(request: HttpRequest) -> dict[str, str]:
    parts = urlsplit(request.url)
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    said = sorted(name for name in headers if name.startswith(_SAID) or name == _DIGEST)
    return {
        "@method": request.method,
        "@authority": parts.netloc.lower().removesuffix(_PORTS.get(parts.scheme, "")),
        "@path": parts.path or "/",
        "@query": f"?{parts.query}",
        **{name: headers[name] for name in said},
    }
