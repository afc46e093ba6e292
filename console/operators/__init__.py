"""How the gateway is doing, and every agency that is asked, for operators. May use pages."""
