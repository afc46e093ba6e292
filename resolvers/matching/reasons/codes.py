"""Why a record has its grade: a code that programs read, and a sentence for a person.

A reason speaks of the question, of the record's own verdicts and of whether others came up; never
of a value, of a score, or of what another agency's record says.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReasonCode(StrEnum):
    """Why a record is certain, or what kept it from being so."""

    NUMBER_AND_MORE = "NUMBER_AND_MORE"
    NAME_DATE_AND_MORE = "NAME_DATE_AND_MORE"
    NUMBER_DIFFERS = "NUMBER_DIFFERS"
    NUMBER_ON_ANOTHER = "NUMBER_ON_ANOTHER"
    NUMBER_IN_DOUBT = "NUMBER_IN_DOUBT"
    NUMBER_ALONE = "NUMBER_ALONE"
    NUMBER_NOT_BORNE = "NUMBER_NOT_BORNE"
    RECORDS_DISAGREE = "RECORDS_DISAGREE"
    DOUBLED_HERE = "DOUBLED_HERE"
    CUT_SHORT = "CUT_SHORT"
    NAMESAKE = "NAMESAKE"
    NAMESAKE_NEAR = "NAMESAKE_NEAR"
    LIKELY_TWIN = "LIKELY_TWIN"
    LIKELY_SIBLING = "LIKELY_SIBLING"
    TWIN_KNOWN = "TWIN_KNOWN"
    COMMON_NAME = "COMMON_NAME"
    NO_TIE = "NO_TIE"
    OTHER_HOME = "OTHER_HOME"
    OTHER_SEX = "OTHER_SEX"
    NAME_NEAR = "NAME_NEAR"
    NAME_SILENT = "NAME_SILENT"
    NAME_DIFFERS = "NAME_DIFFERS"
    DATE_NEAR = "DATE_NEAR"
    DATE_SILENT = "DATE_SILENT"
    STATED_DIFFERS = "STATED_DIFFERS"


SENTENCES: Final = MappingProxyType(
    {
        ReasonCode.NUMBER_AND_MORE: "It has one of the child's numbers, and its name or date of"
        " birth fits what you said.",
        ReasonCode.NAME_DATE_AND_MORE: "Its name and date of birth are the child's, one more"
        " detail ties it to what you said, and no other child explains it.",
        ReasonCode.NUMBER_DIFFERS: "It has another number than the child. If everything else"
        " fits, check the number that you gave.",
        ReasonCode.NUMBER_ON_ANOTHER: "It has one of the child's numbers, but its name or date of"
        " birth is clearly another child's.",
        ReasonCode.NUMBER_IN_DOUBT: "The number may be another child's: a record without it fits"
        " what you said better.",
        ReasonCode.NUMBER_ALONE: "It has one of the child's numbers, but too little of what you"
        " said fits it.",
        ReasonCode.NUMBER_NOT_BORNE: "No record has the number that you gave, so more than the"
        " sex must tie it to the child.",
        ReasonCode.RECORDS_DISAGREE: "Records with the same number disagree on which child it"
        " belongs to.",
        ReasonCode.DOUBLED_HERE: "This agency holds more than one record that could be the"
        " child's.",
        ReasonCode.CUT_SHORT: "The agency may hold more records than it sent. One of those may be"
        " about a child of the same name.",
        ReasonCode.NAMESAKE: "More than one child of this name and date of birth is known.",
        ReasonCode.NAMESAKE_NEAR: "A child of this name is known whose date of birth differs only"
        " by a typing error.",
        ReasonCode.LIKELY_TWIN: "It is more likely a twin's.",
        ReasonCode.LIKELY_SIBLING: "It is more likely a brother's or a sister's.",
        ReasonCode.TWIN_KNOWN: "The child may have a twin, so a number or a further name is"
        " needed to be sure.",
        ReasonCode.COMMON_NAME: "Another child of this name could be born on this day: the name is"
        " common for the number of children held here.",
        ReasonCode.NO_TIE: "Name and date of birth fit, but nothing else ties it to what you told.",
        ReasonCode.OTHER_HOME: "Name and date of birth fit, but it has another home and no number.",
        ReasonCode.OTHER_SEX: "Another sex is recorded.",
        ReasonCode.NAME_NEAR: "The name fits only nearly: a typing error, another form, or a part"
        " of it.",
        ReasonCode.NAME_SILENT: "The record or the question lacks a part of the name.",
        ReasonCode.NAME_DIFFERS: "A part of the name is different.",
        ReasonCode.DATE_NEAR: "The date of birth fits only nearly or is not known to the day.",
        ReasonCode.STATED_DIFFERS: "It fits what an identity source knows about the child, but"
        " not what you said.",
        ReasonCode.DATE_SILENT: "The record or the question has no date of birth.",
    }
)
