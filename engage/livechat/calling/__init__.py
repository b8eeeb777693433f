"""Visitors who call from the page where they chat."""
