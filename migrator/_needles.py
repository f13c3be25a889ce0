"""Written by `python -m migrator.needles` from the rules; do not edit."""

NEEDLES = (
    b"BITBUCKET_PACKAGES_TOKEN",
    b"BITBUCKET_PACKAGES_USERNAME",
    b"apkg.io",
    b"login",
)
LEADING: dict[str, tuple[str, ...]] = {
    "ash": (),
    "bash": (),
    "dash": (),
    "ksh": (),
    "sh": (),
    "zsh": (),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "npm": ("package.json",),
    "yarn": ("package.json",),
    "pnpm": ("package.json",),
    "python": (),
    "python3": (),
    "source": (),
    ".": (),
    "exec": (),
}
