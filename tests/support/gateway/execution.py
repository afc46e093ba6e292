"""Execution as the HTTP stage does it: whole, or in parts."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import (
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    GraphQLSchema,
    experimental_execute_incrementally,
    parse,
)
from graphql.execution import Executor

from gateway.graphql.root import build_schema
from gateway.graphql.services.context import Context

QUESTION = "query ($known: KnownDetails!, $reason: AccessReason!, $in_parts: Boolean = true)"
VARIABLES = {
    "known": {"nhsNumber": "900 000 0009", "birthDate": "2015-03"},
    "reason": {"purpose": "SAFEGUARDING", "justification": "a worry", "caseReference": "C1"},
}


def core_schema() -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    return build_schema()._schema  # noqa: SLF001  # strawberry offers no other way to it


async def whole(selection: str, context: Context, **variables: object) -> ExecutionResult:
    """One result for `child(...) { selection }`."""
    document = f"{QUESTION} {{ child(known: $known, reason: $reason) {{ {selection} }} }}"
    return await executed(document, context, **variables)


async def executed(document: str, context: Context, **variables: object) -> ExecutionResult:
    """One result for a document, by an executor that does not deliver in parts."""
    result = experimental_execute_incrementally(
        core_schema(),
        parse(document),
        context_value=context,
        variable_values={**VARIABLES, **variables},
        executor_class=Executor,
    )
    if not isinstance(result, ExecutionResult | ExperimentalIncrementalExecutionResults):
        result = await result
    assert isinstance(result, ExecutionResult)
    return result


async def parts(
    selection: str, context: Context, **variables: object
) -> AsyncGenerator[dict[str, Any], None]:
    """Every part of `child(...) { selection }` as it would be written."""
    document = parse(f"{QUESTION} {{ child(known: $known, reason: $reason) {{ {selection} }} }}")
    given = {**VARIABLES, **variables}
    result = experimental_execute_incrementally(
        core_schema(), document, context_value=context, variable_values=given
    )
    if not isinstance(result, ExecutionResult | ExperimentalIncrementalExecutionResults):
        result = await result
    if isinstance(result, ExecutionResult):
        yield dict(result.formatted)
        return
    yield dict(result.initial_result.formatted)
    async with aclosing(result.subsequent_results) as later:
        async for part in later:
            yield dict(part.formatted)
