"""Pull requests: which findings belong to a change, what is said about them, and what is said there already."""
