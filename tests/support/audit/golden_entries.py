"""One entry of each kind, as every version must read it."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass
from gateway.audit.entry.entry import AuditedAgency, AuditedWithholding, Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.keys.sealing import Sealed
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WITHHOLDINGS = st.builds(
    AuditedWithholding, st.sampled_from(ReleaseClass), st.sampled_from(WithheldReason), NAMES
)
AGENCIES = st.builds(
    AuditedAgency,
    NAMES,
    st.none() | st.sampled_from(Outcome),
    st.lists(NAMES, max_size=3).map(tuple),
    st.lists(WITHHOLDINGS, max_size=3).map(tuple),
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - hypothesis wants naive bounds
ENTRIES = st.builds(
    Entry,
    kind=st.sampled_from(AuditKind),
    at=MOMENTS,
    query_id=st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    user=st.none() | NAMES,
    issuer=st.none() | NAMES,
    organisation=st.none() | NAMES,
    role=st.none() | NAMES,
    purpose=st.none() | st.sampled_from(Purpose),
    justification=st.none() | st.just(Sealed("2026:" + "A" * 60)),
    child_pseudonyms=st.lists(
        st.binary(min_size=32, max_size=32).map(lambda b: Pseudonym(f"2026:{b.hex()}")), max_size=3
    ).map(tuple),
    policy_version=st.none() | NAMES,
    agencies=st.lists(AGENCIES, max_size=5, unique_by=lambda said: said.agency).map(tuple),
    detail=st.none() | st.from_regex(r"[A-Z][A-Z0-9_]{0,63}", fullmatch=True),
)
