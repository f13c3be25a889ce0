"""What `image:` of a pipelines file says: https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/"""

from __future__ import annotations

import re

from migrator.platforms.bitbucket.pipelines import Image

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def reference(image: Image) -> str:
    """The image's name with `${NAME}` for variables."""
    return _VARIABLE.sub(r"${\1}", image.name.value.replace("${{", "${").replace("}}", "}"))


def variables(image: Image) -> tuple[str, ...]:
    """The variables that it is pulled with."""
    scalars = [scalar for scalar in (image.username, image.password) if scalar]
    return tuple(match[1] for scalar in scalars for match in _VARIABLE.finditer(scalar.value))
