"""Records of live chats: looked for, read, kept as files, removed."""
