# SPDX-License-Identifier: Apache-2.0
"""Kubernetes manifests: rendered by kubectl, and held against the API's own types, strictly."""

import re
import shutil
import subprocess

import yaml
from kubernetes.client import models

SCALARS = {"str": str, "int": int, "float": (int, float), "bool": bool, "object": object}


def kubectl(*words):
    done = subprocess.run(["kubectl", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def render(source, overlay, folder):
    """The documents of one overlay. A kubectl as old as Debian 12's wants folders to be called `bases`."""
    tree = folder / "kubernetes"
    shutil.copytree(source, tree, dirs_exist_ok=True)
    version = re.search(r'v1\.(\d+)', kubectl("version", "--client")).group(1)
    if int(version) < 21:
        for file in tree.rglob("kustomization.yaml"):
            spec = yaml.safe_load(file.read_text())
            folders = [entry for entry in spec["resources"] if not entry.endswith(".yaml")]
            spec["resources"] = [entry for entry in spec["resources"] if entry.endswith(".yaml")]
            file.write_text(yaml.safe_dump(spec | ({"bases": folders} if folders else {})))
    return list(yaml.safe_load_all(kubectl("kustomize", tree / "overlays" / overlay)))


def check(document):
    """Fails unless it is what the API takes: no unknown field, no wrong type, nothing required missing."""
    version = document["apiVersion"].rpartition("/")[2]
    checked(document, version[0].upper() + version[1:] + document["kind"], document["kind"])


def checked(value, kind, path):
    if kind in SCALARS:
        wrong = isinstance(value, bool) and kind in ("int", "float")
        assert isinstance(value, SCALARS[kind]) and not wrong, f"{path}: {value!r} is no {kind}"
        return value
    if match := re.fullmatch(r"list\[(.*)\]", kind):
        assert isinstance(value, list), f"{path} is no list"
        return [checked(one, match.group(1), f"{path}[{index}]") for index, one in enumerate(value)]
    if match := re.fullmatch(r"dict\(str, (.*)\)", kind):
        assert isinstance(value, dict), f"{path} is no map"
        return {key: checked(one, match.group(1), f"{path}.{key}") for key, one in value.items()}
    model = getattr(models, kind)
    assert isinstance(value, dict), f"{path} is no {kind}"
    attributes = {json_name: name for name, json_name in model.attribute_map.items()}
    unknown = set(value) - set(attributes)
    assert not unknown, f"{path}: {kind} has no {sorted(unknown)}"
    given = {attributes[key]: checked(one, model.openapi_types[attributes[key]], f"{path}.{key}")
             for key, one in value.items()}
    try:
        return model(**given)  # complains about what is required
    except ValueError as error:
        raise AssertionError(f"{path}: {error}") from None
