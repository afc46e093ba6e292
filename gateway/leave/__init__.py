"""Leave that was given in emergencies, harm that was stated, and who is still to be told of it."""
