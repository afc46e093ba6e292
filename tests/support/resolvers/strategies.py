"""Small worlds of children who are easily confused, for laws that must hold in all of them."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from adapters.contract.codes import InvolvementStatus, NameUse, ReleaseClass, Sex, SupportStatusCode
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Name,
    Practitioner,
    Record,
    School,
    SupportStatus,
)
from resolvers.child.stitch import Member
from resolvers.matching.reference import Reference
from resolvers.release import CLASS_OF

AGENCIES = ("care", "gp", "pds", "police", "school")
DAYS = st.sampled_from(["2015-03-09", "2015-09-03", "2015", "2015-01-01", "2012-11-27"]).map(
    PartialDate.parse
)
WORDS = st.none() | st.sampled_from(["Elm", "ELM", "elm-", "Oak", ""])
NAMES = st.builds(
    Name,
    st.sampled_from([("Amara",), ("AMARA", "Rose"), ("Chidi",), ("Baby",), ()]),
    st.sampled_from(["O'Brien", "OBRIEN", "Adeyemi", "Unknown", None]),
    st.sampled_from(NameUse),
)
NUMBERS = st.builds(Identifier, st.just(NHS_NUMBER), st.sampled_from(["9990000018", "9990000026"]))
UPNS = st.builds(Identifier, st.just(UPN), st.sampled_from(["H801200001001", "T801200001002"]))
PRACTITIONERS = st.builds(Practitioner, WORDS, WORDS, WORDS)
INVOLVEMENTS = st.builds(
    Involvement,
    service=WORDS,
    practitioner=st.none() | PRACTITIONERS,
    telephone=WORDS,
    lead_practitioner=st.sampled_from([None, True, False]),
    sensitive=st.booleans(),
    start=st.none() | DAYS,
    end=st.none() | DAYS,
    status=st.sampled_from(InvolvementStatus),
)


def some(items: st.SearchStrategy[object], most: int = 2) -> st.SearchStrategy[tuple[object, ...]]:
    """A tuple of few."""
    return st.lists(items, max_size=most).map(tuple)


POSTCODES = st.sampled_from(["XX1 2YY", "XX1 2YZ", "ZZ99 3CZ"])
IDENTITIES = st.builds(
    Record,
    record_id=st.sampled_from([None, "1", "2"]),
    identifiers=some(NUMBERS | UPNS, 3),
    names=some(NAMES),
    birth_date=st.none() | DAYS,
    sex=st.none() | st.sampled_from(Sex),
    restricted=st.sampled_from([None, True, False]),
    addresses=some(st.builds(Address, postcode=POSTCODES), 1),
)
RECORDS = st.builds(
    replace,
    IDENTITIES,
    birth_date_estimated=st.booleans(),
    addresses=some(
        st.builds(Address, some(WORDS.filter(bool)), current=st.sampled_from([None, True]))
    ),
    carers=some(st.builds(Carer, WORDS, WORDS, telephone=WORDS)),
    schools=some(st.builds(School, WORDS, start=st.none() | DAYS)),
    gp_practice=st.none() | st.builds(GpPractice, WORDS, WORDS),
    involvements=some(INVOLVEMENTS),
    support_statuses=some(
        st.builds(SupportStatus, st.sampled_from(SupportStatusCode), label=WORDS)
    ),
    events=some(st.builds(Event, st.none() | DAYS, WORDS, WORDS)),
    defects=st.just(("sex",)),
)
MOMENTS = st.none() | st.sampled_from(
    [datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)]
)
MEMBERS = st.lists(st.builds(Member, st.sampled_from(AGENCIES), MOMENTS, RECORDS), max_size=5)
WORLDS = st.dictionaries(
    st.sampled_from(AGENCIES), st.lists(IDENTITIES, max_size=3).map(tuple), max_size=4
)
REFERENCES = st.builds(
    Reference,
    identifiers=st.frozensets(NUMBERS | UPNS, max_size=2),
    names=some(NAMES),
    birth_dates=st.frozensets(DAYS, max_size=1),
    sex=st.none() | st.sampled_from(Sex),
    stated_names=some(NAMES, 1),
    stated_birth_date=st.none() | DAYS,
    postcodes=st.none() | st.frozensets(POSTCODES, max_size=1),
)
CLASSES = st.frozensets(st.sampled_from(ReleaseClass))
FIELDS = st.frozensets(st.sampled_from(sorted(CLASS_OF)))
