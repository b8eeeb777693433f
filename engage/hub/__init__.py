"""The conversation log: what everyone writes, stored before it is acknowledged."""
