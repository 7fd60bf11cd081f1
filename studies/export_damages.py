"""Small exports of every format that remit reads, and ways to damage them.

A damage changes a file of an export, or the folder it lies in, by a generator of random numbers;
`export_corruptions.py` applies them and loads what is left.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Chance = np.random.Generator
Change = Callable[[bytes, Chance], bytes]
Damage = Callable[[Path, Chance], None]
"""Damages one file; it may rename it, or put others beside it."""

# What lies in the exports

_ROWS: Mapping[str, tuple[str, ...]] = {
    "User": (
        "Id,Name,Email,Title,IsActive,CreatedDate,SystemModstamp",
        "005000000000001AAA,Zoë Müller,zoe@acme.com,SDR,true,2025-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z",
        '005000000000002AAA,"Bob ""B"" Ode",bob@acme.com,AE,true,2025-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z',
    ),
    "Account": (
        "Id,Name,OwnerId,NumberOfEmployees,Industry,CreatedDate,SystemModstamp,IsDeleted",
        '001000000000001AAA,"Café, one",005000000000002AAA,"1,200",Retail,2026-01-01T10:00:00.000Z,2026-02-01T10:00:00.000Z,false',
        '001000000000002AAA,"two\nlines",005000000000002AAA,7,Banking,2026-01-02T10:00:00.000Z,2026-02-01T10:00:00.000Z,false',
        "001000000000003AAA,three,,,,2026-01-03T10:00:00.000Z,,true",
    ),
    "Lead": (
        "Id,OwnerId,CreatedById,LeadSource,Status,CreatedDate,ConvertedDate,ConvertedContactId,ConvertedOpportunityId",
        "00Q000000000001AAA,005000000000001AAA,005000000000001AAA,Web,Open,2026-01-04T10:00:00.000Z,,,",
        "00Q000000000002AAA,005000000000002AAA,005000000000001AAA,Fair,Done,2026-01-04T10:00:00.000Z,2026-02-01,003000000000001AAA,006000000000001AAA",
    ),
    "Opportunity": (
        "Id,AccountId,OwnerId,StageName,Amount,CloseDate,IsClosed,IsWon,Type,CreatedDate,Pain__c",
        "006000000000001AAA,001000000000001AAA,005000000000002AAA,Won,10000.50,2026-05-01,true,true,New,2026-02-01T09:00:00.000Z,slow",
        "006000000000002AAA,001000000000002AAA,005000000000002AAA,Discovery,,2026-09-01,false,false,New,2026-03-01T09:00:00.000Z,",
    ),
    "OpportunityHistory": (
        "Id,OpportunityId,StageName,CreatedDate,CreatedById",
        "008000000000001AAA,006000000000001AAA,Discovery,2026-02-01T09:00:00.000Z,005000000000002AAA",
        "008000000000002AAA,006000000000001AAA,Won,2026-05-01T09:00:00.000Z,005000000000002AAA",
    ),
    "Task": (
        "Id,WhoId,WhatId,OwnerId,CreatedById,Subject,TaskSubtype,CallDurationInSeconds,ActivityDate,IsClosed,CreatedDate",
        "00T000000000001AAA,00Q000000000001AAA,,005000000000001AAA,005000000000001AAA,Call: hello,Call,600,2026-02-02,true,2026-02-02T10:00:00.000Z",
        "00T000000000002AAA,,006000000000001AAA,005000000000002AAA,005000000000002AAA,Mail,Email,,2026-02-03,true,2026-02-03T10:00:00.000Z",
    ),
    "Event": (
        "Id,WhoId,WhatId,OwnerId,CreatedById,Subject,Type,StartDateTime,DurationInMinutes,CreatedDate",
        "00U000000000001AAA,,006000000000001AAA,005000000000002AAA,005000000000001AAA,Demo,Discovery,2026-02-05T10:00:00.000Z,60,2026-02-02T10:00:00.000Z",
    ),
}  # fmt: skip
_LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
<trace>
<string key="concept:name" value="A1"/>
<int key="amount" value="1200"/>
{events}
</trace>
</log>
"""
_OCEL = {
    "objectTypes": [{"name": "application", "attributes": []}, {"name": "clerk", "attributes": []}],
    "eventTypes": [{"name": "Call", "attributes": []}, {"name": "Approved", "attributes": []}],
    "objects": [
        {"id": "A1", "type": "application", "attributes": [{"name": "sum", "time": "1970-01-01T00:00:00Z", "value": 5}]},
        {"id": "anna", "type": "clerk", "relationships": [{"objectId": "A1", "qualifier": "owns"}]},
    ],
    "events": [
        {"id": "e1", "type": "Call", "time": "2026-03-02T09:30:00Z",
         "attributes": [{"name": "start_timestamp", "value": "2026-03-02T09:00:00Z"}],
         "relationships": [{"objectId": "A1", "qualifier": "about"}, {"objectId": "anna", "qualifier": "by"}]},
        {"id": "e2", "type": "Approved", "time": "2026-03-02T10:00:00Z",
         "relationships": [{"objectId": "A1", "qualifier": "of"}]},
    ],
}  # fmt: skip
_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:bob@acme.com
BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one
SUMMARY:Talk
DTSTART;TZID=Ours:20260302T100000
DTEND;TZID=Ours:20260302T110000
RRULE:FREQ=WEEKLY;COUNT=6;BYDAY=MO
EXDATE;TZID=Ours:20260309T100000
ORGANIZER;CN=Bob:mailto:bob@acme.com
ATTENDEE;PARTSTAT=ACCEPTED;CN=Kim:mailto:kim@globex.com
END:VEVENT
BEGIN:VEVENT
UID:two
DTSTART;VALUE=DATE:20260303
DURATION:PT45M
CATEGORIES:Review,Plan
DESCRIPTION:a line that is longer than most of them are and therefore is
 folded
