"""What is known of a fleet, as text, Markdown, JSON and CSV."""
