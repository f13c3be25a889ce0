"""Repositories on this machine: which of them are asked for, how each is read and analysed, and what is written."""
