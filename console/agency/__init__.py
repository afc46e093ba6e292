"""An agency's own sources, how it joins, and who gets what. May use pages."""
