"""Each fault, put back into the running code, is found by its law within a short trial.

The example that the law finds holds again without the fault. Otherwise something else broke it.
"""

import pytest

from tests.support.laws.faults import FAULTS
from tests.support.laws.law import LawBroken
from tests.support.laws.laws import LAWS
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.running.place import LawPlace

MOST = 30  # seeds, each with a few examples


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_is_put_back_is_found(place: LawPlace, fault: PlantedFault) -> None:
    assert fault.has_places, "the code has changed: name its place in tests/support/laws/faults.py"
    law = LAWS[fault.law]
    with fault.planted(), pytest.raises(LawBroken) as found:
        law.hold_for(place, range(fault.seed, fault.seed + MOST))
    assert law.broken(place, found.value.example) == []
