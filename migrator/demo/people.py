"""People of the workspace, as they are kept and as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from migrator.demo import identity


@dataclass(frozen=True, slots=True)
class User:
    """`active` and `member` decide about who can review (BITBUCKET_API.md 2.4)."""

    name: str
    uuid: str
    email: str
    active: bool = True
    member: bool = True

    @property
    def git_author(self) -> str:
        return f"{self.name} <{self.email}>"

    def shown(self, origin: str = "") -> dict[str, Any]:
        """As within something else. `origin` is where the links lead."""
        return {
            "type": "user",
            "uuid": self.uuid,
            "display_name": self.name,
            "nickname": self.name.split()[0].lower(),
            "account_id": f"712020:{self.uuid.strip('{}')}",
            "links": {
                "self": {"href": f"{origin}/2.0/users/{quote(self.uuid)}"},
                "html": {"href": f"{origin}/{quote(self.uuid)}/"},
                "avatar": {"href": f"{origin}/avatar/{quote(self.uuid)}.png"},
            },
        }

    def whole(self, origin: str = "") -> dict[str, Any]:
        """As the account itself is shown: whether it is active is said nowhere else (BITBUCKET_API.md 8, fact 5)."""
        row, here = self.shown(origin), f"{origin}/2.0"
        more = {
            "repositories": {"href": f"{here}/repositories/{quote(self.uuid)}"},
            "snippets": {"href": f"{here}/snippets/{quote(self.uuid)}"},
            "hooks": {"href": f"{here}/workspaces/{quote(self.uuid)}/hooks"},
        }
        return {
            **row,
            "links": {**row["links"], **more},
            "created_on": "2020-09-15T23:20:25.652712+00:00",
            "is_staff": False,
            "account_status": "active" if self.active else "inactive",
            "location": None if self.active else "Bern",
        }


def user(name: str, active: bool = True, member: bool = True) -> User:
    """A person of that name, always the same one."""
    address = ".".join(name.lower().split())
    return User(name, identity.uuid("user", name), f"{address}@acme.example", active, member)
