"""One question to a staged gateway, and what became of every record of the child and of others."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.matching.gateway.staged import StagedGateway
from gateway.model.answer import WholeAnswer
from gateway.questions.findings import Findings

_BETWEEN_S = 2.0  # of virtual time, so that no question waits for the rate of the one before


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as the caller gets it, and the findings that it was made of."""

    answer: WholeAnswer
    findings: Findings


async def answered(gateway: StagedGateway, known: Mapping[str, Any]) -> Answered:
    """Ask, hear everybody, log what is told; AskDifferently if the details are too few."""
    question = await gateway.question(known)
    question.start()
    try:
        answer = await question.whole()
        await question.declare()
        findings = question._findings  # noqa: SLF001  the answer does not name its records
        return Answered(answer, findings)
    finally:
        await question.stop()
        await asyncio.sleep(_BETWEEN_S)
