"""The server's process: there until it is stopped, and never longer than the process that started it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from .errors import ServerDied, SplinterdnsError

#: Ends the server when the pipe that is its standard input closes, which is when the process at its other
#: end is gone, by whatever cause: kill -9 and SIGTERM leave Python no time to.
_GUARDIAN = 'read -r _; kill -TERM "$1" 2>/dev/null; rm -rf -- "$2"'

#: How long the server may take to end after SIGTERM before it is killed.
_GRACE = 5.0


class ServerProcess:
    """`splinterdns serve` on ports that the system has chosen."""

    def __init__(self, binary: str, listen: str, options: Sequence[str], timeout: float, captures: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="splinterdns-"))
        self.capture = self.folder / "capture.pcap" if captures else None
        ready = self.folder / "ready"
        command = [binary, "serve", "--listen", listen, "--page", "127.0.0.1:0", "--ready-file", str(ready)]
        if self.capture is not None:
            command += ["--pcap", str(self.capture)]
        try:
            with open(self._output, "wb") as output, open(self._errors, "wb") as errors:
                # A session of its own: Ctrl-C is for the tests, which then stop the server.
                self._process = subprocess.Popen(
                    [*command, *options], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                    env=_environment(), start_new_session=True,
                )
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise SplinterdnsError(f"{binary} cannot be started: {error}") from error
        self._told = ""
        self._guardian = _guard(self._process.pid, self.folder)
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._owner, self._process, self._guardian, self.folder)
        try:
            self.listener = self._wait_until_ready(ready, timeout)
            self.page = self._find_page()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._returncode() is None

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return not self._end.alive

    def stderr(self) -> str:
        """What the server has written into its log, or why it did not start."""
        with contextlib.suppress(OSError):
            self._told = self._errors.read_text(errors="replace")
        return self._told

    def died(self, when: str) -> ServerDied:
        return ServerDied(when, self._returncode(), self.stderr())

    def check(self, when: str) -> None:
        """Raises what tells that the server is gone, if it is. A socket closes a little before the process ends."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)
        if not self.is_running:
            raise self.died(when)

    def stop(self) -> None:
        """Ends the server, and removes what it wrote. A second call does nothing."""
        _end_process(self._owner, self._process, self._guardian)
        self.stderr()
        self._end()

    @property
    def _output(self) -> Path:
        return self.folder / "stdout"

    @property
    def _errors(self) -> Path:
        return self.folder / "stderr"

    def _returncode(self) -> Optional[int]:
        code = self._process.poll()
        if code is not None:
            # Its number may be another's now.
            _end_guardian(self._guardian)
        return code

    def _wait_until_ready(self, ready: Path, timeout: float) -> str:
        until = time.monotonic() + timeout
        while True:
            with contextlib.suppress(FileNotFoundError):
                # Renamed into place when it is whole.
                return ready.read_text().splitlines()[0]
            if not self.is_running:
                raise self.died("before it listened")
            if time.monotonic() >= until:
                raise SplinterdnsError(f"splinterdns does not listen after {timeout:g} s; it wrote:\n{self.stderr()}")
            time.sleep(0.02)

    def _find_page(self) -> str:
        # The ready file has the listeners alone. The page's address is printed before it is written.
        found = re.search(r"^page (http://\S+)$", self._output.read_text(errors="replace"), re.MULTILINE)
        if found is None:
            raise SplinterdnsError(f"splinterdns has no page, and so no API; it wrote:\n{self.stderr()}")
        return found.group(1)


def _environment() -> Dict[str, str]:
    """Ours, without the twins of the server's options: a test's answers depend on what the test says alone."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SPLINTERDNS_")}


def _guard(server: int, folder: Path) -> subprocess.Popen[bytes]:
    command: List[str] = ["/bin/sh", "-c", _GUARDIAN, "splinterdns-guardian", str(server), str(folder)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _end_guardian(guardian: subprocess.Popen[bytes]) -> None:
    if guardian.poll() is None:
        guardian.send_signal(signal.SIGKILL)
        guardian.wait()
    if guardian.stdin is not None:
        guardian.stdin.close()


def _end_process(owner: int, process: subprocess.Popen[bytes], guardian: subprocess.Popen[bytes]) -> None:
    if os.getpid() != owner:
        # A fork of the owner, whose server this is not.
        return
    _end_guardian(guardian)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end(owner: int, process: subprocess.Popen[bytes], guardian: subprocess.Popen[bytes], folder: Path) -> None:
    """Knows nothing of the object, so that it also runs when that is gone, or when Python ends."""
    _end_process(owner, process, guardian)
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
