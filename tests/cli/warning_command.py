"""A command that has an answer and a warning."""

from __future__ import annotations

import click

from hospital_bridge.logs import logger


@click.command()
def command() -> None:
    """Answer, and warn."""
    logger(__name__).warning("job.failed", job_id="j1")
    click.echo('{"answer": 1}')
