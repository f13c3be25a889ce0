"""Reports in one file for a browser: what a page says (`parts.py`), how it looks (`page.html.j2`), and who fills it."""
