"""Documents and rows become records as the manifest says. May use manifest."""
