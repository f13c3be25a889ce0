"""What stands in our JSON, as records: what writes it fills them, what reads it decodes into them, and the schemas in
the repository are generated from them (`python -m tests.reports.schemas`)."""
