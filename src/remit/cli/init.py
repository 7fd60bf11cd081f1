"""`remit init`: a charter to start from."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import typer

from remit.charter.catalogue import customer_sizes
from remit.charter.start import Crm, SellingBy, Stage, Start, start
from remit.cli.writing import write_whole
from remit.terms import Place, Problem, RemitError, nearest


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be known, how it is asked, and what is taken where nobody is there to ask."""

    name: str
    """The word of `Start` it answers."""
    asks: str
    why: str
    default: str
    read: Callable[[str], Any]
    """The answer from what was typed.

    Raises:
        ValueError: If that is no answer, with what is wrong and what would be one.
    """


def run_init(
    file: Path,
    *,
    company: str | None = None,
    stage: str | None = None,
    sellers: int | None = None,
    segments: Sequence[str] | None = None,
    motion: str | None = None,
    technical: bool | None = None,
    currency: str | None = None,
    crm: str | None = None,
    interactive: bool = False,
) -> None:
    """Write a charter to start from, and say what to do with it.

    What is None is asked for, one question at a time, where somebody is there to answer; else the
    default is taken and named.

    Args:
        file: Where to write; nothing may be there yet.
        company: Its name.
        stage: How far it is.
        sellers: How many people sell.
        segments: Sizes of customer, such as `smb`; or a name and its size, `germany=smb`.
        motion: How sales begin.
        technical: Whether a product must be proven before a deal can close.
        currency: Three capital letters.
        crm: Where deals are recorded.
        interactive: Whether somebody can be asked.

    Raises:
        RemitError: If something is there already, or for what was given and cannot be.
        KeyboardInterrupt: If whoever is asked does not want to go on.
    """
    if os.path.lexists(file):
        wrong = "is there already, and is not written over."
        raise RemitError([Problem(Place(str(file)), "", wrong, "Give another name.")])
    given = {
        "company": company,
        "stage": stage,
        "sellers": None if sellers is None else str(sellers),
        "segments": ",".join(segments) if segments else None,
        "motion": motion,
        "technical": None if technical is None else ("yes" if technical else "no"),
        "currency": currency,
        "crm": crm,
    }
    answers = _given(given)
    left = [question for question in QUESTIONS if question.name not in answers]
    if interactive:
        answers |= _asked(left)
    else:
        answers |= {question.name: question.read(question.default) for question in left}
    write_whole(file, start(Start.model_validate(answers)))
    if left and not interactive:
        taken = ", ".join(f"{question.name} {question.default}" for question in left)
        print(f"Not said, so taken: {taken}.")
    print(f"Wrote {file}. Fill in what it marks, then:")
    print(f"  remit check {file}")


def _given(given: Mapping[str, str | None]) -> dict[str, Any]:
    """The answers that came with the command.

    Raises:
        RemitError: With every one that is no answer.
    """
    answers, problems = {}, []
    for question in QUESTIONS:
        typed = given[question.name]
        if typed is None:
            continue
        try:
            answers[question.name] = question.read(typed)
        except ValueError as error:
            option = "--segment" if question.name == "segments" else f"--{question.name}"
            problems.append(Problem(Place(option), "", *error.args))
    if problems:
        raise RemitError(problems)
    return answers


def _asked(questions: Sequence[Question]) -> dict[str, Any]:
    """The answers of whoever sits there."""
    answers = {}
    if questions:
        print(f"{len(questions)} questions. Enter takes what stands in brackets.\n")
    for question in questions:
        print(_filled(question.why))
        try:
            answers[question.name] = typer.prompt(
                question.asks, default=question.default, value_proc=_answer(question)
            )
        except typer.Abort:
            print("\nStopped. Nothing was written.", file=sys.stderr)
            raise KeyboardInterrupt from None
        print()
    return answers


def _answer(question: Question) -> Callable[[str], Any]:
    def read(typed: str) -> Any:
        try:
            return question.read(typed)
        except ValueError as error:
            raise typer.BadParameter(_filled(" ".join(error.args))) from None

    return read


def _filled(text: str) -> str:
    """Text that breaks between words at the edge of the terminal."""
    return textwrap.fill(text, shutil.get_terminal_size().columns - 8)


# How an answer is read


def _words(typed: str) -> str:
    """A name: what can be printed, on one line."""
    words = " ".join(typed.split())
    if not words or not words.isprintable():
        raise ValueError("is no name.", "Give at least a letter.")
    return words


def _one_of(known: Sequence[str], what: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        word = re.sub(r"[\s-]+", "_", typed.strip().casefold())
        if word not in known:
            raise ValueError(f'"{typed}" is none of these.', nearest(word, known, what=what))
        return word

    return read


def _count(typed: str) -> int:
    if not typed.strip().isdecimal() or not 1 <= int(typed) <= MOST_SELLERS:
        raise ValueError(f'"{typed}" is no number of people.', "Give 1 or more.")
    return int(typed)


def _sizes(typed: str) -> dict[str, str]:
    """Segments by name; one without a name is called by its size."""
    found: dict[str, str] = {}
    for said in typed.split(","):
        name, _, size = said.rpartition("=")
        known = _one_of(tuple(customer_sizes()), "Sizes")(size)
        name = _words(name) if name else known
        if name in found:
            raise ValueError(
                f'"{name}" is there twice.', "Give each its own name: germany=smb,france=smb."
            )
        found[name] = known
    return found


def _currency(typed: str) -> str:
    code = typed.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f'"{typed}" is no currency.', "Give three letters, such as USD.")
    return code


def _yes(typed: str) -> bool:
    word = typed.strip().casefold()
    if word not in ("y", "yes", "n", "no"):
        raise ValueError(f'"{typed}" is neither.', "Say yes or no.")
    return word.startswith("y")


MOST_SELLERS = 100_000
"""More are a slip of the finger."""

QUESTIONS: tuple[Question, ...] = (
    Question("company", "Company", "What is the company called?", "My company", _words),
    Question(
        "stage",
        f"Stage ({', '.join(get_args(Stage))})",
        "How far is it? This says who leads: a VP Sales until series B, a CRO after it.",
        "seed",
        _one_of(get_args(Stage), "Stages"),
    ),
    Question(
        "sellers",
        "Sellers",
        "How many people sell today, founders included? A few are generalists, more specialise.",
        "3",
        _count,
    ),
    Question(
        "segments",
        f"Segments ({', '.join(customer_sizes())})",
        "How large are the customers? Several with commas, each with a name if you like: "
        "smb,enterprise or germany=smb,france=smb.",
        "smb",
        _sizes,
    ),
    Question(
        "motion",
        f"Motion ({', '.join(get_args(SellingBy))})",
        "How do sales begin: people ask (inbound), are asked (outbound), are on a list (named)?",
        "mixed",
        _one_of(get_args(SellingBy), "Motions"),
    ),
    Question(
        "technical",
        "Technical sale (yes, no)",
        "Must the product be proven technically before a deal can close? Then there is an SE.",
        "no",
        _yes,
    ),
    Question("currency", "Currency", "Which currency are deals and pay in?", "USD", _currency),
    Question(
        "crm",
        f"CRM ({', '.join(get_args(Crm))})",
        "Where are deals recorded? Other CRMs than Salesforce are read through a mapping.",
        "salesforce",
        _one_of(get_args(Crm), "CRMs"),
    ),
)
"""In the order in which they are asked."""
