"""The dialplan as administrators arrange it: routes in and out, and who may not call."""
