"""The same command on the same files prints what it printed the last time, without being carried out.

Only what the interpreter has loaded by itself, and modules that keep to that, may be imported here.
"""