END:VEVENT
END:VCALENDAR
"""


def _table(name: str) -> pa.Table:
    import csv

    header, *rows = csv.reader(io.StringIO("\n".join(_ROWS[name])))
    return pa.table({column: [row[at] for row in rows] for at, column in enumerate(header)})


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _workbook(sheets: Mapping[str, pa.Table]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(
                [table.column_names, *(r.values() for r in table.to_pylist())]
            ):
                sheet.write_row(at, 0, list(row))
    return out.getvalue()


def _sqlite(journal: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.sqlite"
        con = sqlite3.connect(file)
        con.execute(f"PRAGMA journal_mode = {journal}")
        con.executescript(
            """CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE event_Call (ocel_id TEXT, ocel_time TEXT, start_timestamp TEXT);
            CREATE TABLE event_Approved (ocel_id TEXT, ocel_time TEXT);
            CREATE TABLE object_App (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, sum INTEGER);
            INSERT INTO event VALUES ('e1', 'Call'), ('e2', 'Approved');
            INSERT INTO object VALUES ('A1', 'application'), ('anna', 'clerk');
            INSERT INTO event_map_type VALUES ('Call', 'Call'), ('Approved', 'Approved');
            INSERT INTO object_map_type VALUES ('application', 'App');
            INSERT INTO event_object VALUES ('e1', 'A1', ''), ('e1', 'anna', ''), ('e2', 'A1', '');
            INSERT INTO object_App VALUES ('A1', '1970-01-01T00:00:00Z', NULL, 5);
            INSERT INTO event_Call VALUES ('e1', '2026-03-02T09:30:00Z', '2026-03-02T09:00:00Z');
            INSERT INTO event_Approved VALUES ('e2', '2026-03-02T10:00:00Z')"""
        )
        con.commit()
        con.close()
        return file.read_bytes()


def _xes() -> bytes:
    events = "\n".join(
        f'<event>\n<string key="concept:name" value="{name}"/>\n<string key="org:resource" '
        f'value="anna"/>\n<string key="lifecycle:transition" value="{step}"/>\n'
        f'<date key="time:timestamp" value="2026-03-0{day}T{hour}:00:00.000+01:00"/>\n</event>'
        for day, (name, step, hour) in enumerate(
            [("Call", "START", "09"), ("Call", "COMPLETE", "10"), ("Approved", "COMPLETE", "11")], 2
        )
    )
    return _LOG.format(events=events).encode()


def _xml_of_objects() -> bytes:
    return (
        b'<?xml version="1.0"?>\n<log>\n<objects>\n<object id="A1" type="application"><attributes>'
        b'<attribute name="sum" time="1970-01-01T00:00:00Z">5</attribute></attributes></object>\n'
        b'<object id="anna" type="clerk"/>\n</objects>\n<events>\n'
        b'<event id="e1" type="Call" time="2026-03-02T09:30:00Z"><attributes><attribute '
        b'name="start_timestamp">2026-03-02T09:00:00Z</attribute></attributes><objects><relationship '
        b'object-id="A1" qualifier="about"/><relationship object-id="anna" qualifier="by"/></objects>'
        b'</event>\n<event id="e2" type="Approved" time="2026-03-02T10:00:00Z"><objects><relationship '
        b'object-id="A1" qualifier="of"/></objects></event>\n</events>\n</log>\n'
    )


SHARES: Mapping[str, int] = {
    "CSV": 26, "XLSX": 16, "Parquet": 10, "ICS": 14, "XES": 9, "XES.gz": 6,
    "OCEL JSON": 7, "OCEL SQLite": 6, "OCEL XML": 6,
}  # fmt: skip
"""The formats, and how many trials in a hundred each has."""


_TOGETHER = (
    ("User", "Account", "Opportunity", "OpportunityHistory"),
    ("User", "Lead", "Task"),
    ("User", "Account", "Event"),
)
"""Objects that are exported together: all of them at once would take the time of three trials."""


@cache
def exports() -> Mapping[str, Sequence[Mapping[str, bytes]]]:
    """Small exports of each format: their files by name."""
    tables = {name: _table(name) for name in _ROWS}
    return {
        "CSV": [{f"{n}.csv": "\n".join(_ROWS[n]).encode() + b"\n" for n in some} for some in _TOGETHER],
        "XLSX": [{"export.xlsx": _workbook({n: tables[n] for n in some})} for some in _TOGETHER],
        "Parquet": [{f"{n}.parquet": _parquet(tables[n]) for n in some} for some in _TOGETHER],
        "ICS": [{"bob@acme.com.ics": _CALENDAR.replace("\n", "\r\n").encode()}],
        "XES": [{"log.xes": _xes()}],
        "XES.gz": [{"log.xes.gz": gzip.compress(_xes(), mtime=0)}],
        "OCEL JSON": [{"log.jsonocel": json.dumps(_OCEL, indent=1).encode()}],
        "OCEL SQLite": [{"log.sqlite": _sqlite(mode)} for mode in ("DELETE", "WAL")],
        "OCEL XML": [{"log.xmlocel": _xml_of_objects()}],
    }  # fmt: skip


# Damage to the bytes of any file

_SQL = (
    "'); DROP TABLE meta; --", "' OR '1'='1", '"; DELETE FROM activities; --', "'; ATTACH 'x.db'; --",
    "'||(SELECT version())||'", "${{7*7}}", "=cmd|'/C calc'!A0", "\\'; COPY meta TO 'out.csv'; --",
)  # fmt: skip
_ODD = (
    "\0",
    "\x07",
    "\x1b[2J",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202e",
    "é",
    "🚀",
    "\u200b",
    "\U0010ffff",
    "İ",
    "ß",
)
_VALUES = (
    "", "1e999", "NaN", "-inf", "9" * 400, "0x1F", "9999-12-31T23:59:59.999Z", "0000-00-00", "-5", "1/2/26",
    "13/13/2026", "2026-02-30", "true", "null", "{}", "[]", "\\N", "1,50", "1.000.000,00", "٣", "+2026-01-01",
    "294247-01-10", "infinity", "epoch", "now", "%s%n", "../../x", "\t", "10000000000000000000", "1e308",
)  # fmt: skip


def _one(these: Sequence[Any], chance: Chance) -> Any:
    return these[int(chance.integers(0, len(these)))]


def _at(text: bytes, chance: Chance) -> int:
    return int(chance.integers(0, len(text) + 1))


def _put(text: bytes, what: bytes, chance: Chance) -> bytes:
    at = _at(text, chance)
    return text[:at] + what + text[at:]


def _flip(text: bytes, chance: Chance) -> bytes:
    flipped = bytearray(text)
    for at in chance.integers(0, len(text), size=int(chance.integers(1, 6))) if text else ():
        flipped[at] ^= 1 << int(chance.integers(0, 8))
    return bytes(flipped)


def _twice(text: bytes, chance: Chance) -> bytes:
    start, end = sorted((_at(text, chance), _at(text, chance)))
    return text[:end] + text[start:end] * int(chance.integers(1, 5)) + text[end:]


def _lost(text: bytes, chance: Chance) -> bytes:
    start, end = sorted((_at(text, chance), _at(text, chance)))
    return text[:start] + text[end:]


def _value(text: bytes, chance: Chance) -> bytes:
    """Put something in place of a word, which in most formats is a value or the name of one."""
    words = list(re.finditer(rb"[\w.@:+-]{2,}", text[:200_000]))
    if not words:
        return text
    word = _one(words, chance)
    what = _one([*_VALUES, *_SQL], chance).encode()
    return text[: word.start()] + what + text[word.end() :]


def _any_of(*words: str) -> Change:
    return lambda text, chance: _put(text, _one(words, chance).encode("utf-8", "surrogatepass"), chance)  # fmt: skip


def _recoded(encoding: str) -> Change:
    return lambda text, _: text.decode("utf-8", "replace").encode(encoding, "replace")


def _lines(text: bytes, chance: Chance) -> bytes:
    """A line lost, one twice, or two swapped."""
    lines = text.splitlines(keepends=True) or [b""]
    one, other = (int(chance.integers(0, len(lines))) for _ in range(2))
    match int(chance.integers(0, 3)):
        case 0:
            lines.pop(one)
        case 1:
            lines.insert(other, lines[one])
        case _:
            lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _deep(text: bytes, chance: Chance) -> bytes:
    many = int(chance.integers(20, 200_000))
    what = (b"[", b'{"a":', b"<a>", b'"', b"BEGIN:VEVENT\r\n", b"(")[int(chance.integers(0, 6))]
    return _put(text, what * min(many, 2_000_000 // len(what)), chance)


def _huge(text: bytes, chance: Chance) -> bytes:
    size = int(10 ** chance.uniform(4, 7))
    return _put(text, (b"x", b"9", b" ", b"\xc3\xa9")[int(chance.integers(0, 4))] * size, chance)


CHANGES: Mapping[str, Change] = {
    "bits flipped": _flip,
    "cut off": lambda text, chance: text[: _at(text, chance)],
    "begun late": lambda text, chance: text[_at(text, chance) :],
    "a part twice": _twice,
    "a part lost": _lost,
    "bytes of no text": lambda text, chance: _put(text, chance.bytes(int(chance.integers(1, 60))), chance),
    "NULs": lambda text, chance: _put(text, b"\0" * int(chance.integers(1, 5000)), chance),
    "a value for another": _value,
    "SQL put in": _any_of(*_SQL),
    "odd characters": _any_of(*_ODD),
    "half a character": _any_of("\ud800", "\udfff", "\udc80", "\\ud800", "&#xD800;", "\\udead\\ud83d"),
    "quotes and delimiters": _any_of('"', "'", '""', ',"', '",', ";", ",", "\t", "|", "\r", "\n", '"\n', "\\", "\\\"", "`"),
    "a mark in the middle": _any_of("\ufeff", "\ufffe"),
    "lines lost, doubled, swapped": _lines,
    "UTF-16": lambda text, chance: _recoded(_one(["utf-16", "utf-16-le", "utf-16-be"], chance))(text, chance),
    "Windows-1252": _recoded("cp1252"),
    "other encodings": lambda text, chance: _recoded(_one(["utf-32", "utf-7", "shift_jis", "cp037", "utf-8-sig"], chance))(text, chance),
    "other line ends": lambda text, chance: text.replace(b"\r\n", b"\n").replace(b"\n", (b"\r\n", b"\r", b"\n\n", b"\r\r\n")[int(chance.integers(0, 4))]),
    "nested deep": _deep,
    "a cell up to 10 MB": _huge,
}  # fmt: skip


def _unpacked(change: Change) -> Damage:
    """Change a file's bytes; of one that is packed, half the time what is packed in it."""

    def damage(file: Path, chance: Chance) -> None:
        content = file.read_bytes()
        if chance.random() < 0.6:
            if content[:2] == b"\x1f\x8b":
                inside = gzip.decompress(content)
                file.write_bytes(gzip.compress(change(inside, chance), compresslevel=1, mtime=0))
                return
            if content[:4] == b"PK\x03\x04":
                _in_zip(file, chance, lambda name, part: change(part, chance))
                return
        file.write_bytes(change(content, chance))

    return damage


