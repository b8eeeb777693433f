"""The PBX's sockets: UDP and TCP transports and the clock that drives transactions."""
