"""What a client sends: whom the question is about, why it is asked, and where."""

import strawberry

from adapters.contract.codes import AbuseCategory, OutOfAreaCause, Purpose, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from gateway.graphql.types.declare import code_list, entry, field

code_list(
    Purpose,
    "Why a question is asked. The caller's token says which purposes they may state.",
    {
        Purpose.SAFEGUARDING: "To protect a child from harm; needs a case reference.",
        Purpose.EARLY_HELP: "To offer support early, with the family.",
        Purpose.STATUTORY_ASSESSMENT: "For an assessment that the law requires.",
        Purpose.DIRECT_CARE: "To give health care (HL7 TREAT).",
        Purpose.EMERGENCY: "To give care in an emergency (HL7 ETREAT).",
        Purpose.SUBJECT_ACCESS: "People ask about themselves or their child (HL7 PATRQT, FAMRQT);"
        " only for `accesses`.",
    },
)


@entry
class AgencyRecordInput:
    """A record as one agency numbers it."""

    agency: strawberry.ID = field("The agency's id.")
    record_id: str = field("The agency's own number of the record.")


@entry
class AccountInput:
    """A person's sign-in with one issuer."""

    issuer: str = field("The issuer, as `iss` of its tokens has it.")
    user: str = field("The user, as the issuer names them.")


@entry
class ChosenCandidate:
    """An unresolved record that the practitioner believes to be this child's."""

    key: strawberry.ID = field("The candidate's `key`, from an answer of the last ten minutes.")
    reason: str = field("Why you believe that it is this child's, in words; logged.")


@entry
class OtherName:
    """Another name that a child has or had: a former one, a name at school, a spelling."""

    given_names: list[str] | None = field("Given names in the order in which they are said.")
    family_name: str | None = field("The family name.")


@entry
class KnownDetails:
    """What you know about the child, sent as a variable.

    Give an identifier with a name or date of birth, or names with a date of birth. The gateway
    refuses it as a literal in the document.
    """

    nhs_number: NhsNumber | None = field("The child's NHS number.")
    upn: Upn | None = field("The child's permanent unique pupil number.")
    agency_record: AgencyRecordInput | None = field("A record of the child at one agency.")
    given_names: list[str] | None = field("Given names in the order in which they are said.")
    family_name: str | None = field("The family name.")
    birth_date: PartialDate | None = field("The date of birth as precisely as it is known.")
    sex: Sex | None = field("The child's sex as recorded.")
    postcode: Postcode | None = field(
        "A postcode. Used only once it is known that the child is not shielded. So it never helps"
        " to find a shielded child's home."
    )
    other_names: list[OtherName] | None = field(
        "Other names of the child, at most five. They are compared like the first one."
    )
    former_postcodes: list[Postcode] | None = field(
        "Postcodes of former homes, at most five. Sent to no agency, and used only as `postcode`"
        " is."
    )
    carers: list[str] | None = field(
        "Names of parents and carers, at most five. Sent to no agency, and used only as"
        " `postcode` is."
    )
    school: str | None = field(
        "The child's school, by name or URN. Sent to no agency, and used only as `postcode` is."
    )
    gp_practice: str | None = field(
        "The child's GP practice, by name or ODS code. Sent to no agency, and used only as"
        " `postcode` is."
    )
    telephones: list[str] | None = field(
        "Telephone numbers of the child or a carer, at most five. Sent to no agency, and used"
        " only as `postcode` is."
    )
    chosen: list[ChosenCandidate] | None = field(
        "Unresolved records of an earlier answer that you believe to be this child's."
    )


code_list(
    AbuseCategory,
    "A category of abuse, as in the children in need census.",
    {
        AbuseCategory.NEGLECT: "Neglect (NEG).",
        AbuseCategory.PHYSICAL: "Physical abuse (PHY).",
        AbuseCategory.SEXUAL: "Sexual abuse (SAB).",
        AbuseCategory.EMOTIONAL: "Emotional abuse (EMO).",
        AbuseCategory.MULTIPLE: "Several of them (MUL).",
    },
)


@entry
class SignificantHarmArgument:
    """Significant harm that is suspected; every use is reviewed."""

    suspected: AbuseCategory = field("What is suspected.")
    justification: str = field("Why, in your own words; kept encrypted in the log.")


code_list(
    OutOfAreaCause,
    "Why a question goes beyond the caller's own areas.",
    {
        OutOfAreaCause.MOVED: "The child moved, or is about to.",
        OutOfAreaCause.SEEN_HERE: "The child is here now, and lives elsewhere.",
        OutOfAreaCause.CARED_FOR_THERE: "The child goes to school, or is cared for, there.",
        OutOfAreaCause.FAMILY_THERE: "A parent, carer or sibling lives there.",
        OutOfAreaCause.MISSING: "The child is missing.",
        OutOfAreaCause.OTHER: "Another cause; your words say which.",
    },
)


@entry
class OutOfAreaArgument:
    """The cause to ask outside the caller's own areas; every use is flagged in the log."""

    cause: OutOfAreaCause = field("The cause.")
    justification: str = field("Why, in your own words; kept encrypted in the log.")


@entry
class AccessReason:
    """Why the question is asked; kept in the log."""

    purpose: Purpose = field("The purpose; it must be one of those in the caller's token.")
    justification: str = field("Why, in words; kept encrypted in the log.")
    case_reference: str | None = field("The case's reference; required for SAFEGUARDING.")
    significant_harm: SignificantHarmArgument | None = field(
        "States that significant harm is suspected: some rules then give more. Reviewed."
    )
    out_of_area: OutOfAreaArgument | None = field(
        "Required if `scope` names an area, or an agency of an area, outside your own areas."
    )
    break_glass: strawberry.ID | None = field("The id of a break-glass grant, if one is used.")


@entry
class ScopeArgument:
    """Where to ask. Left out: the caller's area and the national sources."""

    areas: list[str] | None = field("GSS codes of the areas to ask.")
    agencies: list[strawberry.ID] | None = field("Ids of the agencies to ask.")
