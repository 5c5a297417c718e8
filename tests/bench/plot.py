# SPDX-License-Identifier: Apache-2.0
"""The cases as bars, in SVG: CPU per corroboration in U, split into the coordinator's and the agents', with
what the wire alone costs as a line."""

from html import escape

BAR, GAP, LEFT, WIDTH, TOP = 18, 6, 250, 760, 60
WIRE_UNITS = {4: 11, 5: 13, 12: 27}  # one request served, and each seat's sent and served


def nice_limit(value):
    step = 10 ** (len(str(int(max(value, 1)))) - 1)
    return (int(value / step) + 1) * step


def svg(result):
    rows = result["cases"]
    unit_ms = sum(result["unit-us"]) / len(result["unit-us"]) / 1000
    limit = nice_limit(max(row["cpu-units"] for row in rows))
    scale = (WIDTH - LEFT - 120) / limit
    height = TOP + len(rows) * (BAR + GAP) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
           'font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="10" y="22" font-size="15">CPU per corroboration in U ({unit_ms * 1000:.1f} µs), '
           f'{escape(result["machine"]["date"])}</text>',
           '<text x="10" y="42" fill="#1f5a8c">coordinator</text><text x="90" y="42" fill="#d08030">agents</text>'
           '<text x="150" y="42" fill="#b00020">what the wire costs</text>']
    for tick in range(0, 5):
        x = LEFT + scale * limit * tick / 4
        out.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - 30}" stroke="#dddddd"/>'
                   f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle">{limit * tick / 4:g}</text>')
    for index, row in enumerate(rows):
        y = TOP + index * (BAR + GAP)
        coordinator = row["coordinator-cpu-ms"] / unit_ms
        label = f'{row["method"]}, {row["remotes"]} remotes, {row["in-flight"]} in flight, {row["fsync"]}'
        end = LEFT + scale * row["cpu-units"]
        out.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>'
                   f'<rect x="{LEFT}" y="{y}" width="{scale * coordinator:.1f}" height="{BAR}" fill="#1f5a8c"/>'
                   f'<rect x="{LEFT + scale * coordinator:.1f}" y="{y}" '
                   f'width="{scale * (row["cpu-units"] - coordinator):.1f}" height="{BAR}" fill="#d08030"/>'
                   f'<text x="{end + 5:.1f}" y="{y + 13}">{row["cpu-units"]:.1f} U, {row["per-second"]:.0f}/s</text>')
        wire = LEFT + scale * WIRE_UNITS.get(row["remotes"], 3 + 2 * row["remotes"])
        out.append(f'<line x1="{wire:.1f}" y1="{y - 2}" x2="{wire:.1f}" y2="{y + BAR + 2}" stroke="#b00020"/>')
    return "\n".join(out + ["</svg>"]) + "\n"
