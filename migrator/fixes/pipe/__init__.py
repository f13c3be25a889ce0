"""Logins that serve pushes only, as the push pipe: `fix --style pipe`.

`planning` decides, and refuses by raising `Refused`; `barriers` are what rules a pipe out in a step; `statements` are
the lines that may go; `references` writes what is pushed as text for a pipe; `engine` says what commands do with local
images, `localimages` which image each name stands for, and `localnames` how one gets the pipe's name; `layout` takes
lines out of the file and puts the pipe in.
"""
