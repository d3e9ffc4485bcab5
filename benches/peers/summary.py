"""The figures of all rounds as one: medians, and medians of ratios within a round."""
from statistics import median

from servers import SERVERS

TITLES = {server.name: server.title for server in SERVERS}
PEERS = ("unbound", "pdns", "dnsmasq", "knot")
WORKLOADS = ("mixed", "forged", "nxdomain", "honest", "zone")


class Summary:
    def __init__(self, found):
        self.found, self.run = found, found["run"]
        self.visits = {}
        for visit in found["visits"]:
            self.visits.setdefault(visit["server"], {})[visit["round"]] = visit

    def servers(self, transport, workload):
        """Those that were asked this way, in the order of the table."""
        return [name for name in TITLES if any(workload in visit[transport] for visit in self.visits.get(name, {}).values())]

    def of(self, server, *keys):
        """The median of a figure, found by its keys; None if it was not measured."""
        found = [value for visit in self.visits.get(server, {}).values() if (value := dig(visit, keys)) is not None]
        return median(found) if found else None

    def ratio(self, server, other, *keys):
        """The median of the ratios of rounds in which both were measured."""
        mine, theirs = self.visits.get(server, {}), self.visits.get(other, {})
        pairs = [(dig(mine[turn], keys), dig(theirs[turn], keys)) for turn in mine.keys() & theirs.keys()]
        found = [a / b for a, b in pairs if a is not None and b]
        return median(found) if found else None

    def relayed(self, server, key):
        """The median of a figure of relaying; None if it was not measured."""
        found = [turn[server][key] for turn in self.found.get("relay") or [] if server in turn]
        return median(found) if found else None

    def relayed_ratio(self, server, other, key):
        turns = [turn for turn in self.found.get("relay") or [] if server in turn and other in turn]
        return median(turn[server][key] / turn[other][key] for turn in turns) if turns else None

    def scaled(self, server, sessions, workers, key):
        """The median of a figure of the loads with so many workers; None without any."""
        turns = self.found.get("workers")
        return median(turn[server][sessions][workers][key] for turn in turns) if turns else None

    def scaling(self, server, sessions, key):
        """How many times one worker's a figure is with two: the median of the rounds."""
        pairs = [(turn[server][sessions]["2"][key], turn[server][sessions]["1"][key]) for turn in self.found.get("workers") or []]
        return median(two / one for two, one in pairs) if pairs else None

    def instructions(self, server, workload):
        counted = self.found.get("instructions") or {"servers": {}}
        return counted["servers"].get(server, {}).get(workload)


def straight(points):
    """The line of least squares: its value at zero, and its slope."""
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return mean_y - slope * mean_x, slope


def dig(tree, keys):
    for key in keys:
        if key not in tree:
            return None
        tree = tree[key]
    return tree
