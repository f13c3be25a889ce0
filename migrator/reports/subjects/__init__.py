"""A file per subject: from the records of the core it fills the document, the tables and the record of a report."""