def _in_zip(file: Path, chance: Chance, change: Callable[[str, bytes], bytes]) -> None:
    """Change one part of a workbook and write all parts anew; sheets more often than the rest."""
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheets = [name for name in parts if "sheet" in name.casefold() or "Strings" in name]
    hurt = _one(sheets if sheets and chance.random() < 0.7 else list(parts), chance)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, part in parts.items():
            packed.writestr(name, change(name, part) if name == hurt else part)


# Headers

_NAMES = (
    "_row", "c0", "w0", "x1_0", "raw_0", "_text", "select", "Id", "id", "", " ", '"', "'", "a\nb", "𝕏" * 30,
    "x" * 10_000, *_SQL,
)  # fmt: skip


def _header(file: Path, chance: Chance) -> None:
    """Damage the header of a table, or have it name very many columns."""
    rows = [line.split(b",") for line in file.read_bytes().split(b"\n")]
    match int(chance.integers(0, 6)):
        case 0:
            rows[0][int(chance.integers(0, len(rows[0])))] = _one(_NAMES, chance).encode()
        case 1:
            rows[0][0] = b'"' + _one(_NAMES, chance).replace('"', '""').encode() + b'"'
        case 2:
            more = int(10 ** chance.uniform(1, 3.7))
            rows = [row + [b"k%d" % at for at in range(more)] for row in rows]
        case 3:
            rows.pop(0)
        case 4:
            rows[0] = rows[0] * 2
        case _:
            rows[0] = [b"" for _ in rows[0]]
    file.write_bytes(b"\n".join(b",".join(row) for row in rows))


