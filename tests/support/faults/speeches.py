"""Every kind that an agency may speak over HTTP."""

from typing import Final

from tests.support.faults.fhir_speech import FHIR_R4, FHIR_STU3
from tests.support.faults.json_speech import GRAPHQL, ONEROSTER, REST
from tests.support.faults.soap_speech import SOAP

SPEECHES: Final = (REST, FHIR_R4, FHIR_STU3, ONEROSTER, GRAPHQL, SOAP)
