"""Scalars, codes and inputs that several types use. Uses no other room of the schema."""
