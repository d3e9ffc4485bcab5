"""Where the program is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Optional, Union

from .errors import BinaryNotFound

#: The variable that names the program.
VARIABLE = "SPLINTERDNS"


def find_binary(given: Optional[Union[str, Path]] = None) -> str:
    """The program that is given, else that of the variable SPLINTERDNS, else that on the path.

    What is named has to be there: another one in its place would test something else than was meant.
    """
    named = [(str(given) if given is not None else "", "the argument or option")]
    named.append((os.environ.get(VARIABLE, ""), f"the variable {VARIABLE}"))
    for name, by in named:
        if not name:
            continue
        found = shutil.which(name)
        if found is None:
            raise BinaryNotFound(f"{by} names {name!r}, which is no program that can be run")
        return os.path.abspath(found)
    found = shutil.which("splinterdns")
    if found is None:
        raise BinaryNotFound(
            "there is no splinterdns: give its path (binary=..., with pytest --splinterdns-binary FILE), "
            f"set the variable {VARIABLE}, or put it on PATH"
        )
    return os.path.abspath(found)
