"""The group of all commands: loads one when it is called, and puts every known failure into one clear message."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, cast

import click

from hospital_bridge import logs
from hospital_bridge.cli.failure import told
from hospital_bridge.origin import refuse_strangers


class CommandGroup(click.Group):
    """`commands` maps a name to the module that holds its click command as `command`."""

    def __init__(self, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__("hospital-bridge", context_settings={"help_option_names": ["-h", "--help"]}, **settings)
        self._modules = modules
        click.version_option(package_name="hospital-bridge", message=version("hospital-bridge"))(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        return cast("click.Command", import_module(self._modules[cmd_name]).command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command on packages of ours; a failure with a permanent code ends in its message and exit code."""
        try:
            refuse_strangers()
            # What a command prints is its answer, and may be read by a program: warnings go to the other stream.
            logs.configure(level="warning")
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            failure = told(error)
            if failure is None:
                raise
            for line in failure.lines:
                click.echo(line, err=True)
            ctx.exit(failure.exit_code)
