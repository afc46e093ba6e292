"""What FHIR, REST, SOAP and GraphQL each add to a source over HTTP. May use the rest of http."""
