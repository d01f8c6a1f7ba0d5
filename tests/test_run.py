"""The script `./run`: found from anywhere, clear when something is missing, installing once per lock file.

Each test runs the real script in a small checkout of its own, whose modules only say how they were called.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[1] / "run"
COMMANDS = ["test", "e2e", "lint", "story", "bench", "manage", "help"]
DEEP = [
    "tests/billing/everything",
    "tests/tenants/hubs/test_promise_oracle.py",
    "tests/tenants/hubs/test_promise_laws.py",
]
# All that the script may count on: POSIX commands, and nothing of this machine.
TOOLS = ["awk", "cat", "cksum", "cut", "dirname", "mkdir", "readlink", "rm", "sh"]

# Stands for uv: makes environments without downloading, and notes how it was asked to fill them.
UV = """#!/bin/sh
case $1 in
    --version) echo "uv 0.13.9 (stub)" ;;
    venv) shift; for last; do :; done; exec {python} -m venv --without-pip "$last" ;;
    sync) echo "$*" >>"{checkout}/synced" ;;
esac
"""
SAYS_HOW_IT_WAS_CALLED = "import os, sys; print({name!r}, *sys.argv[1:], 'in', os.getcwd())"


class Checkout:
    """A checkout with the real script, on a machine with nothing but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.folder.mkdir()
        self.path = folder / "bin"
        self.path.mkdir()
        shutil.copy(RUN, self.folder / "run")
        for name in ("uv.lock", "pyproject.toml"):
            (self.folder / name).write_text("one\n")
        for name in ("conciergeries", "pytest", "tests.story"):
            self.module(name, SAYS_HOW_IT_WAS_CALLED.format(name=name))
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.path / tool).symlink_to(found)

    def module(self, name: str, code: str) -> None:
        target = self.folder / name.replace(".", "/")
        target.mkdir(parents=True)
        (target / "__main__.py").write_text(code)

    def command(self, name: str, script: str) -> None:
        (self.path / name).write_text(script)
        (self.path / name).chmod(0o755)

    def with_python(self) -> "Checkout":
        self.command("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        return self

    def with_uv(self) -> "Checkout":
        self.command("uv", UV.format(python=sys.executable, checkout=self.folder))
        return self

    def run(
        self,
        *arguments: str,
        script: Path | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """Run the script; give its exit code, what it printed and what it said on the side."""
        done = subprocess.run(  # noqa: S603  (the script under test)
            [str(script or self.folder / "run"), *arguments],
            cwd=cwd or self.folder,
            env={"PATH": str(self.path), "HOME": str(self.folder.parent), **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode, done.stdout, done.stderr

    def syncs(self) -> list[str]:
        """How uv was asked to fill the environment, each time."""
        noted = self.folder / "synced"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "busybox"])
def test_every_shell_reads_the_script(shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"this machine has no {shell}")
    words = [found, "sh"] if shell == "busybox" else [found]
    subprocess.run([*words, "-n", str(RUN)], check=True)  # noqa: S603  (a shell that reads our script)


def test_the_script_can_be_executed() -> None:
    assert os.access(RUN, os.X_OK)
    assert RUN.read_text(encoding="utf-8").startswith("#!/bin/sh\n")


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_needs_nothing_and_lists_every_command(checkout: Checkout, word: str) -> None:
    code, out, _ = checkout.run(word)
    assert code == 0
    for command in COMMANDS:
        assert f"./run {command}" in out
    assert not (checkout.folder / ".venv").exists()


def test_an_unknown_command_is_said_to_be_one(checkout: Checkout) -> None:
    code, out, err = checkout.run("dmeo")
    assert (code, out) == (2, "")
    assert "Commande inconnue : dmeo" in err
    assert "./run test" in err


def test_without_python_the_script_says_what_it_needs(checkout: Checkout) -> None:
    code, _, err = checkout.run("manage", "check")
    assert code == 1
    assert "il faut Python 3.11 ou plus récent" in err


def test_an_old_python_is_passed_over(checkout: Checkout) -> None:
    checkout.with_uv().command("python3", "#!/bin/sh\nexit 1\n")
    checkout.command("python3.12", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    code, out, _ = checkout.run("manage", "check")
    assert (code, out) == (0, f"conciergeries manage check in {checkout.folder}\n")


def test_a_python_without_venv_is_said_how_to_complete(checkout: Checkout) -> None:
    script = f"""#!/bin/sh
case $2 in *ensurepip*) exit 1 ;; esac
exec {sys.executable} "$@"
"""
    checkout.command("python3", script)
    code, _, err = checkout.run()
    assert code == 1
    assert "apt install python3-venv" in err
    assert not (checkout.folder / ".venv").exists()


def test_the_lock_file_is_installed_once(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    first, second = checkout.run("manage", "check"), checkout.run("manage", "check")
    assert first[:2] == second[:2] == (0, f"conciergeries manage check in {checkout.folder}\n")
    (sync,) = checkout.syncs()
    for word in ("--frozen", "--inexact", "--no-default-groups", "--group embedded", "--no-python-downloads"):
        assert word in sync
    assert "Installation" in first[2]
    assert second[2] == ""


def test_a_changed_lock_file_is_installed_again(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run("manage")
    (checkout.folder / "uv.lock").write_text("two\n")
    checkout.run("manage")
    assert len(checkout.syncs()) == 2


def test_the_tests_libraries_are_added_to_the_demo_s_and_hold_them(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    assert checkout.run("manage")[0] == 0
    code, out, _ = checkout.run("test", "tests/shared", "-q")
    assert (code, out) == (0, f"pytest --ignore=tests/journeys tests/shared -q in {checkout.folder}\n")
    assert checkout.run("manage")[0] == 0
    assert ["--group dev" in sync for sync in checkout.syncs()] == [False, True]
    (checkout.folder / ".venv" / ".installed-embedded").unlink()
    checkout.run("manage")
    assert len(checkout.syncs()) == 2


def test_a_failed_installation_is_tried_again(checkout: Checkout) -> None:
    checkout.with_python().with_uv().command("broken", "")
    uv = checkout.path / "uv"
    working = uv.read_text()
    uv.write_text(working.replace("sync) echo", "sync) exit 7 ; echo"))
    assert checkout.run("manage")[0] == 7
    uv.write_text(working)
    assert checkout.run("manage")[0] == 0


def test_an_environment_whose_python_is_gone_is_made_again(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run("manage")
    python = checkout.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert checkout.run("manage")[0] == 0
    assert len(checkout.syncs()) == 2


def test_a_moved_checkout_is_installed_again(checkout: Checkout) -> None:
    checkout.with_python().with_uv().run("manage")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.with_uv()
    code, out, _ = checkout.run("manage")
    assert (code, out) == (0, f"conciergeries manage in {checkout.folder}\n")
    assert len(checkout.syncs()) == 2


def test_something_else_called_venv_is_left_alone(checkout: Checkout) -> None:
    (checkout.folder / ".venv").mkdir()
    (checkout.folder / ".venv" / "wine.txt").touch()
    code, _, err = checkout.with_python().with_uv().run("manage")
    assert code == 1
    assert "n'est pas un environnement Python" in err
    assert (checkout.folder / ".venv" / "wine.txt").exists()


def test_without_a_recent_uv_the_script_installs_its_own(checkout: Checkout, tmp_path: Path) -> None:
    """No index answers here: the packages come from a folder that the machine's own settings name, tried second."""
    checkout.with_python().command("uv", "#!/bin/sh\necho uv 0.4.30\n")
    settings = {
        "PIP_INDEX_URL": (tmp_path / "no index").as_uri(),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheel_of_uv(tmp_path, UV.format(python=sys.executable, checkout=checkout.folder)).parent),
    }
    code, out, err = checkout.run("manage", env=settings)
    assert (code, out) == (0, f"conciergeries manage in {checkout.folder}\n"), err
    assert len(checkout.syncs()) == 1


def wheel_of_uv(folder: Path, script: str) -> Path:
    """Make a wheel of the version that the script asks for, which installs `script` as the command uv."""
    version = re.search(r"^uv_version=(.+)$", RUN.read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    name = f"uv-{version[1]}"
    wheel = folder / "wheels" / f"{name}-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        command = zipfile.ZipInfo(f"{name}.data/scripts/uv")
        command.external_attr = 0o100755 << 16
        archive.writestr(command, script)
        archive.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: uv\nVersion: {version[1]}\n")
        archive.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{name}.dist-info/RECORD", "")
    return wheel


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_the_demo_is_what_runs_when_nothing_is_said(checkout: Checkout, arguments: list[str]) -> None:
    checkout.with_python().with_uv()
    assert checkout.run(*arguments)[1] == f"conciergeries demo in {checkout.folder}\n"
    assert checkout.run(*arguments, "--reset", "--port", "8100")[1] == (
        f"conciergeries demo --reset --port 8100 in {checkout.folder}\n"
    )


def test_arguments_reach_the_command_as_they_were_written(checkout: Checkout) -> None:
    code, out, _ = checkout.with_python().with_uv().run("manage", "shell", "-c", "print('a  b')")
    assert (code, out) == (0, f"conciergeries manage shell -c print('a  b') in {checkout.folder}\n")


@pytest.mark.parametrize("arguments", [[], ["--hypothesis-seed=7"]])
def test_deep_tests_are_those_that_try_at_random(checkout: Checkout, arguments: list[str]) -> None:
    code, out, _ = checkout.with_python().with_uv().run("test", "--deep", *arguments)
    chosen = " ".join([*arguments, *DEEP])
    said = f"pytest --ignore=tests/journeys --hypothesis-profile=thousands {chosen} in {checkout.folder}\n"
    assert (code, out) == (0, said)
    assert all((RUN.parent / path).exists() for path in DEEP)


def test_deep_tests_that_are_chosen_are_those_alone(checkout: Checkout) -> None:
    code, out, _ = checkout.with_python().with_uv().run("test", "--deep", DEEP[0], "-x")
    said = f"pytest --ignore=tests/journeys --hypothesis-profile=thousands {DEEP[0]} -x in {checkout.folder}\n"
    assert (code, out) == (0, said)


def test_the_story_s_output_holds_nothing_but_the_story(checkout: Checkout) -> None:
    assert checkout.with_python().with_uv().run("story", "--json")[1] == (f"tests.story --json in {checkout.folder}\n")


def test_called_from_anywhere_and_through_links(checkout: Checkout, tmp_path: Path) -> None:
    checkout.with_python().with_uv()
    direct, around = tmp_path / "conciergeries", tmp_path / "around"
    direct.symlink_to(Path("a checkout") / "run")
    around.mkdir()
    (around / "link").symlink_to(Path("..") / "conciergeries")
    for script in (checkout.folder / "run", direct, around / "link"):
        assert checkout.run("manage", script=script, cwd=around)[1] == f"conciergeries manage in {checkout.folder}\n"


def test_the_browser_tests_say_when_there_is_no_browser(checkout: Checkout) -> None:
    code, _, err = checkout.with_python().with_uv().run("e2e")
    assert code == 1
    assert "il faut Chromium" in err


def test_the_browser_tests_use_the_browser_that_is_there(checkout: Checkout) -> None:
    checkout.with_python().with_uv().command("chromium", "")
    (checkout.folder / "pytest" / "__main__.py").write_text("import os; print(os.environ['CHROMIUM'])")
    assert checkout.run("e2e")[1] == f"{checkout.path / 'chromium'}\n"


def test_lint_runs_everything_even_after_a_failure(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    checkout.module("ruff", "import sys; print('ruff', *sys.argv[1:]); sys.exit('format' in sys.argv)")
    checkout.module("mypy", "import sys; print('mypy')")
    checkout.module("importlinter", "")
    (checkout.folder / "importlinter" / "cli.py").write_text(
        "def lint_imports():\n    print('imports')\n    return 0\n"
    )
    code, out, err = checkout.run("lint")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == ["ruff", "ruff", "mypy", "imports"]
    assert err.splitlines()[-1] == "Erreur : à corriger : ruff format --check ."


def test_lint_is_content_when_everything_passes(checkout: Checkout) -> None:
    checkout.with_python().with_uv()
    checkout.module("ruff", "")
    checkout.module("mypy", "")
    checkout.module("importlinter", "")
    (checkout.folder / "importlinter" / "cli.py").write_text("def lint_imports():\n    return 0\n")
    assert checkout.run("lint")[0] == 0
