"""What helm makes of the chart: pods without privileges, paths that are named, secrets copied."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.cli.checking.every_fault import every_fault
from tests.deploy.chart.conftest import Helm
from tests.support.shipped import parsed

_OURS: Final = ("gateway", "keys", "witness", "console", "schema")
Objects = list[dict[str, Any]]


def loaded(text: str) -> Objects:
    return [each for each in yaml.safe_load_all(text) if each]


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in objects:
        if each["kind"] in {"StatefulSet", "Deployment", "Job"}:
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def containers(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods(objects):
        for container in (*pod["initContainers"], *pod["containers"]):
            yield f"{name}/{container['name']}", container


def named(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    (found,) = (
        each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name
    )
    return found


def component(labels: dict[str, str]) -> str:
    return labels["app.kubernetes.io/component"]


def test_no_pod_has_a_privilege_or_can_change_its_own_files(objects: Objects) -> None:
    for name, pod in pods(objects):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
    for name, container in containers(objects):
        held = container["securityContext"]
        assert held["readOnlyRootFilesystem"] is True, name
        assert held["allowPrivilegeEscalation"] is False, name
        assert held["capabilities"] == {"drop": ["ALL"]}, name
        assert container["resources"]["limits"]["memory"], name


def test_no_service_becomes_a_variable_that_a_gateway_takes_for_a_setting(objects: Objects) -> None:
    assert {pod["enableServiceLinks"] for _, pod in pods(objects)} == {False}


def test_a_disk_keeps_the_modes_that_the_processes_gave_their_files(objects: Objects) -> None:
    for name, pod in pods(objects):
        assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch", name


def test_every_command_can_be_read_by_the_command_line(objects: Objects) -> None:
    read = {
        parsed(container["args"])[0]
        for name, container in containers(objects)
        if name.rpartition("/")[2] in _OURS
    }
    assert read == {
        "teamaround serve",
        "teamaround keys serve",
        "teamaround witness serve",
        "teamaround console",
        "teamaround db upgrade",
    }


def test_a_stop_is_as_long_as_what_it_waits_for(objects: Objects) -> None:
    pod = named(objects, "StatefulSet", "ta-gateway")["spec"]["template"]["spec"]
    (gateway,) = pod["containers"]
    told = {each["name"]: each.get("value") for each in gateway["env"]}
    waits = [told["TEAMAROUND_CONNECTIONS__DRAIN"], told["TEAMAROUND_CONNECTIONS__STOP"]]
    before = gateway["lifecycle"]["preStop"]["exec"]["command"][1]
    assert pod["terminationGracePeriodSeconds"] > sum(map(int, [*waits, before]))
    probe = gateway["readinessProbe"]
    assert probe["httpGet"] == {"path": "/ready", "port": "https", "scheme": "HTTPS"}
    assert probe["periodSeconds"] * probe["failureThreshold"] < int(waits[0])
    assert gateway["livenessProbe"]["httpGet"]["path"] == "/live"


def test_whatever_talks_is_let_through_and_nothing_else(objects: Objects) -> None:
    policies = [each["spec"] for each in objects if each["kind"] == "NetworkPolicy"]
    everybody = [each for each in policies if not each.get("ingress") and not each.get("egress")]
    assert any("app.kubernetes.io/component" not in str(each) for each in everybody)
    reached = {
        (
            component(each["podSelector"]["matchLabels"]),
            component(peer["podSelector"]["matchLabels"]),
        )
        for each in policies
        for rule in each.get("ingress", [])
        for peer in rule.get("from", [])
    }
    assert reached == {
        ("keys", "gateway"),
        ("memory", "keys"),
        ("postgresql", "gateway"),
        ("postgresql", "schema"),
        ("valkey", "gateway"),
        ("witness-0", "gateway"),
        ("witness-1", "gateway"),
    }
    selected = {
        component(each["podSelector"]["matchLabels"])
        for each in policies
        if "component" in str(each["podSelector"])
    }
    assert selected >= {
        component(pod["metadata"]["labels"])
        for pod in objects
        if pod["kind"] in {"StatefulSet", "Deployment", "Job"}
    }


def test_a_port_of_a_service_is_one_that_a_pod_opens(objects: Objects) -> None:
    opened = {port["name"] for _, each in containers(objects) for port in each.get("ports", [])}
    services = [each["spec"] for each in objects if each["kind"] == "Service"]
    assert {port["targetPort"] for each in services for port in each["ports"]} == opened


def test_two_of_everything_that_questions_need_are_not_drained_together(objects: Objects) -> None:
    bounded = {
        component(each["spec"]["selector"]["matchLabels"]): each["spec"]["maxUnavailable"]
        for each in objects
        if each["kind"] == "PodDisruptionBudget"
    }
    assert bounded == {"gateway": 1, "keys": 1, "console": 1}


def test_the_tables_are_made_by_a_job_that_nothing_can_deadlock(
    helm: Helm, objects: Objects
) -> None:
    """As a hook it would wait for a database of the same release, or the gateways for it."""
    upgrade = loaded(helm("--is-upgrade").stdout)
    for read in (objects, upgrade):
        assert "helm.sh/hook" not in str(read)
    (before, after) = (
        next(each["metadata"]["name"] for each in read if each["kind"] == "Job")
        for read in (objects, loaded(helm("--set", "image.tag=0.3.0").stdout))
    )
    assert before != after  # for a Job cannot be changed
    waiting = named(objects, "StatefulSet", "ta-gateway")["spec"]["template"]["spec"]
    (wait,) = (each for each in waiting["initContainers"] if each["name"] == "wait-for-schema")
    command, _, _ = wait["args"][0].removeprefix("until teamaround ").partition(";")
    assert parsed(command.split())[0] == "teamaround db status"


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("gateway.secret=", "kubectl create secret generic NAME --from-file=gateway.pem"),
        ("schema.secret=", "owner.dsn"),
        ("keys.secret=", "--set keys.enabled=false"),
        ("keys.log=", "log_origin"),
        ("witnesses.logKey=", "teamaround keys log-key"),
        ("console.secret=", "--from-file=session-key"),
        ("postgresql.secret=", "--from-file=owner-password"),
        ("memory.secret=", "--from-file=keys-password"),
        ("valkey.secret=", "--from-file=password"),
        (r"gateway.files.settings\.toml=", "Take deploy/etc/settings.toml"),
    ],
)
def test_a_missing_secret_or_file_ends_the_render_with_what_to_do(
    helm: Helm, left_out: str, said: str
) -> None:
    done = helm("--set", left_out)
    assert done.returncode != 0
    assert said in done.stderr


def test_a_regulator_installs_a_witness_alone(helm: Helm) -> None:
    off = ",".join(f"{part}.enabled=false" for part in ("gateway", "keys", "console"))
    read = loaded(helm("--set", off).stdout)
    assert {name for name, _ in pods(read)} == {"ta-witness-0", "ta-witness-1"}


def copied(objects: Objects, given: Path, own: Path) -> subprocess.CompletedProcess[str]:
    """What the gateway's init container does, in folders of this machine."""
    pod = named(objects, "StatefulSet", "ta-gateway")["spec"]["template"]["spec"]
    script = pod["initContainers"][0]["args"][0]
    here = script.replace("/given", str(given)).replace("/own", str(own))
    run = subprocess.run  # the chart's own script
    return run(["/bin/sh", "-euc", here], capture_output=True, text=True, check=False)


