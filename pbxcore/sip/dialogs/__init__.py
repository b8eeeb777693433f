"""Dialogs and what lives in them, without I/O (RFC 3261 §12 to §15 and its extensions).

One machine per idea: `dialog` and `dialog_set` (who talks to whom), `offer_answer` (whose turn it
is to describe the session), `reliable` (PRACK), `session_timer`. Inputs are methods, outputs are
values, `deadline` says when `tick` is next due.
"""
