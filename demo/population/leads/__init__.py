"""The leading children, each told in a function that returns the child and who knows them."""
