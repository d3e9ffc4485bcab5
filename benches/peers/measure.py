#!/usr/bin/env python3
"""Measures the servers side by side and writes what was found as JSON; `run` calls it.

    measure.py --work FOLDER --small FOLDER --tools FOLDER --shipped FOLDER --out FILE [options]

FOLDER of --work is what workload.py made; --small is the same with few names, for counting instructions; --tools holds
the compiled floor and latency; --shipped is the repository, for the workloads of --growth.
"""
import argparse
import datetime
import json
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import client
import decisions
import instructions
import relay
from servers import SERVERS, Floor, Running, Splinterdns, Trouble
from work import Work

SAMPLE = 200            # names whose answers are checked before anything is timed
OUTSTANDING = 100       # queries in flight: three full batches of the floor's, and less than a default socket buffer holds
CLIENTS = {"udp": 8, "tcp": 20}
RELOAD_RATE = 50_000
SCALING_ROUNDS = 3     # of four short loads each: one alone says little where everybody shares two cores
GROWTH = (1, 2, 4, 8, 10)
CODES = {"mixed": {"NOERROR", "NXDOMAIN"}, "nxdomain": {"NXDOMAIN"}}


def told_briefly(trouble):
    """For the page: without the paths of this machine, which errors of the system name."""
    if isinstance(trouble, subprocess.SubprocessError):
        return f"{Path(trouble.cmd[0]).name}: {type(trouble).__name__}"
    return str(trouble).splitlines()[0] if isinstance(trouble, Trouble) else type(trouble).__name__


def say(text):
    print(text, flush=True)


class Load(NamedTuple):
    """Who asks: dnsperf on some cores, with so many times everything."""
    cores: str
    transport: str = "udp"
    times: int = 1


