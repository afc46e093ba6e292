"""Mappings and documents drawn at random, to hold generated functions to the exact mapping."""
