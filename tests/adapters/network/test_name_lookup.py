"""A name that is never found out holds up nobody who asks for another."""

import asyncio
import socket
import threading
from typing import Any, Final

import pytest

from adapters.network.name_lookup import NameLookup
from tests.support.patience import patiently

HUNG: Final = "hung.example"
MANY: Final = 100


class Names:
    """The machine's resolver, whose one name is not found before `found` is set."""

    def __init__(self) -> None:
        self.found = threading.Event()
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        self.asked.append(host)
        if host == HUNG:
            self.found.wait()
        if host == "unknown.example":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    made = Names()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    return made


async def test_a_name_that_hangs_holds_no_other_name_and_no_thread_of_the_log(names: Names) -> None:
    lookup = NameLookup()
    waiting = [asyncio.create_task(lookup.resolve(HUNG, 443)) for _ in range(MANY)]
    (other,) = await patiently(lookup.resolve("other.example", 443))
    assert (other["hostname"], other["host"], other["port"]) == ("other.example", "192.0.2.1", 443)
    assert await patiently(asyncio.to_thread(lambda: "written")) == "written"
    assert names.asked.count(HUNG) == 1
    names.found.set()
    assert len(await patiently(asyncio.gather(*waiting))) == MANY


async def test_one_who_gives_up_takes_the_name_from_nobody(names: Names) -> None:
    lookup = NameLookup()
    first, second = (asyncio.create_task(lookup.resolve(HUNG, 443)) for _ in range(2))
    await patiently(lookup.resolve("other.example"))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    names.found.set()
    assert (await patiently(second))[0]["host"] == "192.0.2.1"


async def test_a_name_that_is_known_to_nobody_is_an_error_and_asked_for_again(names: Names) -> None:
    lookup = NameLookup()
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await patiently(lookup.resolve("unknown.example"))
    assert names.asked.count("unknown.example") == 2
