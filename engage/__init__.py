"""Engage: the web application on top of the PBX."""
