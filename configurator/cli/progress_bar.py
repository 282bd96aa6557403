"""A bar that a person sees at the terminal while many things are looked at one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

from configurator.cli.terminal import Screen


@contextmanager
def progress_bar(screen: Screen, what: str) -> Iterator[Callable[[int, int], None] | None]:
    """While it lasts, a bar stands on standard error; gives what moves it, or `None` where nobody looks.

    It is moved with how many are done, and of how many.
    """
    console = screen.watched
    if console is None:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
