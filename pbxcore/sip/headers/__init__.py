"""Headers as values, one module for each family.

`parse_x` reads one value, `read_x` finds it in a message, `encode` writes the value behind the
colon. What decides something raises a 400 when it is malformed; what only informs is left out then.
Writing is strict: whatever was read, what we write is what the grammar wants, and values are quoted
where they must be. Structs hold bytes as they came, numbers as numbers, and names in lower case.
"""
