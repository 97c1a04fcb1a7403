"""The page of the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from docs._pages.markdown import code, document, table
from hospital_bridge.cli import main

INTRODUCTION = (
    "Exit codes: 0, all is well; 1, it ran and something is wrong; 78, the configuration cannot be used. "
    "Messages follow `LC_ALL`, `LC_MESSAGES` and `LANG`: Chinese where they begin with `zh`, else English."
)


def page() -> str:
    """One section for each command and command of a group."""
    sections = (_section(path, command) for path, command in _commands(main, ("hospital-bridge",)))
    return document("Command line", INTRODUCTION, *sections)


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group) and command.invoke_without_command:
            yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif command is not None:
            yield (*path, name), command


def _section(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(path))
    parts = [f"## {' '.join(path[1:])}", code(f"{' '.join(path)} {' '.join(command.collect_usage_pieces(context))}")]
    parts.append(_paragraphs(command.help or ""))
    told = (option.get_help_record(context) for option in command.params if isinstance(option, click.Option))
    options = [record for record in told if record]
    if options:
        parts.append(table(("Option", "Meaning"), ((code(written), meaning) for written, meaning in options)))
    return "\n\n".join(parts)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
