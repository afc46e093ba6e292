"""Somebody at a terminal, whose commands go to a running gateway."""

import os
import time
from pathlib import Path

from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from tests.support.town import Town
from tests.support.warm.process import begin


async def typed(town: Town, folder: Path, caller: Caller, *words: str) -> tuple[int, str]:
    """The exit status of a command, and what it printed."""
    token = folder / f"{caller.user}.token"
    token.write_text(issue(caller, town.settings, now=time.time(), lifetime_s=600))
    told = {"TEAMAROUND_GATEWAY": f"{town.url}/graphql", "TEAMAROUND_TOKEN_FILE": str(token)}
    around = {**os.environ, **told, "COLUMNS": "200"}
    process = begin(*words, folder=Path.cwd(), environment=around)
    printed = await process.said().read()
    return await process.wait(), printed.decode()
