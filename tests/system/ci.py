"""What a CI system would do with the files of deploy/ and docs/ci.md, as far as one machine can do it.

  ci.py block PAGE BEGINNING                  the fenced block of a page whose first line begins so
  ci.py github WORKFLOW TREE                  the steps of a workflow's jobs, as GitHub's runner runs them
  ci.py action FOLDER NAME=VALUE...           an action alone, with these inputs; prints its outputs
  ci.py step WORKFLOW JOB NAME NAME=VALUE...  what a step of a workflow runs, with these expressions filled in
  ci.py gitlab FILE                           the script of a GitLab job

TREE is the repository that `uses: OWNER/NAME/FOLDER@REF` is looked up in. Actions of others are told and not run.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml


class Refused(Exception):
    """Something that GitHub would refuse, or that is more than this program knows."""


def block(page, beginning):
    for text in re.findall(r"^```.*\n([\s\S]*?)^```$", Path(page).read_text(), re.MULTILINE):
        if text.startswith(beginning):
            return text
    raise Refused(f"{page} has no block that begins with {beginning!r}")


def fill(text, values):
    """`${{ ... }}` by what it means; only plain names, no functions and no operators."""
    def value(match):
        name = match.group(1).strip()
        if name not in values:
            raise Refused(f"nothing is known of {name!r}")
        return values[name]
    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


class Runner:
    """A job: its folder, the files that steps write into, what they have set."""

    def __init__(self, tree):
        self.tree = Path(tree).resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="job-", dir=os.environ.get("RUNNER_TEMP")))
        self.path = []
        self.failed = False

    def step(self, step, values, action=None):
        """Runs `run` of a step; its outputs."""
        output, path = self.folder / "output", self.folder / "path"
        output.write_text("")
        path.write_text("")
        environment = {
            **os.environ,
            "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": str(self.folder), "GITHUB_OUTPUT": str(output), "GITHUB_PATH": str(path),
            "GITHUB_SERVER_URL": os.environ.get("GITHUB_SERVER_URL", "https://github.com"),
            # In a composite action they are empty (actions/runner, issue 2525).
            "GITHUB_ACTION_REF": "", "GITHUB_ACTION_REPOSITORY": "",
            "PATH": os.pathsep.join([*self.path, os.environ["PATH"]]),
        }
        if action:
            environment["GITHUB_ACTION_PATH"] = str(action)
        for name, text in (step.get("env") or {}).items():
            environment[name] = fill(text, values)
        script = self.folder / "step.sh"
        script.write_text(fill(step["run"], values))
        shell = step.get("shell") or (None if action else "default")
        command = {
            "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
            "default": ["bash", "-e"],
        }.get(shell)
        if command is None:
            raise Refused("a step of an action has to name its shell")
        # GitHub's runner reads a step's output to its end, so whoever keeps it open holds up the job.
        ran = subprocess.run([*command, script], env=environment, timeout=60, text=True, check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        sys.stdout.write(ran.stdout)
        self.path = path.read_text().split() + self.path
        self.failed = self.failed or ran.returncode != 0
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def action(self, folder, given, values):
        """Runs a composite action; its outputs."""
        action = yaml.safe_load((folder / "action.yml").read_text())
        unknown = set(given) - set(action["inputs"])
        if unknown:
            raise Refused(f"the action has no input {', '.join(unknown)}")
        inside = {name: value for name, value in values.items() if name.startswith("github.")}
        for name, what in action["inputs"].items():
            value = given.get(name, what["default"])
            inside[f"inputs.{name}"] = str(value).lower() if isinstance(value, bool) else str(value)
        for step in action["runs"]["steps"]:
            outputs = self.step(step, inside, folder)
            if self.failed:
                return {}
            inside.update({f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items()})
        return {name: fill(what["value"], inside) for name, what in action["outputs"].items()}

    def job(self, job):
        values = {}
        for step in job["steps"]:
            name = step.get("name") or step.get("uses")
            condition = step.get("if", "success()")
            if condition not in ("success()", "failure()"):
                raise Refused(f"nothing is known of the condition {condition!r}")
            if self.failed != (condition == "failure()"):
                print(f"-- {name}: left out")
                continue
            print(f"-- {name}")
            uses = re.fullmatch(r"([\w.-]+/[\w.-]+)/([\w./-]+)@(.+)", step.get("uses", ""))
            if "run" in step:
                outputs = self.step(step, values)
            elif uses:
                repository, folder, ref = uses.groups()
                github = {"github.action_repository": repository, "github.action_ref": ref}
                outputs = self.action(self.tree / folder, step.get("with") or {}, {**values, **github})
            else:
                for key, value in (step.get("with") or {}).items():
                    print(f"not run: {step['uses']} with {key}={fill(value, values)}")
                continue
            if "id" in step:
                values.update({f"steps.{step['id']}.outputs.{key}": value for key, value in outputs.items()})


def words(arguments):
    return dict(argument.split("=", 1) for argument in arguments)


def gitlab(path):
    """One shell runs before_script and script, each line after the other."""
    [(_, job)] = yaml.safe_load(Path(path).read_text()).items()
    variables = [f"export {name}={str(value)!r}" for name, value in job["variables"].items()]
    return "\n".join([*variables, *job["before_script"], *job["script"]]) + "\n"


def main(arguments):
    match arguments:
        case ["block", page, beginning]:
            print(block(page, beginning), end="")
        case ["github", workflow, tree]:
            runner = Runner(tree)
            for job in yaml.safe_load(Path(workflow).read_text())["jobs"].values():
                runner.job(job)
            print("the job has failed" if runner.failed else "the job has passed")
        case ["action", folder, *given]:
            runner = Runner(folder)
            github = {"github.action_repository": "", "github.action_ref": ""}
            outputs = runner.action(Path(folder).resolve(), words(given), github)
            for name, value in outputs.items():
                print(f"{name}={value}")
            return 1 if runner.failed else 0
        case ["step", workflow, job, name, *given]:
            steps = yaml.safe_load(Path(workflow).read_text())["jobs"][job]["steps"]
            [step] = [step for step in steps if step.get("name") == name]
            print(fill(step["run"], words(given)), end="")
        case ["gitlab", path]:
            print(gitlab(path), end="")
        case _:
            raise Refused(__doc__)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as why:
        sys.exit(f"ci.py: {why}")
