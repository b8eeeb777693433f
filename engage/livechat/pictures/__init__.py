"""The logo and the launcher's picture that administrators give a live chat."""
