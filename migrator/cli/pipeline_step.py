"""The step that asks the registry: the native credentials are there and nowhere else."""

STEP = """\
- step:
    image: python:3.12
    script: [pip install git+URL-OF-PATLESS, patless packages --probe]
"""
HOW = f"The step that asks the registry:\n\n{STEP}"
EPILOG = "\b\nThe step that asks the registry:\n\n\b\n" + STEP
