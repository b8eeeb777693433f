"""Answers to messages that visitors have left, by e-mail to and fro."""
