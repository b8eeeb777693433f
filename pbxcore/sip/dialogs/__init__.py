"""Dialogs and what lives in them, without I/O (RFC 3261 §12 to §15 and its extensions).

One machine per idea: `dialog` and `dialog_set` (who talks to whom), `invitation_client` and
`invitation_server` (the fate of one INVITE at either end), `offer_answer` (whose turn it is to
describe the session), `modification` (changes that may cross), `reliable` (PRACK), `session_timer`,
`refer`, `replaces`, `info`. Inputs are methods, outputs are values, `deadline` says when `tick` is
next due. `pbxcore.sip.user_agent` puts them together.
"""
