# SPDX-License-Identifier: Apache-2.0
"""`docker compose up` without an engine: the services of docker/compose.yaml as containers (images.py), each in a
network namespace of its own, with the file's networks, addresses, names, volumes and order."""

import ipaddress
import os
import shutil
from pathlib import Path

import yaml

from images import Container, Settings, command
from mpicd import ROOT
from process import wait_for

FILE = ROOT / "docker" / "compose.yaml"
DEFAULT_SUBNET = "10.89.200.0/24"  # of a network that names none


def read():
    return yaml.safe_load(FILE.read_text())


def capabilities(service):
    assert service["cap_drop"] == ["ALL"] and service["read_only"] is True
    return service.get("cap_add", [])


class Networks:
    """The file's networks as bridges, and its services as namespaces that hang on them."""

    def __init__(self, document, services):
        self.prefix = f"mpicd{os.getpid()}"
        self.switch = f"{self.prefix}-switch"
        self.namespaces = {name: f"{self.prefix}-{name}" for name in services}
        self.subnets = {name: ipaddress.ip_network(self.subnet(spec)) for name, spec in document["networks"].items()}
        self.addresses = {}  # (service, network): address
        self.document, self.links = document, 0

    @staticmethod
    def subnet(spec):
        return (spec or {}).get("ipam", {}).get("config", [{"subnet": DEFAULT_SUBNET}])[0]["subnet"]

    @staticmethod
    def ip(namespace, *words):
        command("ip", "-n", namespace, *words)

    def start(self):
        for namespace in (self.switch, *self.namespaces.values()):
            command("ip", "netns", "add", namespace)
            self.ip(namespace, "link", "set", "lo", "up")
        for index, name in enumerate(self.subnets):
            self.ip(self.switch, "link", "add", f"br{index}", "type", "bridge")
            self.ip(self.switch, "link", "set", f"br{index}", "up")
        for service in self.namespaces:
            self.connect(service, self.document["services"][service].get("networks", []))

    def connect(self, service, networks):
        for number, network in enumerate(networks):
            index = list(self.subnets).index(network)
            wanted = (networks[network] or {}).get("ipv4_address") if isinstance(networks, dict) else None
            self.links += 1
            address = wanted or str(self.subnets[network][99 + self.links])
            self.addresses[service, network] = address
            namespace, port = self.namespaces[service], f"v{self.links}"
            self.ip(self.switch, "link", "add", port, "type", "veth", "peer", "name", f"eth{number}",
                    "netns", namespace)
            self.ip(self.switch, "link", "set", port, "master", f"br{index}", "up")
            self.ip(namespace, "addr", "add", f"{address}/{self.subnets[network].prefixlen}", "dev", f"eth{number}")
            self.ip(namespace, "link", "set", f"eth{number}", "up")

    def hosts(self, service):
        """The names that the service can see, as the engine's DNS would give them."""
        mine = {network for name, network in self.addresses if name == service}
        lines = ["127.0.0.1 localhost"] + [f"{address} {name}" for (name, network), address in self.addresses.items()
                                           if network in mine]
        return "\n".join(lines) + "\n"

    def stop(self):
        for namespace in (self.switch, *self.namespaces.values()):
            command("ip", "netns", "delete", namespace)


class Compose:
    def __init__(self, folder, images, replaced):
        """`images`: by name; services of other images are left out. `replaced`: files of the host in place of those
        that the file mounts."""
        self.folder, self.images, self.replaced = Path(folder), images, replaced
        self.document = read()
        self.services = {name: service for name, service in self.document["services"].items()
                         if service["image"] in images}
        self.networks = Networks(self.document, self.services)
        self.containers = {}

    def volume(self, name, image, path):
        """A named volume: new ones have what the image has at that path, its owner included."""
        folder = self.folder / "volumes" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            if (image.root / path.lstrip("/")).is_dir():
                command("chown", "--reference", image.root / path.lstrip("/"), folder)
        return folder

    def settings(self, name):
        service, image = self.services[name], self.images[self.services[name]["image"]]
        hosts = self.folder / f"{name}.hosts"
        hosts.write_text(self.networks.hosts(name))
        mounts = [(hosts, "/etc/hosts", True)]
        for entry in service.get("volumes", []):
            source, path, *mode = entry.split(":")
            host = (FILE.parent / source) if source.startswith(".") else self.volume(source, image, path)
            mounts.append((self.replaced.get(host.name, host), path, mode == ["ro"]))
        return Settings(arguments=service.get("command", []), entrypoint=service.get("entrypoint"),
                        user=service.get("user"), environment=service.get("environment", {}), mounts=mounts,
                        tmpfs=service.get("tmpfs", []), capabilities=capabilities(service),
                        namespace=self.networks.namespaces[name])

    def up(self):
        self.networks.start()
        waiting = dict(self.services)
        while waiting:
            ready = [name for name, service in waiting.items() if not set(service.get("depends_on", {})) & set(waiting)]
            assert ready, f"a circle of dependencies: {list(waiting)}"
            for name in ready:
                self.wait_for_dependencies(waiting.pop(name))
                self.containers[name] = Container(name, self.images[self.services[name]["image"]],
                                                  self.settings(name), self.folder).start()
        return self

    def wait_for_dependencies(self, service):
        for name, how in service.get("depends_on", {}).items():
            container = self.containers[name]
            if how["condition"] == "service_completed_successfully":
                assert container.finished() == 0, container.process.output()
            elif how["condition"] == "service_healthy":
                wait_for(f"{name} is healthy", container.healthy, seconds=60, every=0.2)

    def inside(self, service, *words):
        """A command of the host in the service's network."""
        return command("ip", "netns", "exec", self.networks.namespaces[service], *words, seconds=60)

    def down(self):
        try:
            for container in reversed(self.containers.values()):
                container.stop()
        finally:
            self.networks.stop()
            command("chown", "-R", f"{os.getuid()}:{os.getgid()}", self.folder / "volumes")
            shutil.rmtree(self.folder / "volumes")
