"""The frozen values that rooms exchange, errors, events and the clock. Uses no other room."""
