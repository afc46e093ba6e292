"""What is promised for later says so plainly."""

import pytest

from gateway.model.errors import NotYetAvailable
from tests.support.gateway.execution import executed
from tests.support.gateway.schema_examples import context

DOCUMENTS = {
    "audit": "{ audit { checkpoint { note } } }",
    "accesses": "{ accesses { availableFrom } }",
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_later_feature_says_that_it_is_not_available_yet(name: str) -> None:
    result = await executed(DOCUMENTS[name], context())
    assert result.data == {name: None}
    (error,) = result.errors or []
    assert isinstance(error.original_error, NotYetAvailable)
    assert error.extensions == {"code": "NOT_YET_AVAILABLE"}
    assert f"`{name}` is promised" in error.message
