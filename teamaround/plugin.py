"""What a plugin may import: what it is given, what it is asked, and what it may reply."""

from adapters.contract.codes import (
    AbuseCategory,
    InvolvementStatus,
    NameUse,
    Purpose,
    Sector,
    Sex,
    SupportStatusCode,
)
from adapters.contract.contract import (
    Cause,
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    OnBehalf,
    Question,
    Records,
    Refused,
    Reply,
    Source,
    TooMany,
    Unavailable,
    Unread,
)
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
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
from adapters.manifest.manifest import Manifest
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.network.egress import Egress, EgressRefused
from adapters.network.secrets import SecretMissing, SecretTexts
from adapters.network.signature import Signer
from adapters.network.stream import Connect, Stream
from adapters.plugins.source import Open, Opening

__all__ = [
    "AGENCY_RECORD",
    "NHS_NUMBER",
    "UPN",
    "AbuseCategory",
    "Address",
    "Carer",
    "Cause",
    "Connect",
    "Egress",
    "EgressRefused",
    "Event",
    "Fault",
    "GpPractice",
    "Identifier",
    "Involvement",
    "InvolvementStatus",
    "Malformed",
    "Manifest",
    "MoreNeeded",
    "Name",
    "NameUse",
    "NoRecord",
    "OnBehalf",
    "Open",
    "Opening",
    "PartialDate",
    "Practitioner",
    "Purpose",
    "Question",
    "Record",
    "RecordMapping",
    "Records",
    "Refused",
    "Reply",
    "School",
    "SecretMissing",
    "SecretTexts",
    "Sector",
    "Sex",
    "Signer",
    "Source",
    "Stream",
    "SupportStatus",
    "SupportStatusCode",
    "TooMany",
    "Unavailable",
    "Unread",
    "Unusable",
]
