"""Codecs as pairs of a decoder and an encoder, between payloads of RTP and samples.

`catalogue` names them and loads nothing; `coding` makes them. G.711 and L16 are tables of our own,
the others FFmpeg's by PyAV, which is loaded with the first of them.
"""
