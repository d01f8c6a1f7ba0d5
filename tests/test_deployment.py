"""The deployment's files, checked without a Docker engine: against the Compose schema and the project itself."""

import configparser
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.beat import beat as celery_beat
from celery.bin.worker import worker as celery_worker
from django.core.management import BaseCommand, call_command, get_commands, load_command_class
from django.urls import resolve
from granian.cli import cli as granian
from jsonschema import Draft202012Validator
from pytest_django import Settings

from shared.web.health import PATH as HEALTH_PATH

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
OURS = [name for name, service in SERVICES.items() if service["image"] == COMPOSE["name"]]
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"}


def instructions(name: str) -> list[str]:
    """The arguments of each Dockerfile instruction of that name, in order."""
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def variables_of_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT))


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def command_of(service: str) -> list[str]:
    """The command with every variable replaced by its default."""
    return [re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", str(word)) for word in SERVICES[service]["command"]]


def test_the_compose_file_follows_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(COMPOSE)] == []


def test_the_schema_would_notice_a_mistake() -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text(encoding="utf-8"))
    broken = {"services": {"web": {"image": "conciergeries", "restarts": "always"}}}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(broken)]


def test_a_platform_has_all_its_parts() -> None:
    assert set(SERVICES) == {
        "postgres",
        "pgbouncer",
        "valkey",
        "migrate",
        "web",
        "worker",
        "beat",
        "proxy",
        "mailpit",
    }
    assert OURS == ["migrate", "web", "worker", "beat"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_comes_back_and_says_how_it_is(name: str) -> None:
    service = SERVICES[name]
    if name == "migrate":
        assert service["restart"] == "no", "it runs once; the others wait for its end"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_on_a_schema_that_is_not_migrated(name: str) -> None:
    depends_on = SERVICES[name]["depends_on"]
    assert depends_on["migrate"]["condition"] == "service_completed_successfully"
    assert depends_on["pgbouncer"]["condition"] == "service_healthy"
    assert depends_on["valkey"]["condition"] == "service_healthy"


def test_every_dependency_and_every_volume_is_declared() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], volume
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name


def test_only_the_proxy_is_reached_from_outside() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy": ["80:80", "443:443", "443:443/udp"], "mailpit": ["127.0.0.1:8025:8025"]}
    assert SERVICES["mailpit"]["profiles"] == ["mail"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "pgbouncer", "valkey"):
        assert SERVICES[name]["networks"] == ["data"]


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_services_runs_a_script_that_the_image_installs(name: str) -> None:
    script, *arguments = command_of(name)
    known = {point.name: point for point in entry_points(group="console_scripts")}
    assert callable(known[script].load())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    libraries = [re.split(r"[\[<>=]", requirement)[0] for requirement in project["dependencies"]]
    assert script in [*project["scripts"], *libraries], "a script of a development group is not in the image"
    assert arguments


def test_the_migration_is_a_command_of_the_project() -> None:
    script, manage, command, *options = command_of("migrate")
    assert (script, manage) == ("conciergeries", "manage")
    app = get_commands()[command]
    parser = (app if isinstance(app, BaseCommand) else load_command_class(app, command)).create_parser("", command)
    assert parser.parse_args(options).interactive is False, "nobody is there to answer a question"
    assert "@postgres:5432/" in SERVICES["migrate"]["environment"]["DATABASE_URL"], "not through the pooler"


def test_the_web_server_takes_its_options_and_finds_the_application() -> None:
    for words in (command_of("web")[1:], json.loads(instructions("CMD")[0])[1:]):
        context = granian.make_context("granian", list(words))
        module, _colon, attribute = context.params["app"].partition(":")
        assert callable(getattr(import_module(module), attribute))
        assert context.params["interface"].value == "wsgi"
        assert (context.params["host"], context.params["port"]) == ("0.0.0.0", 8000)  # noqa: S104  inside the container


@pytest.mark.parametrize(("name", "command"), [("worker", celery_worker), ("beat", celery_beat)])
def test_the_task_servers_take_their_options_and_find_the_application(name: str, command: Any) -> None:
    script, app, subcommand, *options = command_of(name)
    assert (script, subcommand) == ("celery", name)
    module = import_module(app.removeprefix("--app="))
    assert module.app.main == "conciergeries"
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    assert {option.split("=")[0] for option in options} <= known


def test_the_health_check_asks_the_page_that_answers_on_any_host() -> None:
    assert f"http://127.0.0.1:8000{HEALTH_PATH}" in SERVICES["web"]["healthcheck"]["test"][-1]


def test_a_certificate_is_asked_for_a_host_by_a_page_that_every_host_has() -> None:
    caddyfile = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    (page,) = re.findall(r"rewrite \* (\S+)", caddyfile)
    assert resolve(page, urlconf="conciergeries.urls.town").url_name == "accessibility"
    assert resolve(page, urlconf="conciergeries.urls.public").url_name == "accessibility"
    assert set(re.findall(r"reverse_proxy (\S+)", caddyfile)) == {"web:8000"}
    (asked,) = re.findall(r"ask (\S+)", caddyfile)
    assert f"\n{asked} {{" in caddyfile


