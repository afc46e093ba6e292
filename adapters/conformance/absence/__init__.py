"""No fault and no change of a reply is an absence: what the kit tries. May use the rest of it."""
