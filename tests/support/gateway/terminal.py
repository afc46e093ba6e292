"""Somebody at a terminal, whose commands go to a running gateway."""

import asyncio
import os
import time
from pathlib import Path

from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from tests.support.served_gateway import COMMAND
from tests.support.town import Town


async def typed(town: Town, folder: Path, caller: Caller, *words: str) -> tuple[int, str]:
    """The exit status of a command, and what it printed."""
    token = folder / f"{caller.user}.token"
    token.write_text(issue(caller, town.settings, now=time.time(), lifetime_s=600))
    told = {"TEAMAROUND_GATEWAY": f"{town.url}/graphql", "TEAMAROUND_TOKEN_FILE": str(token)}
    process = await asyncio.create_subprocess_exec(
        *(str(COMMAND), *words),
        env={**os.environ, **told, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()
