"""Money is exact, keeps its currency, and is rounded only on request."""

from __future__ import annotations

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.terms import Money

amounts = st.decimals(-(10**12), 10**12, places=6)


def usd(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "USD")


def test_ten_dimes_are_a_dollar():
    dimes = [usd("0.10")] * 10

    total = dimes[0]
    for dime in dimes[1:]:
        total = total + dime

    assert total == usd("1.00")


def test_a_float_is_no_amount_because_it_cannot_hold_a_dime():
    with pytest.raises(TypeError, match=r"give a Decimal, not 0\.1"):
        Money(0.1, "USD")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_money(amount):
    with pytest.raises(ValueError, match="is not an amount of money"):
        usd(amount)


def test_two_currencies_are_never_added_subtracted_or_compared():
    dollar, euro = usd("1"), Money(Decimal(1), "EUR")

    for mixed in (Money.__add__, Money.__sub__, Money.__lt__):
        with pytest.raises(ValueError, match="cannot combine USD with EUR: convert one first"):
            mixed(dollar, euro)
    assert dollar != euro


def test_a_sum_too_long_to_be_exact_is_an_error_not_a_rounded_sum():
    with pytest.raises(Inexact):
        usd("1e90") + usd("1e-90")


def test_half_a_cent_is_rounded_away_from_zero():
    assert usd("0.005").rounded() == usd("0.01")
    assert usd("-0.005").rounded() == usd("-0.01")
    assert usd("0.00499").rounded() == usd("0")


def test_a_currency_without_cents_is_rounded_to_whole_units():
    assert Money(Decimal("1234.5"), "JPY").rounded(0) == Money(Decimal(1235), "JPY")


def test_a_third_of_a_dollar_stays_a_third():
    assert usd("1").times(Fraction(1, 3)) * 3 == 1


def test_money_is_shown_with_grouped_thousands_two_places_and_its_currency():
    assert str(usd("1234567.895")) == "1,234,567.90 USD"
    assert str(usd("-12")) == "-12.00 USD"


def test_deals_are_put_in_order_by_amount():
    deals = [usd("30"), usd("-1"), usd("4")]

    assert sorted(deals) == [usd("-1"), usd("4"), usd("30")]
    assert max(deals) == usd("30")


@given(amounts, amounts, amounts)
def test_the_order_in_which_amounts_are_added_does_not_matter(first, second, third):
    assert (usd(first) + usd(second)) + usd(third) == usd(third) + (usd(second) + usd(first))


@given(amounts, amounts)
def test_what_is_added_and_taken_off_again_leaves_nothing_behind(start, change):
    assert usd(start) + usd(change) - usd(change) == usd(start)


@given(amounts)
def test_rounding_moves_an_amount_by_half_a_cent_at_most_and_only_once(amount):
    rounded = usd(amount).rounded()

    assert abs(rounded.amount - amount) <= Decimal("0.005")
    assert rounded.rounded() == rounded
