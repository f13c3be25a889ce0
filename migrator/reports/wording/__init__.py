"""Sentences and orders that the document and the record of a subject share. Text of others is not escaped yet."""
