"""Visitors who are kept out of a live chat."""
