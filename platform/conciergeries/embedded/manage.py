"""The `manage` command: Django's own commands, on the running demo, or on its servers started for the occasion."""

import os
from contextlib import ExitStack
from pathlib import Path

from conciergeries.embedded.children import Children
from conciergeries.embedded.data import DataFolder, published_environment
from conciergeries.embedded.demo import DEFAULT_DATA, FIRST_PORT
from conciergeries.embedded.environment import adopt, platform_environment
from conciergeries.embedded.stack import launch_servers


def manage(arguments: list[str]) -> None:
    """Run one of Django's commands, which may end the program itself.

    With a DATABASE_URL in the environment, nothing is started: a real installation runs its commands this way.
    """
    with ExitStack() as stack:
        if "DATABASE_URL" not in os.environ:
            data = Path(os.environ.get("DATA_DIR") or DEFAULT_DATA)
            adopt(published_environment(data) or _started_for_the_occasion(data, stack))
        from django.core.management import execute_from_command_line  # noqa: PLC0415  (reads the variables above)

        execute_from_command_line(["./run manage", *arguments])


def _started_for_the_occasion(data: Path, stack: ExitStack) -> dict[str, str]:
    folder = stack.enter_context(DataFolder(data))
    children = stack.enter_context(Children())
    servers = launch_servers(children=children, data_dir=folder.servers(), logs=folder.logs, durable=True).wait()
    environment = platform_environment(folder=folder, servers=servers.environment(), port=FIRST_PORT)
    stack.enter_context(folder.published(environment))
    return environment
