# SPDX-License-Identifier: Apache-2.0
"""What a router refuses to forward, by nftables."""

from namespaces import run


def block(router, *rules):
    """These rules and no others: nftables statements for forwarded packets, such as `ip6 daddr 3000::1 drop`."""
    lines = "\n".join(f"        {rule}" for rule in rules)
    run("ip", "netns", "exec", router, "nft", "-f", "-", text=f"""
table inet lab
delete table inet lab
table inet lab {{
    chain forward {{
        type filter hook forward priority filter
{lines}
    }}
}}
""")


def open_again(router):
    block(router)