def _columns(file: Path, chance: Chance) -> None:
    """Give a Parquet file columns of odd names, of odd types, or very many."""
    table = pq.read_table(file)
    at = int(chance.integers(0, table.num_columns))
    count = table.num_rows
    odd = (
        pa.array([[1, 2]] * count), pa.array([{"a": None}] * count), pa.array([b"\xff\x00"] * count),
        pa.nulls(count), pa.array([1 << 62] * count), pa.array([float("nan")] * count),
        pa.array([253402300799999] * count, pa.timestamp("ms", "UTC")),
        pa.array([-(1 << 62)] * count, pa.timestamp("us")), pa.array([1 << 40] * count, pa.time64("us")),
        pa.array(["a"] * count).dictionary_encode(), pa.array([-(1 << 31)] * count, pa.date32()),
        pa.array([10**37] * count, pa.decimal128(38, 0)), pa.array([True] * count),
        pa.array([[(1, "x")]] * count, pa.map_(pa.int32(), pa.string())), pa.array([b"abcd"] * count, pa.binary(4)),
        pa.array([1 << 63] * count, pa.uint64()), pa.array([""] * count, pa.large_string()),
    )  # fmt: skip
    match int(chance.integers(0, 4)):
        case 0:
            names = list(table.column_names)
            names[at] = _one(_NAMES, chance)
            table = table.rename_columns(names)
        case 1:
            more = int(10 ** chance.uniform(1, 3.3))
            table = pa.table({**{f"k{n}": ["v"] * count for n in range(more)}, **dict(zip(table.column_names, table.columns, strict=True))})  # fmt: skip
        case 2:
            table = table.slice(0, 0)
        case _:
            table = table.set_column(at, table.column_names[at], _one(odd, chance))  # fmt: skip
    packing = _one(["none", "gzip", "zstd", "snappy"], chance)
    pq.write_table(table, file, compression=packing)


