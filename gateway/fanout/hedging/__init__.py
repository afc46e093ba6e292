"""A second request beside one that is slow, where reading has no effects. Uses no other room."""
