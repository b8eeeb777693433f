"""What rouses agents when nobody accepts a visitor: three paths beside the mails."""
