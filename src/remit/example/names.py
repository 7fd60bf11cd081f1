"""Invented names: people, firms, places. All made by combining lists; none is meant to be real."""

from __future__ import annotations

from dataclasses import dataclass

from remit.example.company import Segment
from remit.example.dice import Dice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Ada Adrian Aisha Alan Alba Alexis Amara Amir Ana Andre Anika Anton Ariel Astrid Avery Beatrix "
    "Bela Boris Bruno Calla Camille Carlos Casper Celia Chen Clara Cora Cyrus Dalia Damon Daria "
    "Dexter Diego Dina Edgar Elena Elias Elin Emeka Emil Esme Farah Felix Fiona Flora Gemma Gideon "
    "Greta Hana Harvey Hector Helena Hugo Ida Idris Imani Ines Iris Ivan Jana Jasper Joana Jonas "
    "Josie Julian Kaia Karim Kavya Kenji Kira Lars Leila Leo Lina Livia Lorenzo Lucia Magnus Maia "
    "Malik Mara Marco Mateo Maya Mei Mila Milo Mina Nadia Naomi Nico Nina Noor Odin Olga Omar Orla "
    "Oscar Otis Paloma Pavel Petra Priya Quinn Rafael Rania Ravi Remy Rita Robin Rosa Ruben Sada "
    "Samir Sana Selma Silas Sofia Soren Stella Sven Talia Tamar Tariq Tess Theo Tomas Uma Vera "
    "Viktor Willa Xavier Yara Yusuf Zara Zeno Zoe"
)
LAST = _words(
    "Abbas Adeyemi Albrecht Almeida Amari Anders Araujo Arnaud Bakker Banerjee Baptiste Barros "
    "Becker Beltran Berger Bianchi Blom Boateng Borg Brandt Calder Cardoso Castellan Chanda Chavez "
    "Cho Conti Cortez Dahl Darrow Delacroix Demir Desai Diallo Dorsey Dubois Ekberg Elgin Escobar "
    "Eriksen Falk Faraday Farouk Ferrand Fischer Fontaine Frost Galvez Garnier Ghosh Gilmore Grant "
    "Greco Haddad Hale Halvorsen Hartmann Hassan Holm Hoshino Ibarra Ivers Jansen Jimenez Kaplan "
    "Karlsen Kaur Keller Khatri Kimura Kovac Kruger Lam Larsen Leclair Lindqvist Lobo Lund Madsen "
    "Maier Malhotra Mancini Mbeki Mercer Moreau Morita Nakata Navarro Ndiaye Nilsen Novak Oduya "
    "Okafor Olsen Ortega Osei Pagano Park Pereira Petrov Pham Pinto Quist Rahman Ramos Rao Reyes "
    "Richter Rinaldi Rossi Sachs Salazar Sandoval Sato Schaefer Serrano Shah Silva Simic Solberg "
    "Sorensen Tanaka Tavares Thorne Torres Ueda Vance Varga Vega Vogel Walde Weiss Winther Xu "
    "Yamada Yilmaz Zaman Zeller Ziegler"
)
_FRONT = _words(
    "Alder Amber Apex Arbor Argent Aspen Atlas Aurora Beacon Birch Blue Boreal Bramble Bright "
    "Cascade Cedar Cinder Clear Cobalt Copper Coral Crest Crown Delta Drift Dune East Echo "
    "Elm Ember Evergreen Falcon Fern Field Flint Fox Garnet Glen Granite Gray Green Harbor Haven "
    "Hazel Heron High Hollow Iron Ivory Jasper Juniper Keystone Lark Laurel Lime Linden Lunar "
    "Maple Marble Marsh Meadow Mesa Mill Mint "
    "Moss Noble North Oak Ocean Olive Onyx Opal Orchard Osprey Pearl "
    "Pine Polar Prairie Quarry Quartz Raven Red Ridge River Robin Rowan Ruby Saffron Sage Silver "
    "Slate Solar Spruce Stellar Stone Summit Swift Tall Teal Terra Thistle Timber Topaz Tundra "
    "Umber Valley Verdant Vista Walnut West White Wild Willow Winter Zephyr"
)
_MIDDLE = _words(
    "bank bay bridge brook burn cliff crest dale field ford forge gate grove hill holm land leaf "
    "mark mere mont moor peak point port reach ridge rock shore side spring star stone stream "
    "vale view ward water way well wick wood worth yard"
)
_KIND = _words(
    "Analytics Apparel Automotive Bank Biotech Brands Capital Care Chemicals Components Energy "
    "Engineering Financial Foods Freight Furnishings Group Health Holdings Hospitality Industries "
    "Insurance Labs Logistics Machinery Manufacturing Materials Media Mobility Networks Optics "
    "Packaging Partners Pharma Power Print Properties Publishing Retail Robotics Security Software "
    "Studios Supply Systems Telecom Textiles Tools Travel Works"
)
INDUSTRIES = _words(
    "Apparel Banking Biotechnology Chemicals Communications Construction Consulting Education "
    "Electronics Energy Engineering Finance Healthcare Hospitality Insurance Machinery "
    "Manufacturing Media Retail Shipping Technology Telecommunications Transportation Utilities"
)
STATES = _words("MA NY NJ CT PA VA NC GA FL OH MI IL TX CO WA CA")
JOBS = (
    ("Chief Operating Officer", "Operations"),
    ("Chief Financial Officer", "Finance"),
    ("VP Operations", "Operations"),
    ("VP Finance", "Finance"),
    ("VP Data", "Data"),
    ("Director of Analytics", "Data"),
    ("Director of IT", "IT"),
    ("Head of Business Intelligence", "Data"),
    ("Head of Procurement", "Procurement"),
    ("IT Manager", "IT"),
    ("Data Engineering Lead", "Data"),
    ("Senior Analyst", "Data"),
    ("Operations Manager", "Operations"),
    ("Security Officer", "IT"),
)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company outside ours, as the world knows it.

    Attributes:
        name: Its name.
        domain: Domain of its emails.
        segment: Name of the segment it falls in.
        employees: Number of employees (count).
        revenue: Annual revenue (charter currency).
        industry: Its industry.
        state: US state of its head office.
    """

    name: str
    domain: str
    segment: str
    employees: int
    revenue: int
    industry: str
    state: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person at a firm."""

    first: str
    last: str
    title: str
    department: str
    email: str


def firm(segment: Segment, taken: set[str], dice: Dice) -> Firm:
    """A firm of the segment whose name nobody has yet; the name is added to `taken`."""
    while True:
        front, kind = dice.pick(_FRONT), dice.pick(_KIND)
        name = f"{front}{dice.pick(_MIDDLE)} {kind}"
        if name not in taken:
            break
    taken.add(name)
    reach = (segment.below / segment.at_least) ** (dice.uniform() ** 1.6)
    employees = min(segment.below - 1, int(segment.at_least * reach))
    revenue = round(employees * dice.around(180_000, 0.5), -5)
    domain = name.lower().replace(" ", "-") + ".example"
    return Firm(
        name, domain, segment.name, employees, int(revenue), dice.pick(INDUSTRIES),
        dice.pick(STATES),
    )  # fmt: skip


def somebody(at: Firm, dice: Dice) -> Somebody:
    """A person at the firm."""
    first, last = dice.pick(FIRST), dice.pick(LAST)
    title, department = dice.pick(JOBS)
    return Somebody(first, last, title, department, f"{first}.{last}@{at.domain}".lower())
