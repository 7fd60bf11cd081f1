"""Printing on a terminal, or into a file or a pipe that stands for one."""

from __future__ import annotations

from rich.console import Console, ConsoleRenderable

WIDEST = 100


def print_screen(screen: ConsoleRenderable, console: Console) -> None:
    """Print at a terminal's width, up to 100 columns; anything else gets 100.

    What goes to no terminal has no styles and no blanks at the ends of lines.
    """
    if console.is_terminal:
        console.print(screen, width=min(console.width, WIDEST), highlight=False, markup=False)
        return
    for line in console.render_lines(screen, console.options.update(width=WIDEST), pad=False):
        console.out("".join(piece.text for piece in line).rstrip(), highlight=False)
