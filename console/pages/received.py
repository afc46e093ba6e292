"""What a browser sends along: a form, within its bounds of size and of time."""

import asyncio
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from console.sign_in.errors import FormRefused

MOST_BYTES: Final = 2**20
_MOST_FIELDS: Final = 400
_PATIENCE_S: Final = 30.0
_SLOW: Final = "This form took too long to come, so it was not used."


async def form_of(request: Request, most: int = MOST_BYTES) -> FormData:
    """The form of a request, of at most so many bytes; FormRefused if it is not that.

    Close it: files that came along are open.
    """
    length = request.headers.get("content-length", "")
    # Beside chunks the length that is told does not count, so what comes might never end.
    if "transfer-encoding" in request.headers or not _is_within(length, most):
        raise FormRefused(f"A form here has at most {most} bytes, so this was not read.")
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await request.form(max_fields=_MOST_FIELDS, max_files=1, max_part_size=most)
    except TimeoutError:
        raise FormRefused(_SLOW) from None


def _is_within(length: str, most: int) -> bool:
    return length.isdecimal() and len(length) <= len(str(most)) and int(length) <= most
