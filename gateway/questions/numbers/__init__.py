"""By which numbers the shield set is still to be asked. Uses no other room of questions."""
