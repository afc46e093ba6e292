"""Every agency that is asked, for operators. May use pages."""
