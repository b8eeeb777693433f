"""Sound and pictures on the wire and between people, without sockets or clocks."""
