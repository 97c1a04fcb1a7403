"""The hospital behind FHIR: its books as resources of R4, R4B or R5, searched, created and changed over HTTP."""
