"""What every page shares: layout, headers, refusals, assets. May use sign_in."""
