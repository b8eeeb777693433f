"""Who is on a web site now, before any chat: known to memory alone, where that is wanted."""
