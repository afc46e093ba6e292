"""The types for auditors, agencies and families, and what serves them. May use child."""
