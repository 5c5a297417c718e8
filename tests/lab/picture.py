# SPDX-License-Identifier: Apache-2.0
"""The topology as SVG: transit networks in a ring by longitude, their customers around them, and whoever is a
customer of many in the middle."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 1500, 1000
BOX_WIDTH, LINE = 158, 15
RINGS = (0.47, 0.87, 1.17)  # transit, customers, customers' customers: shares of half the picture
FAN = math.radians(17)  # between two customers of one network
MANY = 3  # providers, from which on an AS sits in the middle
COLOURS = {"transit": "#e8eaed", "perspective": "#d3e9d8", "primary": "#a8d5b5", "victim": "#cfe2f7",
           "registry": "#e6dcf3", "attacker": "#f7c9c4", "access": "#f4f5f6"}


def draw(topology):
    places = _places(topology)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="Helvetica, Arial, sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    parts += [_line(link, places) for link in topology.links]
    parts += [_label(link, places) for link in topology.links]
    parts += [_box(topology, router, *places[name]) for name, router in topology.routers.items()]
    return "\n".join([*parts, _legend(), "</svg>"]) + "\n"


def _providers(topology, name):
    return [link.ends[1] for link in topology.links if link.customer == name]


def _places(topology):
    """The middle of each router's box."""
    transit = sorted((router for router in topology.routers.values() if not _providers(topology, router.name)),
                     key=lambda router: router.place.longitude)
    turn = 2 * math.pi / len(transit)
    angles = {router.name: index * turn - math.pi * 0.9 for index, router in enumerate(transit)}
    rings = dict.fromkeys(angles, 0)
    waiting = [name for name in topology.routers if name not in angles]
    while waiting:
        level = [name for name in waiting if set(_providers(topology, name)) <= set(angles)]
        for parents in {tuple(_providers(topology, name)) for name in level}:
            children = [name for name in level if tuple(_providers(topology, name)) == parents]
            for index, name in enumerate(children):
                spread = (index - (len(children) - 1) / 2) * FAN
                angles[name] = _mean_angle([angles[parent] for parent in parents]) + spread
                rings[name] = -1 if len(parents) >= MANY else max(rings[parent] for parent in parents) + 1
        waiting = [name for name in waiting if name not in level]
    return {name: _point(angles[name], RINGS[rings[name]] if rings[name] >= 0 else 0) for name in angles}


def _mean_angle(angles):
    return math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))


def _point(angle, share):
    half_width, half_height = WIDTH / 2 - BOX_WIDTH / 2 - 10, HEIGHT / 2 - 60
    return WIDTH / 2 + half_width * share * math.cos(angle), HEIGHT / 2 + half_height * share * math.sin(angle)


def _line(link, places):
    (x1, y1), (x2, y2) = (places[end] for end in link.ends)
    red = "attacker" in link.ends[0]
    grey = 'stroke="#5f6368"' if link.customer else 'stroke="#9aa0a6"'
    style = 'stroke="#c5392f" stroke-dasharray="6 4"' if red else grey
    width = 1.4 if link.customer else 2.6
    return f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" {style} stroke-width="{width}"/>'


def _label(link, places):
    if not link.delay_ms and not link.loss:
        return ""
    (x1, y1), (x2, y2) = (places[end] for end in link.ends)
    share = 0.5 if link.customer else 0.3  # diagonals cross in their middle
    text = f"{link.delay_ms:g} ms" + (f", {link.loss:.2%}" if link.loss else "")
    return f'<text x="{x1 + (x2 - x1) * share:.0f}" y="{y1 + (y2 - y1) * share + 4:.0f}" text-anchor="middle" ' \
           f'font-size="11" fill="#3c4043" stroke="white" stroke-width="3" paint-order="stroke">{text}</text>'


def _kind(topology, router):
    hosts = topology.hosts_behind(router.name)
    if any(host.impersonates for host in hosts):
        return "attacker"
    if any(host.perspective for host in hosts):
        return "primary" if any(host.perspective == "primary" for host in hosts) else "perspective"
    for kind in ("victim", "registry"):
        if router.name.startswith(kind):
            return kind
    return "access" if _providers(topology, router.name) else "transit"


def _box(topology, router, x, y):
    lines = [(f"AS{router.asn} {router.name}", "bold"), (f"{router.what}", "normal"),
             (f"{router.place.city} · {router.place.rir}", "normal")]
    hosts = ", ".join(host.name for host in topology.hosts_behind(router.name))
    lines += [(hosts, "italic")] if hosts else []
    height = LINE * len(lines) + 10
    left, top = x - BOX_WIDTH / 2, y - height / 2
    parts = [f'<rect x="{left:.0f}" y="{top:.0f}" width="{BOX_WIDTH}" height="{height}" rx="6" '
             f'fill="{COLOURS[_kind(topology, router)]}" stroke="#5f6368"/>']
    for index, (text, style) in enumerate(lines):
        look = {"bold": 'font-weight="bold"', "italic": 'font-style="italic"', "normal": ""}[style]
        parts.append(f'<text x="{x:.0f}" y="{top + LINE * (index + 1):.0f}" text-anchor="middle" {look}>'
                     f'{escape(text)}</text>')
    return "\n".join(parts)


def _legend():
    entries = [("primary", "the CA: coordinator, pipeline, primary"), ("perspective", "a remote perspective"),
               ("victim", "the victim, two sites of one AS"), ("registry", "root and TLD"),
               ("attacker", "the attacker"), ("transit", "transit")]
    parts = []
    for index, (kind, text) in enumerate(entries):
        y = 20 + index * 20
        parts.append(f'<rect x="16" y="{y}" width="14" height="14" fill="{COLOURS[kind]}" stroke="#5f6368"/>'
                     f'<text x="38" y="{y + 12}">{text}</text>')
    parts.append(f'<text x="16" y="{HEIGHT - 18}" fill="#3c4043">One-way delay, and share of packets lost. Thick: '
                 'peers; thin: customer and provider. In italics: hosts behind the router.</text>')
    return "\n".join(parts)
