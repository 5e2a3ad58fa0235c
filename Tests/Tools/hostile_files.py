"""What a hostile file is, for the modules that make them: see make_hostile_fixtures.py."""
from dataclasses import dataclass

# Which program opens the file, and as what; check_hostile.py has the command lines.
EXTRACT = "lhb-extract"
ARCHITECTURE = "lhb-extract --arch"
INSPECT = "lhb-inspect"
FEATURES = "lhb-features"
MODEL = "lhb-features --model"


@dataclass
class Hostile:
    """A file that must be refused."""

    path: str
    program: str
    attack: str
    content: bytes
    words: tuple = ()

    def row(self):
        """A line of list.tsv: path, program, attack, words that the message must have, each in a column of its own."""
        return "\t".join((self.path, self.program, self.attack) + self.words)
