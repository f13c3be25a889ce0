"""What can be asked for, as records: a group of options is declared here once, and used by its names down to the end.

No parser of a command line is imported for them; `cli/commands.py` makes one of what they declare.
"""


class UsageError(Exception):
    """What is asked for cannot be. The message is a sentence."""
