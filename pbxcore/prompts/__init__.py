"""What the PBX says: texts of each language, and its grammar of numbers, dates and times.

A language says a thing as fragments, each a sound file of its own; `sounds` finds the files,
`rendering` makes them from the texts.
"""
