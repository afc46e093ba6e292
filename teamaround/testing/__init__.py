"""A gateway around one source, and the conformance kit as one call, for whoever writes a source."""