# XML that is small to send and large to read

_LAUGHS = "<!DOCTYPE log [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
_TYPES = (
    _LAUGHS,
    "<!DOCTYPE log [<!ENTITY q '" + "x" * 100_000 + "'>]>",
    '<!DOCTYPE log [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/log.dtd">',
    '<!DOCTYPE log [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>',
    '<!DOCTYPE log [<!ATTLIST string value CDATA "&a11;">]>',
    "<!DOCTYPE log>",
)


def _declared(text: bytes, chance: Chance) -> bytes:
    """Declare a document type with entities, and use them."""
    what = _one(_TYPES, chance).encode()
    start = text.find(b"?>") + 2 if text.startswith(b"<?xml") else 0
    used = text[start:].replace(b'"Call"', b'"&a11;&e;&q;"', 1).replace(b"<v>", b"<v>&a11;&e;", 1)
    return text[:start] + what + used


def _more_xml(text: bytes, chance: Chance) -> bytes:
    """Deep elements, very many attributes, an endless tag, another encoding, no end."""
    match int(chance.integers(0, 6)):
        case 0:
            return _put(text, b"<list>" * int(10 ** chance.uniform(1, 5)), chance)
        case 1:
            many = b"".join(b' k%d="1"' % n for n in range(int(10 ** chance.uniform(1, 5))))
            return text.replace(b"<event", b"<event" + many, 1)
        case 2:
            keys = b"".join(b'<string key="k%d" value="v"/>' % n for n in range(int(10 ** chance.uniform(1, 4.3))))  # fmt: skip
            return text.replace(b"</event>", keys + b"</event>", 1)
        case 3:
            return text.replace(b'value="', b'value="' + b"x" * int(10 ** chance.uniform(4, 7)), 1)
        case 4:
            word = _one([b"utf-7", b"klingon", b"utf-16", b"cp037", b"rot13", b"idna", b"base64", b"punycode", b"undefined"], chance)  # fmt: skip
            return text.replace(b"UTF-8", word, 1).replace(b'"1.0"?', b'"1.0" encoding="' + word + b'"?', 1)  # fmt: skip
        case _:
            return text.replace(b"</event>", b"<!--" + b"-" * 50_000 + b"<![CDATA[", 1)


# What is packed, and unpacks to far more


