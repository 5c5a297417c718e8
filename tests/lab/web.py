# SPDX-License-Identifier: Apache-2.0
"""Web servers: nginx, which publishes one token as http and http-acme expect it, and tells who it is."""

import http.client
from pathlib import Path
from string import Template

from namespaces import connect, inside
from orders import key_authorization
from running import Process

TEMPLATE = Path(__file__).with_name("config") / "nginx.conf"


class Nginx:
    def __init__(self, topology, host, token, folder):
        self.host = topology.hosts[host]
        self.folder = folder / f"nginx-{host}"
        self.folder.mkdir()
        addresses = [address for who in (self.host, *topology.impersonated(self.host))
                     for address in (who.ipv4, f"[{who.ipv6}]")]
        (self.folder / "nginx.conf").write_text(Template(TEMPLATE.read_text()).substitute(
            name=host, folder=self.folder, token=token, key_authorization=key_authorization(token),
            listen="\n".join(f"        listen {address}:80;" for address in addresses)))
        self.process = Process(f"nginx-{host}", ["/usr/sbin/nginx", "-p", self.folder, "-c",
                                                 self.folder / "nginx.conf", "-e", "stderr"], self.folder)

    def launch(self):
        with inside(self.host.name):
            self.process.start()

    def ready(self):
        self.process.wait_until(lambda: identity(self.host.name, self.host.ipv4) == self.host.name)


def identity(namespace, address, seconds=2.0):
    """Which host's web server answers at the address, seen from the namespace; nothing when none does."""
    try:
        link = http.client.HTTPConnection(address, 80, timeout=seconds)
        link.sock = connect(namespace, address, 80, seconds)
        link.request("GET", "/whoami")
        return link.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()
