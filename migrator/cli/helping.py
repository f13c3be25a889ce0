"""How the help of a command is laid out: options below headings, and no word of it cut off."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

_FIRST, _HELP = "Options", "help"
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
"""Of every command: they pass from a group to those within."""


class GroupedCommand(TyperCommand):
    """Options are in the order of their declaration, below the heading that each names; what names none comes first."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What has to be given has no brackets, as elsewhere; Typer's braces would say that it is a choice."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        every: list[Any] = list(self.get_params(ctx))
        headed: dict[str, list[tuple[str, str]]] = {}
        for one in every:
            shown, one.show_envvar = getattr(one, "show_envvar", False), False  # `--help` would be twice as long
            record = one.get_help_record(ctx)
            one.show_envvar = shown
            if record is not None:
                is_argument = one.param_type_name == "argument"
                heading = "Arguments" if is_argument else getattr(one, "rich_help_panel", None) or _FIRST
                headed.setdefault(heading, []).append(record)
        for heading in sorted(headed, key=lambda one: (one != "Arguments", one != _FIRST)):
            with formatter.section(heading):
                formatter.write_dl(headed[heading])


class WholeGroup(TyperGroup):
    """Says of each command all that its first paragraph does."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        every = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, _first(one)) for name, one in every if one is not None and not one.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _first(command: Any) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())
