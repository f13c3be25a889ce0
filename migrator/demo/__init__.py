"""A Bitbucket workspace in a box: a server on 127.0.0.1, for newcomers and for end-to-end tests."""
