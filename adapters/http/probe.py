"""Whether an agency's system is up, asked by the cheap request that its manifest names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.advice import failure_in_words
from adapters.contract.contract import Malformed, Refused, Unavailable
from adapters.http.diagnosis import asked_at
from adapters.http.request import numbered
from adapters.http.source import HttpSource
from adapters.network.http_request import HttpAnswer, HttpRequest

_SUCCESS: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Asks for `path` under the source's address, as the gateway itself: on nobody's behalf."""

    source: HttpSource
    path: str

    async def up(self) -> bool:
        """Whether it answers with success."""
        return await self.trouble() is None

    async def trouble(self) -> str | None:
        """Why it is not taken for up, in words of ours; None if it is."""
        login = await self.source.login.headers()
        if isinstance(login, Refused | Unavailable | Malformed):
            return f"the login failed: {failure_in_words(asked_at(login, 'auth.token_url'))}"
        headers: Mapping[str, str] = numbered(self.source.headers, self.source.new_id)
        url = self.source.base_url.rstrip("/") + self.path
        answer = await self.source.transport.send(HttpRequest(url, headers={**headers, **login}))
        if not isinstance(answer, HttpAnswer):
            return failure_in_words(asked_at(answer, "health.get"))
        if answer.status in _SUCCESS:
            return None
        return f"{self.path} does not answer with success, but with status {answer.status}"
