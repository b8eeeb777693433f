"""The processes of one server and the channel between them."""
