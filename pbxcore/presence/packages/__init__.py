"""Event packages, one file each: states as values, and their documents read and written."""
