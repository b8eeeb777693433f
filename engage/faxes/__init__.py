"""Faxes that were received: whose they are, the mail each is sent by, and the list of them."""
