"""What a call costs by either carrier, signed or not, and what a second request saves."""
