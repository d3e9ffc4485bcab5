"""What a decision costs without a network: the figures of `cargo bench --bench large`, in nanoseconds."""
import json
import os
import subprocess
from pathlib import Path

COMMAND = ["cargo", "bench", "--locked", "--quiet", "--bench", "large", "--", "--noplot"]
WHICH = "cold memory|^a million|expressions"
PATIENCE = 900


def measure(folder, quick):
    """Each benchmark's name and figure, in the order in which they ran; criterion keeps its notes in the folder."""
    command = [*COMMAND, *(["--quick"] if quick else []), WHICH]
    subprocess.run(command, env=os.environ | {"CRITERION_HOME": str(folder)}, check=True, timeout=PATIENCE,
                   stdout=subprocess.DEVNULL)
    notes = sorted(folder.glob("**/new/estimates.json"), key=lambda file: file.stat().st_mtime_ns)
    return {json.loads(note.with_name("benchmark.json").read_text())["full_id"]: estimated(note) for note in notes}


def estimated(note: Path):
    estimates = json.loads(note.read_text())
    return (estimates["slope"] or estimates["mean"])["point_estimate"]
