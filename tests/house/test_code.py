"""Rules about the code that no linter knows. Each failure says what to do next."""

from __future__ import annotations

import ast
import re
import sys

from tests.house.reading import APP, AREAS, ROOT, called, calls, imports, listing, name, sources

ROOMS = {"__init__", "routes", "handlers", "forms", "actions", "queries", "policy", "models", "rules", "contrib"}
NOT_ROOMS = {"utils", "util", "helpers", "helper", "services", "service", "managers", "manager", "misc", "common", "tools", "base"}


def slices() -> list[tuple[str, str]]:
    return [
        (name(path), path.stem) for path in sources() if path.relative_to(APP).parts[0] in AREAS and len(path.relative_to(APP).parts) > 2
    ]


def test_commit_is_called_in_the_database_door_only() -> None:
    found = [
        f"{name(path)}:{call.lineno} {called(call)}()"
        for path in sources()
        if path != APP / "core" / "db.py" and path.parent != APP / "core" / "search"  # the index's writer commits to its own files
        for call in calls(path)
        if re.search(
            r"(?:^|\.)(?:commit|sessionmaker|scoped_session)$|^(?:orm\.)?Session$|(?:session|connection|engine)\.begin$", called(call)
        )
    ]
    assert not found, listing(
        found, "Open a transaction with `with transaction() as session:` or read with `with reading() as session:` (app/core/db.py)."
    )


def test_only_the_clock_reads_the_time() -> None:
    banned = {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "datetime.datetime.now",
        "datetime.date.today",
        "time.time",
    }
    found = [
        f"{name(path)}:{call.lineno} {called(call)}()"
        for path in sources()
        if path != APP / "core" / "clock.py"
        for call in calls(path)
        if called(call) in banned
    ]
    assert not found, listing(
        found, "Use core.clock.now() (an instant, UTC) or core.clock.today() (the day in Kupang), and hand it down as an argument."
    )


def test_rules_policy_and_queries_are_given_the_time() -> None:
    found = [
        f"{name(path)}:{call.lineno} {called(call)}()"
        for path in sources()
        if path.stem in {"rules", "policy", "queries"}
        for call in calls(path)
        if called(call) in {"clock.now", "clock.today", "now", "today"}
    ]
    assert not found, listing(found, "Take `now` or `today` as an argument; the route or the action asks the clock.")


def test_flask_stays_in_routes_and_core() -> None:
    allowed = {APP / "__init__.py", APP / "wiring.py", APP / "__main__.py"}
    found = [
        name(path)
        for path in sources()
        if path not in allowed
        and path.relative_to(APP).parts[0] in AREAS
        and path.stem != "routes"
        and any(module.split(".")[0] in {"flask", "werkzeug", "flask_login"} for module in imports(path))
    ]
    assert not found, listing(found, "Below routes pass things, not the request: give the function what it needs as arguments.")


def test_rules_and_policy_reach_no_database() -> None:
    found = [
        f"{name(path)} imports {module}"
        for path in sources()
        if path.stem in {"rules", "policy"}
        for module in imports(path)
        if module.split(".")[0] == "sqlalchemy" or module.startswith(("app.core.db", "app.core.outbox"))
    ]
    assert not found, listing(found, "Rules and policy are pure. Read in queries, decide here, write in actions.")


def test_forms_reach_no_database() -> None:
    found = [
        f"{name(path)} imports {module}"
        for path in sources()
        if path.stem == "forms" and path.parent != APP / "core"
        for module in imports(path)
        if module.split(".")[0] == "sqlalchemy" or module.endswith((".models", ".queries", ".actions")) or module == "app.core.db"
    ]
    assert not found, listing(
        found, "A form holds shape and wording. Give it its choices from the route; check against the database in the action."
    )


def test_one_door_to_each_outside_library() -> None:
    doors = {"stripe": "payments", "whoosh": "search", "boto3": "files", "redis": "brakes", "smtplib": "mail", "py_vapid": "push"}
    found = [
        f"{name(path)} imports {module}"
        for path in sources()
        for module in imports(path, typing_too=True)
        if (library := module.split(".")[0]) in doors
        and path.relative_to(APP).parts[:2] not in {("core", doors[library]), ("core", f"{doors[library]}.py")}
    ]
    assert not found, listing(found, "Call the door in app/core instead (docs/map.md names it).")


def test_files_are_rooms_of_the_house() -> None:
    found = [path for path, room in slices() if room not in ROOMS]
    assert not found, listing(
        found,
        f"A slice has the rooms {', '.join(sorted(ROOMS - {'__init__'}))}. Which of them does this belong to? Or is it a slice of its own?",
    )
    banned = [name(path) for path in sources() if path.stem in NOT_ROOMS]
    assert not banned, listing(banned, "Name the file for the domain word it is about.")


def test_every_import_is_pinned() -> None:
    told = {line.split("#")[0].strip() for line in (ROOT / "requirements.in").read_text().splitlines()}
    packages = {re.split(r"[\[=<>~ ]", line)[0].lower() for line in told if line}
    named = {"flask_sqlalchemy": "flask-sqlalchemy", "flask_login": "flask-login", "whoosh": "whoosh3"}
    named |= {
        "markdown_it": "markdown-it-py",
        "linkify_it": "linkify-it-py",
        "phonenumbers": "phonenumberslite",
        "email_validator": "email-validator",
        "argon2": "argon2-cffi",
        "PIL": "pillow",
        "backports": "backports-zstd",
        "compression": "backports-zstd",
    }
    # These come with a package that is named: markupsafe and jinja2 with flask, brotli with whitenoise.
    named |= {
        "markupsafe": "flask",
        "jinja2": "flask",
        "itsdangerous": "flask",
        "brotli": "whitenoise",
        "py_vapid": "py-vapid",
        "referencing": "jsonschema",
    }
    found = [
        f"{name(path)} imports {library}"
        for path in sources()
        for module in imports(path)
        if (library := module.split(".")[0]) not in sys.stdlib_module_names
        and library != "app"
        and named.get(library, library.lower()) not in packages
    ]
    assert not found, listing(found, "Name the package in requirements.in with its reason, then run `make pins`.")


def test_every_reason_for_a_package_is_written() -> None:
    found = []
    for file in ("requirements.in", "requirements-dev.in"):
        pins = (ROOT / file).with_suffix(".txt").read_text(encoding="utf-8").lower()
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            package = re.split(r"[\[=<>~ #]", line)[0]
            if not package or line.startswith(("#", "-r")):
                continue
            if " # " not in line:
                found.append(f"{file}: {package} has no reason")
            if not re.search(rf"^{re.escape(package.lower())}==\S+ .*\\$", pins, re.MULTILINE) and f"\n{package.lower()}==" not in pins:
                found.append(f"{file}: {package} is not pinned in the .txt")
    assert not found, listing(found, "Write `package==1.2  # why`, then run `make pins`.")


def test_nothing_is_swallowed() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Pass)
    ]
    assert not found, listing(found, "Catch the error you mean, and say what happens then; never `except Exception: pass`.")
