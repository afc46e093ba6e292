"""The order in which parts of an answer come: documents in parts, and a screen that reads them."""
