"""The logins of a step to Packages, each with where its user name and its password come from."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from migrator.flow.events import Command
from migrator.flow.queries import Site, sites
from migrator.ir.values import Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import Registry
from migrator.rulebook.sinks import Role
from migrator.sinks.credentials import Origin, origin
from migrator.sinks.logins import Binding, Login

_NONE = Origin((), (), True, None)
"""Of a user name that the client adds by itself, so that there is nothing to replace."""


class LoginWord(Struct, frozen=True):
    """The user name or the password of a login, as `role` says; `native` is the variable that should stand there.
    `variable` is the one that the client takes it from, '' where it is told in another way; `expression` is what that
    becomes in front of the command, and `whole` says that it can become so nowhere else."""

    role: str
    native: str
    value: Value
    origin: Origin
    variable: str = ""
    expression: str = ""
    whole: bool = False


class PackagesLogin(Struct, frozen=True, eq=False, dict=True):
    """A run of a login command that certainly goes to a registry of Packages."""

    shell: Shell
    login: Login
    registry: Registry
    username: LoginWord
    password: LoginWord

    @property
    def command(self) -> Command:
        return self.login.command

    @property
    def words(self) -> tuple[LoginWord, LoginWord]:
        return self.username, self.password

    @property
    def native(self) -> bool:
        """Nothing to change: both come from the native credentials on every way."""
        origins = (word.origin for word in self.words)
        return not any(one.stored or one.literals or one.obstacle for one in origins)

    @property
    def literal(self) -> bool:
        """The password is written out."""
        return any(text.text.strip() for text in self.password.origin.literals)

    @property
    def stored(self) -> tuple[str, ...]:
        """The stored variables that carry the credential."""
        return tuple(dict.fromkeys(name for word in self.words for name in word.origin.stored))

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for logins with the same credential."""
        origins = (word.origin for word in self.words)
        return tuple((one.stored, one.native, tuple(text.text for text in one.literals)) for one in origins)

    @cached_property
    def sites(self) -> frozenset[Site]:
        """The expansions that the credential comes through."""
        return sites(self.username.value) | sites(self.password.value)


def packages_logins(step: StepFacts) -> tuple[PackagesLogin, ...]:
    """The logins of a step to Packages, native ones among them, in the order of running."""
    return tuple(
        PackagesLogin(
            shell,
            login,
            registry,
            _word("user name", registry.username, login.username, login, Role.USERNAME)
            if login.token is None
            else LoginWord("user name", registry.username, login.username, _NONE),
            _word("password", registry.password, login.password, login, Role.PASSWORD),
        )
        for shell in step.shells
        for login in shell.logins
        if (registry := login.registry)
    )


def _word(what: str, native: str, value: Value, login: Login, role: Role) -> LoginWord:
    variable = login.variable(role)
    given = next((one for one in login.bindings if one.variable == variable), Binding(variable, f'"${native}"', False))
    return LoginWord(what, native, value, origin(value, native), variable, given.expression, given.whole)