@pytest.fixture
def mounted(made: Path, tmp_path: Path) -> Path:
    """What a cluster mounts: links into a folder of this version, open to the pod's group."""
    given = tmp_path / "given"
    for mount, names in {
        "secret": ["gateway.pem", "gateway-key.pem", "authority.pem", "gateway-credential"],
        "files": ["settings.toml", "operator.toml", "issuers.toml", "revocations.txt"],
        "manifests": ["manifests/school-roll.toml"],
        "documents": [],
        "source-school-roll": [],
    }.items():
        version = given / mount / "..2026_11_30"
        version.mkdir(parents=True)
        for name in names:
            at = version / Path(name).name
            at.write_bytes((made / name).read_bytes())
            at.chmod(0o440)
            (given / mount / at.name).symlink_to(Path("..data") / at.name)
        (given / mount / "..data").symlink_to(version.name)
    for name in ("log-dsn", "valkey"):
        (given / "secret" / name).write_text("x")
    (given / "source-school-roll" / "key").write_text("x")
    return given


def test_copied_secrets_are_for_the_gateway_alone_and_it_takes_them(
    objects: Objects, mounted: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    assert copied(objects, mounted, own).returncode == 0
    assert copied(objects, mounted, own).returncode == 0  # the pod starts again
    files = [Path(at) / name for at, _, names in os.walk(own) for name in names]
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in files} == {0}
    assert not [file for file in files if ".." in str(file.relative_to(own))]
    assert (own / "secrets/school-roll/key").exists()
    assert [str(fault) for fault in every_fault(own / "settings.toml")] == []


@pytest.mark.parametrize("name", ["gateway-credential", "valkey"])
def test_a_secret_without_a_file_is_named_in_the_log_of_the_pod(
    objects: Objects, mounted: Path, tmp_path: Path, name: str
) -> None:
    (mounted / "secret" / name).unlink()
    own = tmp_path / "own"
    own.mkdir()
    done = copied(objects, mounted, own)
    assert done.returncode == 1
    assert f"The Secret gateway has no {name}" in done.stderr
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(("pod", "there"), [("ta-keys-0", []), ("ta-keys-1", ["current"])])
def test_the_first_key_service_starts_and_the_second_once_it_has_the_firsts_keys(
    objects: Objects, tmp_path: Path, pod: str, there: list[str]
) -> None:
    keys = named(objects, "StatefulSet", "ta-keys")["spec"]["template"]["spec"]
    (wait,) = (each for each in keys["initContainers"] if each["name"] == "wait-for-keys")
    (tmp_path / "keys").mkdir()
    for name in there:
        (tmp_path / "keys" / name).touch()
    script = wait["args"][0].replace("/var/lib/teamaround/", f"{tmp_path}/")
    run = subprocess.run  # the chart's own script
    done = run(
        ["/bin/sh", "-euc", f"POD={pod}\n{script}"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_second_key_service_says_how_to_copy_the_firsts_keys(
    objects: Objects, tmp_path: Path
) -> None:
    keys = named(objects, "StatefulSet", "ta-keys")["spec"]["template"]["spec"]
    (wait,) = (each for each in keys["initContainers"] if each["name"] == "wait-for-keys")
    script = wait["args"][0].replace("/var/lib/teamaround/", f"{tmp_path}/")
    once = script.replace("sleep 5", "exit 3")
    run = subprocess.run  # the chart's own script
    done = run(["/bin/sh", "-euc", f"POD=ta-keys-1\n{once}"], capture_output=True, text=True)
    assert done.returncode == 3
    assert "kubectl exec ta-keys-0 -- tar" in done.stdout
    assert "exec -i ta-keys-1 -c wait-for-keys" in done.stdout