@cache
def _zeros(many: int) -> tuple[bytes, int]:
    """A raw deflate stream that unpacks to so many MB of blanks, and its checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b" " * (1 << 20)
    out, check = b"", 0
    for _ in range(many):
        out += packer.compress(piece)
        check = zlib.crc32(piece, check)
    return out + packer.flush(), check


def _packed_bomb(file: Path, chance: Chance) -> None:
    """Gzip of very much, of gzip, of several members, with something behind it."""
    content = file.read_bytes()
    many = int(chance.choice([40, 150, 1_200]))
    stream, check = _zeros(many)
    bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + stream + struct.pack("<II", check, (many << 20) & 0xFFFFFFFF)  # fmt: skip
    start = gzip.compress(_xes()[:60], mtime=0)
    match int(chance.integers(0, 6)):
        case 0:
            file.write_bytes(start + bomb)
        case 1:
            file.write_bytes(bomb)
        case 2:
            file.write_bytes(gzip.compress(content))
        case 3:
            file.write_bytes(content + chance.bytes(50))
        case 4:
            file.write_bytes(content * 3)
        case _:
            file.write_bytes(b"".join(gzip.compress(_xes()[n : n + 1]) for n in range(len(_xes()))))


def _archive(parts: list[tuple[str, bytes, int, int]], overlap: bool = False) -> bytes:
    """A zip by hand, from name, packed bytes, checksum and the size that is claimed."""
    body, listed = b"", b""
    for at, (name, packed, check, size) in enumerate(parts):
        word = name.encode()
        place = 0 if overlap and at else len(body)
        rest = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 33, check, len(packed), size, len(word), 0)  # fmt: skip
        if not (overlap and at):
            body += b"PK\x03\x04" + rest + word + packed
        listed += b"PK\x01\x02" + struct.pack("<H", 20) + rest + struct.pack("<HHHII", 0, 0, 0, 0o120777 << 16, place) + word  # fmt: skip
    count = min(len(parts), 0xFFFF)
    return body + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), len(body), 0)  # fmt: skip


def _parts_of(file: Path) -> list[tuple[str, bytes, int, int]]:
    found = []
    with zipfile.ZipFile(file) as packed:
        for part in packed.infolist():
            content = packed.read(part)
            packer = zlib.compressobj(1, zlib.DEFLATED, -15)
            found.append((part.filename, packer.compress(content) + packer.flush(), zlib.crc32(content), len(content)))  # fmt: skip
    return found


def _zip_bomb(file: Path, chance: Chance) -> None:
    """A workbook with a part that unpacks to very much, claims to, or claims not to."""
    parts = _parts_of(file)
    many = int(chance.choice([40, 150, 700]))
    stream, check = _zeros(many)
    sheet = next((n for n, part in enumerate(parts) if "sheet1" in part[0]), 0)
    name = parts[sheet][0]
    match int(chance.integers(0, 6)):
        case 0:
            parts[sheet] = (name, stream, check, many << 20)
        case 1:
            parts[sheet] = (name, stream, check, 500)
        case 2:
            parts[sheet] = (*parts[sheet][:3], 0xFFFFFFF0)
        case 3:
            parts += [(f"xl/media/{n}.xml", stream, check, many << 20) for n in range(20)]
        case 4:
            small, sum_ = _zeros(1)
            file.write_bytes(_archive([(f"xl/worksheets/sheet{n}.xml", small, sum_, 1 << 20) for n in range(5_000)], overlap=True))  # fmt: skip
            return
        case _:
            inner = _archive([(f"{n}.zip", stream, check, many << 20) for n in range(3)])
            parts.append(("xl/embeddings/inner.xlsx", *_deflated(inner)))
    file.write_bytes(_archive(parts))


def _deflated(content: bytes) -> tuple[bytes, int, int]:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(), zlib.crc32(content), len(content)


def _zip_names(file: Path, chance: Chance) -> None:
    """Parts called by paths that lead out, twice the same, links, very many, or not there."""
    parts = _parts_of(file)
    out = ("../../outside/written.txt", "/tmp/remit-written-by-a-zip", "..\\..\\outside\\w.txt", "C:\\w.txt", "xl/../../w", "\0w", "a" * 60_000)  # fmt: skip
    match int(chance.integers(0, 4)):
        case 0:
            parts += [(name, *_deflated(b"written")) for name in out]
        case 1:
            at = int(chance.integers(0, len(parts)))
            parts[at] = (_one(out, chance), *parts[at][1:])
        case 2:
            parts += parts
        case _:
            parts += [(f"p{n}", *_deflated(b"")) for n in range(int(10 ** chance.uniform(2, 4.2)))]
    file.write_bytes(_archive(parts))


def _sheets(file: Path, chance: Chance) -> None:
    """Sheets of odd names, a cell very far out, text that is not there, a reach that is false."""
    swaps: tuple[tuple[bytes, bytes], ...] = (
        (b'name="Account"', b'name="' + _one(_SQL, chance).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").encode() + b'"'),
        (b'name="Account"', b'name="User"'), (b'name="Account"', b'name=""'), (b'name="Account"', b'name="a&#10;b"'),
        (b'r="A2"', b'r="XFD1048576"'), (b'r="A2"', b'r="ZZZZZZ99999999999"'), (b'r="A2"', b'r="A0"'), (b'r="A2"', b'r=""'),
        (b"<v>0</v>", b"<v>999999999</v>"), (b"<v>0</v>", b"<v>-1</v>"), (b"<v>0</v>", b"<v>1e999</v>"), (b't="s"', b't="d"'), (b't="s"', b't="e"'),
        (b't="s"', b't="inlineStr"'), (b'ref="A1', b'ref="A1:XFD1048576 B1'), (b"<row ", b"<row r='4294967296' "),
        (b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        (b"</sheetData>", b'</sheetData><mergeCells>' + b'<mergeCell ref="A2:C3"/>' * 5_000 + b"</mergeCells>"),
        (b"<c ", b'<c r="XFD1048576"><v>1</v></c><c '), (b"worksheets/sheet1.xml", b"../../../../etc/passwd"), (b'count="', b'count="99999999999'),
        (b"<v>0</v>", b'<f>HYPERLINK("file:///etc/passwd")</f><v>0</v>'), (b'date1904="', b'date1904="1" x="'), (b'Id="rId1"', b'Id="rId2"'),
    )  # fmt: skip
    which = int(chance.integers(0, len(swaps)))
    old, new = swaps[which]
    with zipfile.ZipFile(file) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, part in parts.items():
            packed.writestr(name, part.replace(old, new, int(chance.choice([1, 1, -1]))))


# Calendars, object-centric logs


def _repeats(text: bytes, chance: Chance) -> bytes:
    """Rules by which a meeting repeats without end, by the second, or never."""
    rules = (
        "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=1000000000", "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYSETPOS=5", "FREQ=HOURLY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60))),
        "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=3", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;BYMONTH=6", "FREQ=WEEKLY;INTERVAL=1000000000", "FREQ=",
        "FREQ=WEEKLY;COUNT=-5", "FREQ=WEEKLY;BYDAY=99MO", "FREQ=MONTHLY;BYSETPOS=-366", "UNTIL=20260101", "FREQ=WEEKLY;UNTIL=00000000T000000Z", "FREQ=DAILY;WKST=XX",
        "FREQ=YEARLY;BYEASTER=400", "FREQ=DAILY;BYDAY=" + ",".join(["MO"] * 20_000), "FREQ=DAILY;INTERVAL=99999999999999999999", "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;INTERVAL=x", "FREQ=WEEKLY;BYSECOND=60", "FREQ=YEARLY;INTERVAL=9999;BYMONTHDAY=29;BYMONTH=2",
    )  # fmt: skip
    rule = _one(rules, chance).encode()
    return text.replace(b"FREQ=WEEKLY;COUNT=6;BYDAY=MO", rule)


def _calendar(text: bytes, chance: Chance) -> bytes:
    """Days at the ends of time, zones that are none, endless folds, very many events."""
    swaps = (
        (b"20260302T100000", b"00010101T000000"), (b"20260302T110000", b"99991231T235959"), (b"20260303", b"99991231"), (b"PT45M", b"P99999999999D"),
        (b"TZID=Ours", b"TZID=../../etc/passwd"), (b"TZID=Ours", b"TZID=/dev/zero"), (b"TZID=Ours", b"TZID=localtime"), (b"TZID=Ours", b"TZID=" + b"x" * 5_000),
        (b"TZID=Ours", b"TZID=\0"), (b"+0100", b"+9999"), (b"+0100", b"-235959"), (b"16010101", b"99991231"), (b"PT45M", b"-PT45M"), (b"PT45M", b"P"), (b"TZID:Ours", b"TZID:"),
        (b"UID:one", b"UID:one\r\nRECURRENCE-ID:20260316T100000"), (b"UID:one", b"UID:one\r\nRDATE:" + b",".join([b"20260302T100000"] * 30_000)),
        (b"UID:two", b"UID:two" + b"\r\n x" * 200_000), (b"UID:two", b"UID:one"), (b"mailto:", b"mailto:" * 20_000), (b"ATTENDEE", b"ATTENDEE;X=" * 2_000 + b"ATTENDEE"),
        (b"BEGIN:VEVENT", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT"), (b"BEGIN:STANDARD", b"BEGIN:STANDARD\r\nRRULE:FREQ=SECONDLY"), (b"DTSTART;", b"DTSTART;VALUE=PERIOD;"),
        (b"UID:one", b"UID:one\r\nRDATE;VALUE=PERIOD:20260302T100000Z/P9999Y"), (b"EXDATE;TZID=Ours:", b"EXDATE;VALUE=DATE:"), (b"CN=Bob", b'CN="Bob'),
    )  # fmt: skip
    old, new = _one(swaps, chance)
    text = text.replace(old, new)
    if chance.random() < 0.15 and len(text) < 20_000:
        start, end = text.find(b"BEGIN:VEVENT"), text.rfind(b"END:VCALENDAR")
        text = text[:end] + text[start:end] * 300 + text[end:]
    return text


def _json(text: bytes, chance: Chance) -> bytes:
    """Something of another kind in the place of a part."""
    document = json.loads(text)
    odd = (None, [], {}, "", 5, True, [[]], [None], {"a": 1}, "\ud800", 10**400, float("nan"), [{}] * 5, "x" * 100_000)  # fmt: skip
    what = _one(odd, chance)
    part = document
    for _ in range(int(chance.integers(1, 7))):
        words = list(part) if isinstance(part, dict) else list(range(len(part)))
        if not words:
            break
        word = _one(words, chance)
        if not isinstance(part[word], dict | list) or chance.random() < 0.25:
            part[word] = what
            break
        part = part[word]
    return json.dumps(document).encode()


def _database(file: Path, chance: Chance) -> None:
    """Tables that are views, code, recursion without end, of odd names or with odd values."""
    con = sqlite3.connect(file)
    scripts = (
        "DROP TABLE event_Call; CREATE VIEW event_Call AS WITH RECURSIVE n(ocel_id) AS (SELECT 1 UNION ALL SELECT ocel_id + 1 FROM n) SELECT ocel_id, 1 AS ocel_time FROM n",
        "DROP TABLE event; CREATE VIEW event AS SELECT 'e1' AS ocel_id, 'Call' AS ocel_type",
        """UPDATE event_map_type SET ocel_type_map = 'Call" UNION SELECT 1; --'""",
        """ALTER TABLE event_Call RENAME TO "event_a""b';--"; UPDATE event_map_type SET ocel_type_map = 'a"b'';--' WHERE ocel_type = 'Call'""",
        "UPDATE event SET ocel_type = x'ff00'; UPDATE event_Call SET ocel_time = x'ff'", "UPDATE event SET ocel_id = zeroblob(5000000)",
        "UPDATE event_Call SET ocel_time = 1e999", "UPDATE event SET ocel_id = NULL", "DELETE FROM event", "DROP TABLE object_map_type", "DROP TABLE object_object",
        "ALTER TABLE event_Call DROP COLUMN ocel_time", "ALTER TABLE event_Call ADD COLUMN \"'; DROP TABLE meta; --\" TEXT", "ALTER TABLE object RENAME COLUMN ocel_id TO id",
        "ALTER TABLE event_Call ADD COLUMN g AS (hex(zeroblob(100000000)))", "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END",
        "PRAGMA journal_mode = WAL", "PRAGMA encoding = 'UTF-16'; VACUUM", "PRAGMA user_version = -1; PRAGMA page_size = 65536; VACUUM",
        "INSERT INTO event_map_type SELECT * FROM event_map_type", "INSERT INTO event SELECT * FROM event", "UPDATE event_Call SET start_timestamp = CAST(x'eda080' AS TEXT)",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE event(a' WHERE name = 'event'", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 99999",
        "INSERT INTO event WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT 'e' || i, 'Call' FROM n",
    )  # fmt: skip
    try:
        con.executescript(_one(scripts, chance))
        con.commit()
    except sqlite3.Error:
        pass
    con.close()


# Names and places of files

_FILE_NAMES = (
    "..{}", "a\nb{}", "a'b{}", 'a"b{}', "a;b{}", "a`b{}", "💼{}", "İſ{}", "CON{}", "select{}", "[a]{}", "*{}", "?{}", "{{a,b}}{}", "-rf{}", "a b{}",
    "x" * 230 + "{}", "\u202egpj{}", "meta{}", "raw_0{}", "a%20b{}", "a\\b{}", "a#b{}", "a?b=c{}", "'; DROP TABLE meta; --{}", "\x1b[2J{}", "~{}", "$HOME{}", "{}", "a\udcffb{}",
    "file:x{}", "_row{}", "**{}",
)  # fmt: skip


def _renamed(file: Path, chance: Chance) -> None:
    """Call the file something else."""
    name = str(_one(_FILE_NAMES, chance))
    ending = "".join(file.suffixes[-2:]) if file.name.endswith(".xes.gz") else file.suffix
    file.rename(file.with_name(name.format(ending)))


def _beside(file: Path, chance: Chance) -> None:
    """Put a link, a pipe, a device or a folder beside a file or in its place."""
    ending = file.suffix
    place = file if chance.random() < 0.5 else file.with_name(f"Contact{ending}")
    if place.exists():
        place.unlink()
    match int(chance.integers(0, 9)):
        case 0:
            os.mkfifo(place)
        case 1:
            place.mkdir()
        case 2:
            place.symlink_to("/dev/zero")
        case 3:
            place.symlink_to(file.parent.parent / "outside" / "precious.csv")
        case 4:
            place.symlink_to(place.name)
        case 5:
            place.symlink_to("/nowhere/at/all")
        case 6:
            place.symlink_to(file.parent)
        case 7:
            place.symlink_to("/proc/self/environ")
        case _:
            place.write_bytes(b"")


@dataclass(frozen=True, slots=True)
class Kind:
    """A damage: what it does, and to files of which formats."""

    damage: Damage
    formats: tuple[str, ...] = tuple(SHARES)
    share: float = 1.0
    """How often it is chosen, against others that fit."""


KINDS: Mapping[str, Kind] = {
    **{name: Kind(_unpacked(change), share=0.3 if name == "a cell up to 10 MB" else 1.0) for name, change in CHANGES.items()},
    "headers": Kind(_header, ("CSV",), 4),
    "columns of odd names and types": Kind(_columns, ("Parquet",), 8),
    "document types and entities": Kind(_unpacked(_declared), ("XES", "XES.gz", "OCEL XML", "XLSX"), 2),
    "elements and attributes": Kind(_unpacked(_more_xml), ("XES", "XES.gz", "OCEL XML", "XLSX"), 2),
    "gzip bombs": Kind(_packed_bomb, ("XES.gz",), 2.5),
    "zip bombs": Kind(_zip_bomb, ("XLSX",), 1),
    "names in a zip": Kind(_zip_names, ("XLSX",), 2),
    "sheets and cells": Kind(_sheets, ("XLSX",), 5),
    "rules that repeat": Kind(_unpacked(_repeats), ("ICS",), 7),
    "days, zones and many events": Kind(_unpacked(_calendar), ("ICS",), 7),
    "parts of another kind": Kind(_unpacked(_json), ("OCEL JSON",), 8),
    "tables that are code": Kind(_database, ("OCEL SQLite",), 8),
    "names of files": Kind(_renamed, share=1.5),
    "links, pipes, devices, folders": Kind(_beside, share=1.5),
}  # fmt: skip


def damaged(folder: Path, chance: Chance) -> tuple[str, str, str]:
    """Write an export into a folder and damage it.

    Returns:
        Its format, the first of the damages, and all of them with the file they hurt.
    """
    shares = np.array(list(SHARES.values()), float)
    format_ = str(chance.choice(list(SHARES), p=shares / shares.sum()))
    files = _one(exports()[format_], chance)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hurt = folder / _one(list(files), chance)
    fits = {name: kind for name, kind in KINDS.items() if format_ in kind.formats}
    weights = np.array([kind.share for kind in fits.values()])
    many = int(chance.choice([1, 1, 1, 2, 3]))
    names = [str(n) for n in chance.choice(list(fits), size=many, p=weights / weights.sum())]
    done = []
    for name in names:
        if not hurt.is_file() or hurt.is_symlink():
            break
        try:
            fits[name].damage(hurt, chance)
        except Exception:
            if not done:  # what is broken by the damage before may not be damaged in this way too
                raise
        done.append(name)
        if "bombs" in name:  # nobody should unpack it here
            break
    return format_, done[0], f"{hurt.name}: {', '.join(done)}"