def test_every_variable_of_the_compose_file_is_in_the_example_and_conversely() -> None:
    assert variables_of_compose() == set(example()) | set(re.findall(r"\{\$([A-Z_]+)\}", COMPOSE_TEXT))


def test_rate_limits_count_the_visitor_and_not_the_proxy() -> None:
    production = (ROOT / "platform/conciergeries/settings/production.py").read_text(encoding="utf-8")
    assert 'ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)' in production
    assert [name for name, service in SERVICES.items() if service["image"].startswith("caddy")] == ["proxy"]


def test_no_secret_is_written_down() -> None:
    assert {name for name in SECRETS if example()[name]} == set()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", COMPOSE_TEXT)
        assert uses
        assert all(use.startswith(":?") for use in uses), "no default: nothing starts without it"


def test_every_setting_is_given_by_the_deployment_or_explained() -> None:
    settings = "".join(
        (ROOT / f"platform/conciergeries/settings/{name}.py").read_text(encoding="utf-8")
        for name in ("base", "production")
    )
    # «STRIPE_SECRET_KEY__{alias}» is explained with the aliases.
    read = {name.rstrip("_") for name in re.findall(r"\benv(?:\.\w+)?\(\s*f?\"([A-Z_]+)", settings)}
    given = set(SERVICES["web"]["environment"]) | set(re.findall(r"([A-Z_]+)=", " ".join(instructions("ENV"))))
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/deployment.md").read_text(encoding="utf-8")))
    assert read - given - explained == set()
    assert set(SERVICES["web"]["environment"]) <= read


def test_the_pooler_never_lends_a_town_another_ones_search_path() -> None:
    parser = configparser.ConfigParser(comment_prefixes=(";",), inline_comment_prefixes=None)
    parser.read(ROOT / "deploy/pgbouncer.ini", encoding="utf-8")
    pooler = parser["pgbouncer"]
    assert pooler["pool_mode"] == "transaction"
    assert {name.strip() for name in pooler["track_extra_parameters"].split(",")} == {"IntervalStyle", "search_path"}
    assert parser["databases"]["conciergeries"] == "host=postgres port=5432 dbname=conciergeries"
    assert f"pgbouncer:{pooler['listen_port']}/" in SERVICES["web"]["environment"]["DATABASE_URL"]


def version(image: str) -> tuple[int, ...]:
    found = re.search(r":v?([\d.]+)", image)
    assert found is not None, image
    return tuple(int(part) for part in found[1].split("."))


def test_the_servers_are_recent_enough_to_tell_towns_apart() -> None:
    assert version(SERVICES["pgbouncer"]["image"]) >= (1, 25, 1)
    assert version(SERVICES["postgres"]["image"]) >= (18,)


def test_waiting_tasks_are_kept_on_disk() -> None:
    words = command_of("valkey")
    assert words[words.index("--appendonly") + 1] == "yes"
    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"
    assert "valkey:/data" in SERVICES["valkey"]["volumes"]


def test_the_image_is_made_of_what_the_repository_has() -> None:
    from_repository = [words for words in map(shlex.split, instructions("COPY")) if not words[0].startswith("--from")]
    sources = {source for *words, _target in from_repository for source in words}
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    kept = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert sources == kept, "what is copied is what .dockerignore lets through"


def test_the_image_runs_as_nobody_in_particular_and_without_the_demos_servers() -> None:
    stages = DOCKERFILE.split("\nFROM ")[1:]
    assert len(stages) == 2
    assert re.findall(r"^USER (\S+)$", stages[-1], re.MULTILINE)[-1] not in {"root", "0"}
    assert stages[-1].index("USER ") < stages[-1].index("CMD ")
    for sync in (line for line in instructions("RUN") if "uv sync" in line):
        assert "--locked" in sync
        assert "--no-default-groups" in sync
    assert "collectstatic" in stages[0]
    assert "collectstatic" not in stages[-1]


def test_every_static_file_finds_the_files_it_names(settings: Settings, tmp_path: Path) -> None:
    # The build hashes names and fails on a style that names a picture which is not there; brotli is left to it.
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").is_file()


def test_the_image_uses_the_oldest_python_that_the_project_promises() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"PYTHON={project['requires-python'].removeprefix('>=')}" in instructions("ARG")


@pytest.mark.parametrize(
    ("extra", "expected"),
    [({}, "no issues"), ({"STRIPE_API_URL": "http://127.0.0.1:1"}, "STRIPE_API_URL belongs to the demo")],
)
def test_production_is_safe_and_refuses_the_fake_stripe(extra: dict[str, str], expected: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "conciergeries.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PLATFORM_DOMAIN": "conciergeries.example.org",
        # Never asked: the checks need no database.
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        **extra,
    }
    command = [sys.executable, "-m", "conciergeries", "manage", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    assert expected in done.stdout + done.stderr
    assert (done.returncode == 0) is (not extra)
