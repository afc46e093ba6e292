"""The key service over HTTP: a credential with each request, a status for each refusal."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.errors import (
    EpochMissing,
    KeysUnavailable,
    KeysUnreadable,
    LogCorrupt,
    LogUnavailable,
)
from gateway.audit.keys.service.clients import Client
from gateway.audit.keys.service.refusals import ALTERED, GONE, STATUS, WHOLE, KeysRefused
from gateway.audit.keys.service.service import CHANGES, KeyServer
from gateway.audit.keys.service.wire import (
    LONGEST,
    OpenRequest,
    ProtectRequest,
    WireMalformed,
    read_growth,
    read_presence,
    write_found,
    write_mark_key,
    write_protected,
    write_rest,
    write_signed,
    write_text,
)
from gateway.model.signed_in import signed_in

KeyAnswer = Awaitable[bytes | KeysRefused]
READ_SECONDS: Final = 5.0
_SCHEME: Final = "Bearer "


def key_app(room: KeyServer) -> Starlette:
    """The application of one key service."""

    async def protect(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.protect(client, ProtectRequest.read(body))
        return made if isinstance(made, KeysRefused) else write_protected(made)

    async def find(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.find(client, ProtectRequest.read(body))
        return made if isinstance(made, KeysRefused) else write_found(made)

    async def unseal(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.open(client, OpenRequest.read(body))
        return made if isinstance(made, KeysRefused) else write_text(made)

    async def change(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.change(client, *_change(body))
        return made if isinstance(made, KeysRefused) else orjson.dumps({"epochs": made})

    async def sign(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.sign(client, read_growth(body))
        return made if isinstance(made, KeysRefused) else write_signed(*made)

    async def signed(client: Client, body: bytes) -> bytes | KeysRefused:
        made = await room.signed(client, whole=body == WHOLE)
        return made if isinstance(made, KeysRefused) else write_signed(*made)

    async def mark_key(client: Client, body: bytes) -> bytes | KeysRefused:
        if body:
            raise WireMalformed("more than was asked for")
        made = await room.mark_key(client)
        return made if isinstance(made, KeysRefused) else write_mark_key(*made)

    async def presence(client: Client, body: bytes) -> bytes | KeysRefused:
        gateway, here = read_presence(body)
        made = await room.presence(client, gateway, here=here)
        return made if isinstance(made, KeysRefused) else write_rest(rest=made)

    uses = {"/protect": protect, "/find": find, "/open": unseal, "/epochs": change}
    uses |= {"/log/sign": sign, "/log/signed": signed, "/log/presence": presence}
    uses |= {"/log/mark-key": mark_key}
    return Starlette(
        routes=[Route(path, _answering(room, use), methods=["POST"]) for path, use in uses.items()]
    )


def _answering(
    room: KeyServer, use: Callable[[Client, bytes], KeyAnswer]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            client = _admitted(room, request)
            if isinstance(client, KeysRefused):
                return _refused(client)
            made = await use(client, await _body(request))
        except WireMalformed as error:
            return Response(f"{error}\n", 400)
        except (KeysUnreadable, LogCorrupt) as error:
            return Response(f"{error}\n", _status_of(error))
        except (KeysUnavailable, LogUnavailable, TimeoutError):
            return Response("the keys cannot be used now\n", 503)
        if isinstance(made, KeysRefused):
            return _refused(made)
        return Response(made, media_type="application/json", headers={"Cache-Control": "no-store"})

    return answer


def _status_of(error: KeysUnreadable | LogCorrupt) -> int:
    if isinstance(error, LogCorrupt):
        return ALTERED
    return GONE if isinstance(error, EpochMissing) else 409


def _admitted(room: KeyServer, request: Request) -> Client | KeysRefused:
    """Whose credential came; their connections are counted for them, and for no stranger."""
    client = room.admit(_credential(request))
    if isinstance(client, KeysRefused) or signed_in(request.scope)(client.name):
        return client
    return KeysRefused.TOO_OFTEN


def _credential(request: Request) -> str:
    header = request.headers.get("authorization", "")
    return header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""


def _refused(why: KeysRefused) -> Response:
    return Response(f"{why.value}\n", STATUS[why])


async def _body(request: Request) -> bytes:
    body = bytearray()
    async with asyncio.timeout(READ_SECONDS):
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST:
                raise WireMalformed("the request is too long")
    return bytes(body)


def _change(body: bytes) -> tuple[str, str]:
    try:
        held = orjson.loads(body)
    except ValueError:
        raise WireMalformed("not JSON") from None
    match held:
        case {"change": str(change), "epoch": str(epoch)} if change in CHANGES:
            return change, epoch
    raise WireMalformed("no change of epochs")
