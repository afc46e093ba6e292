"""A proposal is inspected in a process of its own: no secret there, little memory, little time.

What a manifest or its rules do to whoever reads them, such as growing without end or nesting until
a parser breaks, they do to that process alone.
"""

import asyncio
import resource
import sys
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.validation.loading import parse_manifest
from gateway.config.no_dumps import forbid_dumps
from gateway.policy.rules.rule_set import Baseline
from gateway.registry.inspection import BEARABLE, Inspected, Proposal, inspected, read_proposal
from gateway.registry.ledger.record import RuleResult

_PATIENCE_S: Final = 60.0
_CPU_S: Final = 20
_MEMORY_BYTES: Final = 1024**3
# Smaller than a gateway's own, so that what can be read there can be read here.
_STACK_BYTES: Final = 1024**2
_TOO_MUCH: Final = (
    "reading it takes more time, memory or depth than is allowed: make it, its rules and its"
    " examples shorter and less nested"
)


async def inspected_apart(
    proposal: Proposal, active: Iterable[tuple[str, str]], now: datetime
) -> Inspected:
    """The proposal held against the rules in a process of its own, bounded in time and memory.

    `active` has the agency and the text of every manifest in force.

    A manifest that cannot be read is found to be so, and is not usable.
    """
    replies = {name: content.decode() for name, content in proposal.replies.items()}
    said = await _answered(
        orjson.dumps(
            {
                "manifest": proposal.manifest,
                "rules": proposal.rules,
                "replies": replies,
                "in_force": list(active),
                "now": now,
            }
        )
    )
    if said is None:
        return Inspected((RuleResult(BEARABLE, passed=False, what=_TOO_MUCH),))
    held: dict[str, Any] = orjson.loads(said)
    return Inspected(tuple(RuleResult(**each) for each in held["findings"]), held["level"])


async def _answered(asked: bytes) -> bytes | None:
    """What the process said; None if it broke, or took longer than it may."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            said, _ = await process.communicate(asked)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said if process.returncode == 0 else None


def found(asked: bytes) -> Inspected:
    """What the process finds about the proposal that it was sent, in JSON."""
    held: dict[str, Any] = orjson.loads(asked)
    replies = {name: content.encode() for name, content in held["replies"].items()}
    proposal = Proposal(held["manifest"], held["rules"], replies)
    manifest = read_proposal(proposal.manifest)
    if isinstance(manifest, tuple):
        return Inspected(manifest)
    own = manifest.source.agency
    beside = [parse_manifest(text, Path("manifest")) for a, text in held["in_force"] if a == own]
    now = datetime.fromisoformat(held["now"])
    return asyncio.run(inspected(proposal, manifest, beside, Baseline.at(), lambda: now))


def main() -> None:
    """Inspect what comes in and write what was found; ends with 1 if it could not be."""
    forbid_dumps()
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    threading.stack_size(_STACK_BYTES)
    said: list[bytes] = []
    asked = sys.stdin.buffer.read()
    thread = threading.Thread(target=lambda: said.append(orjson.dumps(found(asked))))
    thread.start()
    thread.join()
    sys.stdout.buffer.writelines(said)
    sys.exit(0 if said else 1)


if __name__ == "__main__":
    main()
