"""Live chat: a public page where visitors ask, and the desk in Wave where agents answer."""
