"""The conformance kit: what `source check` tries, offline and online. May use every room."""
