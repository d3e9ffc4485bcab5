"""Instructions in user space per answered query: they do not depend on the neighbours, as times do.

By the processor's counters where `perf` reaches them, else by callgrind. With both, two loads of different length are
counted on one running server and the difference is divided by the difference in answered queries, so that neither the
start nor what a load costs once is in it.
"""
import re
import signal
import subprocess
import time

from servers import Running, Trouble

ASKED = 1000          # names, from the head of the query file
TURNS = (2, 12)       # how often each load asks for them
OUTSTANDING = 20      # valgrind is some fifty times slower than the processor
PATIENCE = 30


def method():
    try:
        said = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True).stderr
    except FileNotFoundError:
        return "callgrind"
    return "perf" if re.match(r"\d+,", said) else "callgrind"


class Perf:
    under = ()

    def __init__(self, running):
        self.pid = running.pid

    def count(self, load):
        command = ["perf", "stat", "-x,", "-e", "instructions:u", "-p", str(self.pid)]
        counter = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)   # until it has attached
        answered = load()
        counter.send_signal(signal.SIGINT)
        said = counter.communicate(timeout=PATIENCE)[1]
        found = re.search(r"^(\d+),", said, re.M)
        if not found:
            raise Trouble("perf counted nothing")
        return int(found[1]), answered


class Callgrind:
    under = ("valgrind", "--tool=callgrind", "--callgrind-out-file=callgrind.%p")

    def __init__(self, running):
        self.running, self.dumps = running, 0

    def count(self, load):
        self.dump()
        answered = load()
        return self.dump(), answered

    def dump(self):
        """Instructions since the last dump: each begins to count anew."""
        command = ["vgdb", f"--pid={self.running.pid}", "dump"]
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
        self.dumps += 1
        file = self.running.own / f"callgrind.{self.running.pid}.{self.dumps}"
        found = re.search(r"^(?:totals|summary): (\d+)", file.read_text(), re.M)
        if not found:
            raise Trouble("callgrind counted nothing")
        return int(found[1])


def short_queries(work, workload):
    lines = work.queries(workload).read_text().splitlines(keepends=True)[:ASKED]
    short = work.queries(f"{workload}.short")
    short.write_text("".join(lines))
    return short


def load(running, queries, core, turns):
    command = ["taskset", "-c", core, "dnsperf", "-s", "127.0.0.1", "-p", str(running.port), "-d", queries, "-n", str(turns),
               "-l", "120", "-q", str(OUTSTANDING), "-t", str(PATIENCE)]
    report = subprocess.run(command, capture_output=True, text=True, timeout=180).stdout
    running.must_run()
    completed = re.search(r"Queries completed: +(\d+)", report)
    if not completed:
        raise Trouble("dnsperf reports nothing")
    return int(completed[1])


def per_query(counter, running, queries, core):
    load(running, queries, core, 1)
    (few, asked), (many, asked_more) = [counter.count(lambda: load(running, queries, core, turns)) for turns in TURNS]
    if asked_more <= asked:
        raise Trouble("the longer load was answered no more often")
    return (many - few) / (asked_more - asked)


def count(server, work, server_core, load_core):
    """Instructions per query by workload."""
    counters = {"perf": Perf, "callgrind": Callgrind}[method()]
    with Running(server, work, server_core, counters.under) as running:
        running.await_answers(work.probes(server))
        counter = counters(running)
        workloads = [workload for workload in server.workloads if workload != "mixed"]
        return {workload: per_query(counter, running, short_queries(work, workload), load_core) for workload in workloads}
