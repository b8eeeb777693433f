"""The media worker's engine: one epoll loop between UDP sockets and what signalling asks for."""
