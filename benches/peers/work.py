"""What workload.py made, read again: the questions, and how each server is to answer them."""
import json
from pathlib import Path


class Work:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.expected = json.loads((self.folder / "expected.json").read_text())

    def queries(self, workload):
        return self.folder / "queries" / workload

    def names(self, workload):
        return [line.split()[0] for line in self.queries(workload).read_text().splitlines()]

    def answer(self, server, workload, name):
        """RCODE and addresses; the floor has one answer for everything."""
        if server.name == "floor":
            return self.expected["answers"]["forged"]
        return self.expected["honest"][name] if workload == "honest" else self.expected["answers"][workload]

    def probes(self, server):
        """Names and answers that tell that everything is loaded: the last of both lists, or one of each zone."""
        if "forged" in server.workloads:
            asked = self.expected["last"].items()
        else:
            asked = [(workload, self.names(workload)[0]) for workload in server.workloads]
        return [(name, self.answer(server, workload, name)) for workload, name in asked]
