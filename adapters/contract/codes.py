"""The closed code lists of the domain, each with the source of its values."""

from enum import StrEnum


class Sector(StrEnum):
    """The kind of organisation that holds a record or asks for one."""

    HEALTH = "HEALTH"
    EDUCATION = "EDUCATION"
    SOCIAL_CARE = "SOCIAL_CARE"
    POLICE = "POLICE"
    YOUTH_JUSTICE = "YOUTH_JUSTICE"
    HOUSING = "HOUSING"
    EARLY_HELP = "EARLY_HELP"
    OTHER = "OTHER"


class ReleaseClass(StrEnum):
    """What an agency decides on: one verdict a class, never a field at a time."""

    IDENTITY = "IDENTITY"
    INVOLVEMENT = "INVOLVEMENT"
    CONTACT = "CONTACT"
    STATUS = "STATUS"
    LOCATION = "LOCATION"
    FAMILY = "FAMILY"
    EDUCATION = "EDUCATION"
    HEALTH = "HEALTH"
    SENSITIVE = "SENSITIVE"
    OTHER = "OTHER"


class Purpose(StrEnum):
    """Why a question is asked: HL7 v3 PurposeOfUse where it has a code, else this project's own.

    DIRECT_CARE is TREAT, EMERGENCY is ETREAT, SUBJECT_ACCESS is PATRQT or FAMRQT.
    """

    SAFEGUARDING = "SAFEGUARDING"
    EARLY_HELP = "EARLY_HELP"
    STATUTORY_ASSESSMENT = "STATUTORY_ASSESSMENT"
    DIRECT_CARE = "DIRECT_CARE"
    EMERGENCY = "EMERGENCY"
    SUBJECT_ACCESS = "SUBJECT_ACCESS"


class AbuseCategory(StrEnum):
    """Category of abuse, as in the children in need census."""

    NEGLECT = "NEGLECT"
    PHYSICAL = "PHYSICAL"
    SEXUAL = "SEXUAL"
    EMOTIONAL = "EMOTIONAL"
    MULTIPLE = "MULTIPLE"


class OutOfAreaCause(StrEnum):
    """Why somebody asks outside their own areas."""

    MOVED = "MOVED"
    SEEN_HERE = "SEEN_HERE"
    CARED_FOR_THERE = "CARED_FOR_THERE"
    FAMILY_THERE = "FAMILY_THERE"
    MISSING = "MISSING"
    OTHER = "OTHER"


class Sex(StrEnum):
    """FHIR administrative-gender."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class NameUse(StrEnum):
    """Whether a name is used now, was used before, or stands beside the legal one."""

    CURRENT = "CURRENT"
    FORMER = "FORMER"
    ALIAS = "ALIAS"


class InvolvementStatus(StrEnum):
    """Whether a service still works with the child; UNKNOWN where the agency does not say."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class SupportStatusCode(StrEnum):
    """Status of support, after Working Together to Safeguard Children 2023."""

    EARLY_HELP = "EARLY_HELP"
    CHILD_IN_NEED = "CHILD_IN_NEED"
    SECTION_47_ENQUIRY = "SECTION_47_ENQUIRY"
    CHILD_PROTECTION_PLAN = "CHILD_PROTECTION_PLAN"
    LOOKED_AFTER = "LOOKED_AFTER"
    CARE_LEAVER = "CARE_LEAVER"
    EHC_PLAN = "EHC_PLAN"
    NONE = "NONE"
    OTHER = "OTHER"


class Claim(StrEnum):
    """What a manifest may claim for its source; it counts only once the operator grants it."""

    SPINE = "spine"  # an identity source: asked first, frozen into the reference
    SHIELD_SET = "shield_set"  # its mark of a restricted child counts beyond its own row
    SHIELD_AUTHORITY = "shield_authority"  # of the set, and its unrestricted record clears a child
    NATIONAL = "national"  # serves every area, so its row locates nobody
    CONCLUSIVE = "conclusive"  # an empty result by a conclusive key proves absence
    EFFECTS_NONE = "effects_none"  # reading changes nothing at the agency
    POPULATION = "population"  # how many children it holds, so how many may look alike
    DUPLICATES = "duplicates"  # it may hold one child twice


SHIELD_CLAIMS = frozenset({Claim.SHIELD_SET, Claim.SHIELD_AUTHORITY})  # either makes a member
