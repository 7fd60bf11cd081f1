"""What an editor offers, explains and underlines in a charter, asked of a real language server.

    python tests/editor/complete.py FOLDER

FOLDER holds `node_modules` with the YAML language server; `make editor` puts it there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from remit.charter.schema import charter_schema

SERVER = Path("node_modules/yaml-language-server/bin/yaml-language-server")
MODELINE = "# yaml-language-server: $schema=charter.schema.json"


class Editor:
    """An editor with one folder open, at the other end of a language server's pipes."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.folder = folder
        self.server = subprocess.Popen(
            ["node", str(server), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.numbers = count(1)
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
        self.tell("initialized")
        settings = {"yaml": {"schemaStore": {"enable": False}}}
        self.tell("workspace/didChangeConfiguration", settings=settings)

    def open(self, text: str) -> tuple[str, dict[str, int]]:
        """Open a charter; `|` is where the cursor stands."""
        before, _, after = text.partition("|")
        uri = (self.folder / f"{next(self.numbers)}.yaml").as_uri()
        shown = f"{MODELINE}\n{before}{after}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": shown}
        self.tell("textDocument/didOpen", textDocument=document)
        lines = f"{MODELINE}\n{before}".split("\n")
        return uri, {"line": len(lines) - 1, "character": len(lines[-1])}

    def offers(self, text: str) -> list[str]:
        """What the editor offers to write at the cursor."""
        uri, position = self.open(text)
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=position)
        return [one["label"] for one in found["items"]]

    def explains(self, text: str) -> str:
        """What the editor shows of the word under the cursor."""
        uri, position = self.open(text)
        found = self.ask("textDocument/hover", textDocument={"uri": uri}, position=position)
        return str(found["contents"]["value"]) if found else ""

    def underlines(self, text: str) -> list[str]:
        """What the editor says is wrong."""
        uri, _ = self.open(text)
        while uri not in self.told:
            self.hear()
        return [one["message"] for one in self.told[uri]]

    def ask(self, method: str, **given: Any) -> Any:
        """Ask the server and wait for its answer."""
        number = next(self.numbers)
        self.send({"id": number, "method": method, "params": given})
        while True:
            heard = self.hear()
            if heard.get("id") == number and "method" not in heard:
                return heard["result"]

    def tell(self, method: str, **given: Any) -> None:
        """Tell the server something it does not answer."""
        self.send({"method": method, "params": given})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The server's next message; what it says is wrong is kept by file."""
        assert self.server.stdout is not None
        length = 0
        while line := self.server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise SystemExit("the language server stopped")
        heard: dict[str, Any] = json.loads(self.server.stdout.read(length))
        if heard.get("method") == "textDocument/publishDiagnostics":
            self.told[heard["params"]["uri"]] = heard["params"]["diagnostics"]
        elif "id" in heard and "method" in heard:
            self.send({"id": heard["id"], "result": None})
        return heard


def main(server: Path) -> int:
    """Ask what charters' writers ask; 0 if every answer is right."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "charter.schema.json").write_text(json.dumps(charter_schema()), "utf-8")
        editor = Editor(server, folder)
        try:
            return _asked(editor)
        finally:
            editor.server.kill()


def _asked(editor: Editor) -> int:
    start = "company: Acme\n"
    first = editor.offers(start + "|")
    in_role = editor.offers(start + "roles:\n  sdr:\n    |")
    kinds = editor.offers(start + "roles:\n  sdr:\n    is: |")
    owned = editor.offers(start + "roles:\n  ae:\n    is: AE\n    owns:\n      - |")
    facts = editor.offers(start + "segments:\n  mid:\n    facts:\n      |")
    measures = editor.offers(start + "roles:\n  ae:\n    kpis:\n      - |")
    run = editor.offers(start + "decisions:\n  - boundary: ae_am\n    run: |")
    component = editor.offers(start + "plans:\n  ae:\n    components:\n      new:\n        |")
    role = "roles:\n  ae:\n    is: AE\n"
    right = start + role + "    owns: [discovery, closing]\n    headcount: 4\n"
    typo = editor.underlines(start + role + "    onws: [closing]\n")
    wrong_kind = editor.underlines(start + "roles:\n  ae: {is: AEE}\n")
    hover = editor.explains(start + role + "    repo|rts_to: ae\n")
    answers = {
        "at the top: the blocks": {"roles", "segments", "handoffs", "plans"} <= {*first},
        "in a role: owns, assists": {"owns", "assists", "is"} <= {*in_role},
        "after `is:`: the kinds": {"AE", "SDR", "CSM"} <= {*kinds},
        "in `owns:`: the functions": {"closing", "renewal"} <= {*owned},
        "in `facts:`: the facts": {"grr", "win_rate"} <= {*facts},
        "in `kpis:`: the measures": "win_rate" in measures,
        "after `run:`: the answers": "split_at_close" in run,
        "in a component: its words": {"pays_on", "rate", "tiers"} <= {*component},
        "over a word: its meaning": "The role its holders report to." in hover,
        "a right charter: nothing": editor.underlines(right) == [],
        "a typo: underlined": len(typo) == 1 and "onws" in typo[0],
        "a kind there is not: underlined": len(wrong_kind) == 1,
    }
    for asked, is_right in answers.items():
        print("ok    " if is_right else "WRONG ", asked)
    return 0 if all(answers.values()) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) / SERVER))
