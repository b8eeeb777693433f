"""The far ends we sign in to or are joined with: providers and other PBXs."""
