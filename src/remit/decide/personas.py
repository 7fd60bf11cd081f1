"""Distinct buyer personas, as the glossary for private-equity operators counts them."""

from __future__ import annotations

from collections.abc import Iterator

from remit.decide.framework import Framework, Seen, Verdict

_RULES = ("000-04", "000-18", "000-19")


@Framework(
    asks="How many distinct kinds of buyer take part?",
    answers=("sdr_ae", "ae_se", "ae_deal_desk"),
    source="000",
    rules=_RULES,
)
def personas(seen: Seen) -> Iterator[Verdict]:
    """One or two kinds of buyer: one seller may do it all. Five or more: specialists.

    Kinds of buyer are counted, never heads: eleven people of three kinds are three. Three or four
    are left open by the source. It speaks of the work before the signature, and not of who holds
    the account after it.
    """
    count = seen.at("personas", "000-18")
    if count == "few":
        for question in ("sdr_ae", "ae_se", "ae_deal_desk"):
            yield seen.verdict(
                question,
                "joined",
                "With one or two kinds of buyer a generalist may be more efficient.",
                "000-18",
            )
    elif count == "many":
        for question, answers in (
            ("sdr_ae", ("split",)),
            ("ae_se", ("split", "assisted")),
            ("ae_deal_desk", ("split",)),
        ):
            yield seen.verdict(
                question,
                answers,
                "Five kinds of buyer and more want somebody who knows each one's questions.",
                "000-19",
            )
    else:
        for question in ("sdr_ae", "ae_se", "ae_deal_desk"):
            yield seen.verdict(
                question, (), "Three or four kinds of buyer: the source leaves it open.", "000-18"
            )
