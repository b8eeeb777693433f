"""Session descriptions (RFC 8866) and what two sides make of them (RFC 3264), without I/O.

`reader.read` and `writer.write` go between bytes and `description.SessionDescription`; the modules
beside them read and write the attributes of one standard each; `negotiation.Negotiation` makes
offers and answers over the life of a dialog and says what was agreed.
"""
