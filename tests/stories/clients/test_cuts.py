"""An answer that a proxy cuts anywhere, and ends as if it were whole, is told as broken off."""

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from gateway.http.delivery import Delivery, PartsFormat
from gateway.http.framing import Framing
from tests.support.adapters.foreign_servers import needed
from tests.support.clients.screens import PAGE

# An agency may write what it likes: also what stands between parts.
ROLE: Final = "Worker --- ----- \r\n----- event: complete\n\nevent: complete"
PARTS: Final = (
    {"data": {"child": {"answers": []}}, "hasNext": True},
    {"incremental": [{"path": ["child"], "data": {"role": ROLE}}], "hasNext": True},
    {"incremental": [{"path": ["child"], "data": {"completeness": {}}}], "hasNext": False},
)
CLOSING: Final = {Framing.MULTIPART: b"\r\n-----", Framing.EVENTS: b"\n\nevent: complete"}


@pytest.mark.parametrize("framing", Framing)
def test_only_what_ended_as_the_gateway_ends_it_is_whole(framing: Framing) -> None:
    body = b"".join(framing.part(part, first=part is PARTS[0]) for part in PARTS)
    ended = body.index(CLOSING[framing]) + len(CLOSING[framing])
    order = {
        "gateway": (PAGE / "gateway.mjs").as_uri(),
        "type": Delivery(framing, PartsFormat.BY_PATH).media_type,
        "body": body.decode(),
    }
    command = [needed("node"), str(Path(__file__).with_name("cuts.mjs"))]
    ran = subprocess.run(  # noqa: S603
        command, input=json.dumps(order).encode(), capture_output=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == list(range(ended, len(body) + 1))
