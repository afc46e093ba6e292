"""Carers, schools, practices and telephones agree as people would say they do."""

import pytest

from resolvers.comparison.surroundings import carers, places, share_carer, telephones


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("Mrs Sarah O'Brien", "Sarah OBrien", True),
        ("Sarah Jane O'Brien", "Sarah O'Brien", True),
        ("O'Brien, Sarah", "Sarah O'Brien", True),
        ("Sarah O'Brien", "Siobhan O'Brien", False),
        ("Sarah", "Sarah O'Brien", False),
        ("Mum", "Mum", False),
    ],
)
def test_a_carer_is_the_same_by_two_words_of_a_name(held: str, told: str, *, same: bool) -> None:
    assert share_carer(carers([held]), carers([told])) is same


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("Elm Park Primary School", "elm park primary", True),
        ("St. Mary's C of E School", "St Mary's", True),
        ("100123", "100123", True),
        ("Elm Park Primary School", "Oak Park Primary School", False),
        ("Primary School", "Primary School", False),
    ],
)
def test_a_school_is_the_same_by_its_name_or_its_code(held: str, told: str, *, same: bool) -> None:
    assert (not places([held]).isdisjoint(places([told]))) is same


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("020 7946 0018", "+44 20 7946 0018", True),
        ("0044 20 7946 0018", "(020) 79460018", True),
        ("020 7946 0018", "020 7946 0019", False),
        ("ext. 4711", "4711", False),
    ],
)
def test_a_telephone_is_the_same_however_it_is_dialled(held: str, told: str, *, same: bool) -> None:
    assert (not telephones([held]).isdisjoint(telephones([told]))) is same
