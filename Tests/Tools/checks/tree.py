"""Which files are ours."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def files():
    """Paths from the root of all that git knows or would add; without git, of all but what is built."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (ROOT / ".git").exists():
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
        paths = [Path(name) for name in names if name]
    else:
        paths = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        built = (".build", ".peers")
        paths = [path for path in paths if not path.parts[0].startswith(built) and "__pycache__" not in path.parts]
    return sorted(path for path in set(paths) if (ROOT / path).is_file())
