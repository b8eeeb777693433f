"""Live chat: a visitor on a web page and an agent in Wave."""