class Bench:
    def __init__(self, told):
        self.told, self.work = told, Work(told.work)
        self.servers = [kind(told.tools) for kind in SERVERS if kind.name in told.only]
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.load_core = str(cores[0]), str(cores[1])
        # The probes must not take the server's time.
        os.sched_setaffinity(0, {cores[1]})
        self.found = {"visits": [], "troubles": []}

    def attempt(self, what, measure, *given):
        """One server's trouble is noted and costs its own figures alone."""
        try:
            return measure(*given)
        except (Trouble, OSError, subprocess.SubprocessError, ValueError) as trouble:
            self.found["troubles"].append(f"{what}: {told_briefly(trouble)}")
            say(f"  TROUBLE {what}: {trouble}")
            return None

    def check(self, running):
        server, draw = running.server, random.Random(self.told.seed)
        workloads = [workload for workload in server.workloads if workload != "mixed"]
        for workload in workloads:
            for name in draw.sample(self.work.names(workload), SAMPLE // len(workloads)):
                wanted = self.work.answer(server, workload, name)
                if not any(client.answers(running.port, name, wanted, patience=1) for _ in range(3)):
                    raise Trouble(f"{server.title} answers {name} with {client.ask(running.port, name)}, not {wanted}")

    # One server, one round.

    def dnsperf(self, running, workload, seconds, load=None, under_way=OUTSTANDING):
        load = load or Load(self.load_core)
        command = ["taskset", "-c", load.cores, "dnsperf", "-s", "127.0.0.1", "-p", str(running.port), "-m", load.transport,
                   "-d", self.work.queries(workload), "-l", str(seconds), "-q", str(under_way * load.times), "-t", "2",
                   "-c", str(CLIENTS[load.transport] * load.times), "-T", str(load.times)]
        before = running.cpu()
        report = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30).stdout
        used = running.cpu() - before
        running.must_run()
        return self.read_report(report, running.server, workload, used)

    @staticmethod
    def read_report(report, server, workload, used):
        def number(what):
            found = re.search(rf"{what}: +([0-9.]+)", report)
            return float(found[1]) if found else 0.0

        sent, completed = number("Queries sent"), number("Queries completed")
        if not completed:
            raise Trouble(f"{server.title}, {workload}: no query was answered")
        codes = set(re.findall(r"([A-Z]+) \d+ \(", report))
        wanted = {"NOERROR"} if server.name == "floor" else CODES.get(workload, {"NOERROR"})
        if codes != wanted:
            raise Trouble(f"{server.title}, {workload}: answered with {', '.join(sorted(codes))}")
        return {"cpu": used / completed * 1e6, "rate": number("Queries per second"), "sent": sent, "lost": sent - completed}

    def latency(self, running, rate, seconds, workload="forged"):
        command = ["taskset", "-c", self.load_core, self.told.tools / "latency", str(running.port), str(int(rate)), str(seconds),
                   self.work.queries(workload)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
        return {"rate": int(rate), **json.loads(said)}

    def visit(self, server, turn, top):
        """All of a round's figures of one server, from one start."""
        visit = {"server": server.name, "round": turn, "udp": {}, "tcp": {}}
        with Running(server, self.work, self.server_core) as running:
            visit["start"] = running.await_answers(self.work.probes(server))
            time.sleep(0.5)
            visit["resident"] = running.resident()
            self.check(running)
            self.dnsperf(running, server.workloads[0], 1)
            for workload in server.workloads:
                visit["udp"][workload] = self.dnsperf(running, workload, self.told.seconds)
            for workload in server.tcp:
                visit["tcp"][workload] = self.dnsperf(running, workload, self.told.seconds, Load(self.load_core, "tcp"))
            if server.name in ("floor", "splinterdns"):
                top = top or visit["udp"]["forged"]["rate"]
                visit["latency"] = self.latency(running, top / 10, self.told.seconds)
        self.found["visits"].append(visit)
        return visit

    def rounds(self):
        for turn in range(self.told.rounds):
            top = None
            for server in self.servers:
                visit = self.attempt(server.title, self.visit, server, turn, top)
                if visit:
                    self.report(visit)
                    top = top or visit["udp"]["forged"]["rate"]

    @staticmethod
    def report(visit):
        say(f"  round {visit['round'] + 1}  {visit['server']:<12} "
            f"first answer {visit['start']:.2f} s, {visit['resident']:.0f} MB")
        timed = visit["udp"] | {f"{workload}, TCP": found for workload, found in visit["tcp"].items()}
        for workload, found in timed.items():
            say(f"    {workload:<12} {found['cpu']:6.2f} us a query, {found['rate']:8.0f} q/s, {found['lost']:.0f} lost")
        if "latency" in visit:
            found = visit["latency"]
            say(f"    latency      {found['p50']:.1f} us, 99 %: {found['p99']:.1f} us, at {found['rate']} q/s")

    # What is asked of splinterdns alone.

    def scaling(self):
        """A worker and a thread of dnsperf on one core, and two of each on two, by turns: so the share of the load generator is
        the same. Once in one session, and once in two, which the scheduler takes for groups."""
        rounds = []
        for _ in range(max(SCALING_ROUNDS, self.told.rounds)):
            rounds.append({server.name: {sessions: {str(workers): self.scaled(server, workers, sessions == "apart")
                                                    for workers in (1, 2)} for sessions in ("together", "apart")}
                           for server in (Floor(self.told.tools), Splinterdns(self.told.tools))})
        return rounds

    def scaled(self, server, workers, apart):
        load = Load(cores=",".join([self.server_core, self.load_core][:workers]), times=workers)
        with Running(server, self.work, load.cores, apart=apart, workers=workers) as running:
            running.await_answers(self.work.probes(server))
            self.dnsperf(running, "mixed", 1, load)
            return self.dnsperf(running, "mixed", self.told.seconds, load)

    def reload(self):
        """Latency at a steady rate without a reload, and while SIGHUP reloads everything."""
        server = Splinterdns(self.told.tools)
        with Running(server, self.work, self.server_core) as running:
            started = running.await_answers(self.work.probes(server))
            seconds = int(max(self.told.seconds, min(60, 2 * started + 2)))
            found = {"quiet": self.latency(running, RELOAD_RATE, seconds), "before": running.resident()}
            signaller = subprocess.Popen(["sh", "-c", f"sleep 1; kill -{int(signal.SIGHUP)} {running.pid}"])
            found["reloading"] = self.latency(running, RELOAD_RATE, seconds)
            signaller.wait()
            found["done"] = " reloaded " in re.sub(r"\x1b\[[0-9;]*m", "", running.log.read_text(errors="replace"))
            time.sleep(1)
            found["after"] = running.resident()
        return found

    def growth(self):
        server, found = Splinterdns(self.told.tools), []
        for factor in GROWTH:
            folder, names = self.work.folder / "growth", factor * self.told.names
            make = [sys.executable, Path(__file__).parent / "workload.py", "--lists-only", "--seed", str(self.told.seed),
                    "--names", str(names), self.told.shipped / "configs", self.told.shipped / "zones", folder]
            subprocess.run(make, check=True)
            work = Work(folder)
            with Running(server, work, self.server_core) as running:
                start = running.await_answers(work.probes(server))
                time.sleep(0.5)
                found.append({"names": names, "start": start, "resident": running.resident()})
            shutil.rmtree(folder)
            say(f"  {names} names: {start:.2f} s, {found[-1]['resident']:.0f} MB")
        return found

    def relay(self):
        return relay.measure(self, self.attempt)

    def decisions(self):
        return decisions.measure(self.work.folder / "criterion", self.told.decisions == "quick")

    def count_instructions(self):
        """With few names: what a query takes hardly depends on how many there are, and valgrind is slow."""
        counted = {"by": instructions.method(), "names": self.told.small_names, "servers": {}}
        small = Work(self.told.small)
        for server in self.servers:
            cores = self.server_core, self.load_core
            found = self.attempt(f"{server.title}, instructions", instructions.count, server, small, *cores)
            if found:
                counted["servers"][server.name] = found
                say(f"  {server.name:<12} " + ", ".join(f"{workload} {value:.0f}" for workload, value in found.items()))
        return counted

    def about(self):
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        tools = [subprocess.run(command, capture_output=True, text=True) for command in (["dnsperf", "-h"], ["cc", "--version"])]
        dnsperf = re.search(r"Version ([0-9.]+)", tools[0].stdout + tools[0].stderr)
        return {
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "command": self.told.command,
            "cpu": model[1] if model else platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0],
            "names": self.told.names, "rounds": self.told.rounds, "seconds": self.told.seconds, "seed": self.told.seed,
            "questions": len(self.work.names("mixed")),
            "versions": {server.name: server.version() for server in self.servers},
            "tools": [f"dnsperf {dnsperf[1]}" if dnsperf else "dnsperf", tools[1].stdout.splitlines()[0]],
        }

    def measure(self):
        self.found["run"] = self.about()
        say(f"== side by side, {self.told.names} names")
        self.rounds()
        if any(server.name == "splinterdns" for server in self.servers):
            self.alone()
        say("== instructions a query")
        self.found["instructions"] = self.attempt("instructions", self.count_instructions)
        return self.found

    def alone(self):
        parts = {"relay": self.relay, "workers": self.scaling, "reload": self.reload} | ({"growth": self.growth} if self.told.growth else {})
        parts |= {"decisions": self.decisions} if self.told.decisions else {}
        for what, part in parts.items():
            say(f"== splinterdns: {what}")
            self.found[what] = self.attempt(f"splinterdns, {what}", part)
            if what != "growth":
                say(f"  {json.dumps(self.found[what])}")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for folder in ("work", "small", "tools", "shipped", "out"):
        parser.add_argument(f"--{folder}", type=Path, required=True)
    for number in ("names", "small-names", "rounds", "seconds", "seed"):
        parser.add_argument(f"--{number}", type=int, required=True)
    parser.add_argument("--only", type=lambda text: text.split(","), required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--decisions", choices=("quick", "whole"))
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    told = options()
    found = Bench(told).measure()
    told.out.write_text(json.dumps(found, indent=1) + "\n")
    for trouble in found["troubles"]:
        say(f"TROUBLE {trouble}")
    return 1 if found["troubles"] else 0


if __name__ == "__main__":
    sys.exit(main())
