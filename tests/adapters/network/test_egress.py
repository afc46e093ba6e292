"""A source connects only where the operator listed it."""

import pytest

from adapters.network.egress import Egress, EgressRefused

LISTED = Egress.of(
    ["https://roll.example", "http://127.0.0.1:9101", "postgresql://db:5433", "sqlite:////a/b.db"]
)


@pytest.mark.parametrize(
    "address",
    [
        "https://roll.example/v1",
        "HTTPS://Roll.example:443/",
        "http://127.0.0.1:9101/x",
        "postgresql+asyncpg://me:pw@db:5433/council",
        "sqlite:////a/../a/b.db",
    ],
)
def test_a_place_may_be_called_because_it_is_listed(address: str) -> None:
    LISTED.check(address, "source.base_url")
    with pytest.raises(EgressRefused):
        Egress.of([]).check(address, "source.base_url")


@pytest.mark.parametrize(
    "address",
    [
        "http://roll.example",
        "https://roll.example:8443",
        "https://roll.example@evil.example",
        "http://127.0.0.1:9102",
        "postgresql://db/council",
        "sqlite:////a/c.db",
        "ftp://roll.example",
        "",
    ],
)
def test_any_other_place_is_refused_without_being_named(address: str) -> None:
    with pytest.raises(EgressRefused) as caught:
        LISTED.check(address, "source.base_url")
    assert "source.base_url is not among the origins listed for this source" in str(caught.value)
    assert "teamaround source grant" in str(caught.value)
    assert "example" not in str(caught.value)
