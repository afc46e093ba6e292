"""The witness over HTTP (C2SP tlog-witness): one path, and a status for each judgement."""

from dataclasses import asdict
from typing import Final, assert_never

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.audit.witness.submission import LONGEST
from gateway.audit.witness.witness import (
    Cosigned,
    Judgement,
    MalformedSubmission,
    NotAGrowth,
    NotFromThere,
    NotSigned,
    Unknown,
    Witness,
)

SIZE_TYPE: Final = "text/x.tlog.size"


def witness_app(witness: Witness) -> Starlette:
    """The application of one witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST:
                return Response("the submission is too long\n", 413)
        return _said(await to_thread.run_sync(witness.judge, bytes(body)))

    async def newest(request: Request) -> Response:
        note = await to_thread.run_sync(witness.newest, request.path_params["place"])
        if note is None:
            return Response("nothing of such a log was signed here\n", 404)
        return Response(note, media_type="text/plain", headers={"Cache-Control": "no-store"})

    async def evidence(request: Request) -> Response:
        kept = await to_thread.run_sync(witness.evidence, request.path_params["place"])
        if kept is None:
            return Response("no log of that name is witnessed here\n", 404)
        return JSONResponse([asdict(each) for each in kept], headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{place:str}/checkpoint", newest, methods=["GET"]),
            Route("/{place:str}/evidence", evidence, methods=["GET"]),
        ]
    )


def _said(judgement: Judgement) -> Response:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    match judgement:
        case Cosigned(line):
            status, text = 200, line
        case MalformedSubmission():
            status, text = 400, "the submission is malformed\n"
        case NotSigned():
            status, text = 403, "not signed by the log's key\n"
        case Unknown():
            status, text = 404, "no log of that name is witnessed here\n"
        case NotFromThere(size):
            # Exactly so: a character set behind it would make it another type to a strict client.
            status, text, headers = 409, f"{size}\n", {"Content-Type": SIZE_TYPE}
        case NotAGrowth():
            status, text = 422, "it does not grow from the state that was signed before\n"
        case _:
            assert_never(judgement)
    return Response(text, status, headers=headers)
