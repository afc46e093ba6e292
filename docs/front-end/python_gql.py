"""Asks the gateway with gql. What it raises and logs holds nothing of the question."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError

logging.getLogger("gql.transport").setLevel(logging.WARNING)  # at DEBUG it logs each question
QUESTION = gql("""
  query TeamAroundChild($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      receipt { queryId }
      restriction
      answers {
        agency { id name }
        outcome
        answered
        detail
        ring { name telephone }
        involvements { role practitioner { name telephone } }
      }
      child { names { given family } birthDate { value } }
      unresolved { grade agency { name } }
      completeness { complete inScope answered notConnected }
    }
  }
""")


class RefusalError(Exception):
    """The gateway, or something in front of it, refused; `retry_after` is in seconds."""

    def __init__(self, errors: Sequence[Mapping[str, Any]], retry_after: str | None) -> None:
        sentences = [error["message"] for error in errors]
        super().__init__(" ".join(sentences) or "Something in front of the gateway refused this.")
        codes = [error.get("extensions", {}).get("code") for error in errors]
        self.code = codes[0] if codes else "NOT_FROM_THE_GATEWAY"
        self.retry_after = retry_after


class BrokenOffError(Exception):
    """No answer came, or it ended before it was whole. Nothing is known of any record."""


async def ask(url: str, token: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's `child`; RefusalError or BrokenOffError if there is none."""
    transport = AIOHTTPTransport(url=url, headers={"Authorization": f"Bearer {token}"})
    request = GraphQLRequest(QUESTION, variable_values=dict(variables))
    try:
        # gql gives up after 10 seconds by itself; the gateway's own deadline may be longer.
        async with Client(transport=transport, execute_timeout=60) as session:
            answer = await session.execute(request, extra_args={"allow_redirects": False})
    except TransportQueryError as failure:
        failed: Exception = RefusalError(failure.errors or (), _retry_after(transport))
    except TransportServerError:
        failed = RefusalError((), _retry_after(transport))
    except (TransportError, TimeoutError, AssertionError):  # gql asserts that there are data
        failed = BrokenOffError("No answer came, or it broke off.")
    else:
        if answer.get("child"):
            return dict(answer["child"])
        failed = RefusalError((), None)
    del request, variables  # error trackers read what the frames of an error hold
    raise failed  # not from gql's own error, which may hold the answer's text


def _retry_after(transport: AIOHTTPTransport) -> str | None:
    return (transport.response_headers or {}).get("Retry-After")
