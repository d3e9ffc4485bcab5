//! The rules for nftables that have the kernel drop what the border passes on itself.

/// The rules for two interfaces. They stand before the kernel puts fragments together
/// (NF_IP_PRI_CONNTRACK_DEFRAG, -400), so that those pass as they are; what is for the router
/// itself does not pass the border.
#[must_use]
pub fn nft_rules([inside, outside]: [&str; 2]) -> String {
    format!(
        "\
# Queries by UDP reach nobody but by splinterdns border --in-path.
#   load     splinterdns border ... --print-nft | nft -f -
#   remove   nft delete table inet splinterdns_border
table inet splinterdns_border {{
\tchain passing {{
\t\ttype filter hook prerouting priority -450; policy accept;
\t\tiifname {{ \"{inside}\", \"{outside}\" }} fib daddr type != local jump queries
\t}}

\tchain queries {{
\t\tip frag-off & 0x3fff != 0 return
\t\texthdr frag exists return
\t\tudp dport 53 drop
\t}}
}}
"
    )
}
