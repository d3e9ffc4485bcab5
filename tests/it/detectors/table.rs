//! What the publications say of each measured lie, written by hand: a line holds for all measured
//! rules of a country or an operator whose verdict is of its kind. A measured rule without a line
//! fails the test, and so does a line without a rule.

use super::{Judgement, ooni::Ooni, satellite::Satellite};
use crate::support::engine::VerdictKind;
use hickory_proto::{
    op::ResponseCode,
    rr::RecordType::{self, A, AAAA, MX},
};

pub(super) struct Line {
    pub(super) country: &'static str,
    /// The operator, or nothing for the country's own rules.
    pub(super) operator: Option<&'static str>,
    pub(super) kind: VerdictKind,
    /// The rule, where others of its operator lie with another address.
    pub(super) rule: Option<&'static str>,
    /// The types of which the publication tells.
    pub(super) types: &'static [RecordType],
    pub(super) judgement: Judgement,
}

/// The name does not exist, says one that everybody else finds.
pub(super) const NXDOMAIN: Judgement =
    plain(Ooni::Failure, Satellite::Error(ResponseCode::NXDomain));
/// 127.0.0.1: a bogon to OONI, invalid to Satellite.
pub(super) const LOOPBACK: Judgement = plain(Ooni::Bogon, Satellite::Invalid("local_host"));
/// A block page that OONI has a fingerprint of.
pub(super) const KNOWN_PAGE: Judgement = plain(Ooni::Blockpage, Satellite::Unmatched);
/// A page that it has none of: an address that the control does not have.
pub(super) const UNKNOWN_PAGE: Judgement = plain(Ooni::Unmatched, Satellite::Unmatched);
/// Private addresses, which are fingerprints before they are bogons.
const PRIVATE_PAGE: Judgement = plain(Ooni::Blockpage, Satellite::Invalid("local_net"));
/// A private address that is none.
const PRIVATE_ADDRESS: Judgement = plain(Ooni::Bogon, Satellite::Invalid("local_net"));
/// The firewall's: public addresses of a known pool or in Teredo, and then the genuine ones.
const GREAT_FIREWALL: Judgement = Judgement {
    ooni: Ooni::Unmatched,
    satellite: Satellite::Unmatched,
    gfwatch: true,
    hold_on: true,
};
const TEREDO_FIRST: Judgement = Judgement { ooni: Ooni::Bogon, ..GREAT_FIREWALL };

/// An alias that is a fingerprint, without an address.
const KNOWN_ALIAS: Judgement = plain(Ooni::Blockpage, Satellite::Empty);
/// A name without an address, says one that everybody else finds.
const NODATA: Judgement = plain(Ooni::Failure, Satellite::Empty);
/// MX has no address anywhere, and neither tool counts that.
const NOT_COUNTED: Judgement = plain(Ooni::FailureInControl, Satellite::ControlFailed);

/// The judgement on a lie of a resolver or in the path, of which there is a single reply.
pub(super) const fn plain(ooni: Ooni, satellite: Satellite) -> Judgement {
    Judgement { ooni, satellite, gfwatch: false, hold_on: false }
}

const fn line(
    country: &'static str,
    operator: Option<&'static str>,
    kind: VerdictKind,
    types: &'static [RecordType],
    judgement: Judgement,
) -> Line {
    Line { country, operator, kind, rule: None, types, judgement }
}

impl Line {
    const fn of(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }
}

/// Where the publication speaks of IPv4 alone, AAAA is not judged.
pub(super) const TABLE: &[Line] = &[
    // Google's address for TikTok from other resolvers than MTS's, no such name and then an address
    // at Ucom (OONI, TikTok in Armenia and Azerbaijan, 2022): neither is a fingerprint.
    line("AM", Some("google-form"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("AM", Some("ucom"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    // WhatsApp: silence at Oi, no address at TIM (OONI, Brazil, 2016).
    line("BR", Some("oi"), VerdictKind::Drop, &[A], plain(Ooni::Failure, Satellite::TimedOut)),
    line("BR", Some("tim"), VerdictKind::NoData, &[A], NODATA),
    // Forged answers of the pool (A) and in Teredo (AAAA): GFWatch; two or three, then the genuine
    // one: Hold-On. OONI has no fingerprint of these addresses (its nine are older), and calls
    // 2001::/32 a bogon only where it comes first.
    line("CN", None, VerdictKind::Poison, &[A, AAAA], GREAT_FIREWALL),
    // Google's names have a third injector, which comes first, and all of whose AAAA are in Teredo
    // (Wallbleed, 2025).
    line("CN", None, VerdictKind::Poison, &[AAAA], TEREDO_FIRST).of("google"),
    line("CN", None, VerdictKind::Poison, &[AAAA], TEREDO_FIRST).of("google-services"),
    line("CN", None, VerdictKind::Poison, &[AAAA], TEREDO_FIRST).of("google-www"),
    line("CN", None, VerdictKind::Poison, &[AAAA], TEREDO_FIRST).of("google-sub-domains"),
    // 167.233.14.14 behind notice.cuii.info for sci-hub.se (OONI, fingerprints): a fingerprint.
    line("DE", Some("telekom"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 127.0.0.1 for womenonweb.org (OONI, Women on Web, 2026).
    line("ES", Some("orange"), VerdictKind::Poison, &[A], LOOPBACK),
    // Pornography and Russia's media at four ISPs (OONI, France, 2025): 127.0.0.1 or NXDOMAIN.
    // Orange's police page for Google, 90.85.16.52, by mistake (Bortzmeyer, 2016), is no
    // fingerprint.
    line("FR", Some("orange"), VerdictKind::Poison, &[A], LOOPBACK),
    line("FR", Some("orange"), VerdictKind::Poison, &[A], UNKNOWN_PAGE).of("google-by-mistake"),
    line("FR", Some("free"), VerdictKind::Poison, &[A], LOOPBACK),
    line("FR", Some("sfr"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("FR", Some("bouygues"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    // Gambling (OONI, EEEP, 2015): pages that are no fingerprints, and no MX.
    line("GR", Some("vodafone"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("GR", Some("forthnet"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("GR", Some("ote"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("GR", Some("cyta"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("GR", Some("wind"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("GR", Some("forthnet"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    line("GR", Some("ote"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    line("GR", Some("cyta"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    line("GR", Some("wind-mobile"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    line("GR", Some("cosmote"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    line("GR", Some("panafon"), VerdictKind::NoData, &[MX], NOT_COUNTED),
    // Pages of the state and of 24 ISPs, all of them fingerprints (OONI, fingerprints); two came as
    // an alias alone.
    line("ID", None, VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("telkom"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("telkomsel"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("tri"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("xl"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("indosat-m2"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("indosat"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("cbn"), VerdictKind::Poison, &[A], KNOWN_ALIAS),
    line("ID", Some("first-media"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("melsa"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("centrin"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("iforte"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("gmedia"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("smartfren"), VerdictKind::Poison, &[A], KNOWN_ALIAS),
    line("ID", Some("mnc-play"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("myrepublic"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("biznet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("varnion"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("icon-plus"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("remala"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("bolt"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("hypernet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("lintasarta"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("hspnet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("moratel"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("neuviz"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // Fingerprints all (OONI, fingerprints; Poisoned Wells, 2024), two networks' of private
    // addresses, but Airtel's 13.127.247.216 behind dotblocking.dummy, which Poisoned Wells knows.
    line("IN", Some("act"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("IN", Some("airtel"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    // In May 2020 its resolver said that a name does not exist (OONI, TLS blocking in India, 2020).
    line("IN", Some("airtel"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IN", Some("jio"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("IN", Some("bsnl"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("IN", Some("mtnl"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("IN", Some("connect"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("IN", Some("as55824"), VerdictKind::Poison, &[A], PRIVATE_PAGE),
    line("IN", Some("as17465"), VerdictKind::Poison, &[A], PRIVATE_PAGE),
    line("IN", Some("as135031"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 10.10.34.34 to .36 and d0::11: fingerprints all. d0::11 is no bogon, and Satellite's list has
    // no IPv6.
    line("IR", None, VerdictKind::Poison, &[A], PRIVATE_PAGE),
    line("IR", None, VerdictKind::Poison, &[AAAA], KNOWN_PAGE).of("encrypted-dns"),
    line("IR", None, VerdictKind::Poison, &[AAAA], KNOWN_PAGE).of("linkedin"),
    line("IR", None, VerdictKind::Poison, &[AAAA], KNOWN_PAGE).of("sbs"),
    // Google's own address for its filter (net4people/bbs issue 451, 2025).
    line("IR", None, VerdictKind::Poison, &[A], UNKNOWN_PAGE).of("google-safe-search"),
    // Gutenberg's name at five ISPs (OONI, 2021); Women on Web's at seven (OONI, 2026). The pages
    // of Vodafone's Gutenberg and of Sky are no fingerprints, the authorities' are.
    line("IT", Some("vodafone"), VerdictKind::Poison, &[A], UNKNOWN_PAGE).of("gutenberg"),
    line("IT", Some("vodafone"), VerdictKind::Poison, &[A], KNOWN_PAGE).of("gambling"),
    line("IT", Some("vodafone"), VerdictKind::Poison, &[A], KNOWN_PAGE).of("copyright"),
    line("IT", Some("vodafone"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IT", Some("fastweb"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IT", Some("fastweb"), VerdictKind::Poison, &[A], LOOPBACK),
    line("IT", Some("tim"), VerdictKind::Poison, &[A], LOOPBACK),
    line("IT", Some("tiscali"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IT", Some("iliad"), VerdictKind::Poison, &[A], LOOPBACK),
    line("IT", Some("wind"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IT", Some("wind"), VerdictKind::Poison, &[A], LOOPBACK),
    line("IT", Some("sky"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("IT", Some("eolo"), VerdictKind::NxDomain, &[A], NXDOMAIN),
    line("IT", Some("intred"), VerdictKind::Poison, &[A], LOOPBACK),
    // 36.37.242.94 for cnrp7.org and hrcr.org (OONI and Sinar, Cambodia, 2022): a fingerprint.
    line("KH", Some("viettel"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 10.10.10.1 for www.casino.com (OONI, fingerprint kh_dns_2, 2022).
    line("KH", Some("as131207"), VerdictKind::Poison, &[A], PRIVATE_PAGE),
    // 59.153.90.11, 167.172.4.60, 172.31.31.2: fingerprints; 172.29.8.1 is none (OONI, 2021-22).
    line("MM", Some("myanmarnet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MM", Some("myanmarnet"), VerdictKind::Poison, &[A], LOOPBACK).of("government"),
    line("MM", Some("telenor"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MM", Some("unnamed-167"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MM", Some("mytel"), VerdictKind::Poison, &[A], LOOPBACK),
    line("MM", Some("yatanarpon"), VerdictKind::Poison, &[A], LOOPBACK),
    line("MM", Some("as132148"), VerdictKind::Poison, &[A], PRIVATE_ADDRESS),
    line("MM", Some("as63852"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MM", Some("as138168"), VerdictKind::Poison, &[A], PRIVATE_PAGE),
    // 175.139.142.25 (OONI, fingerprint my_2; iMAP, 2022).
    line("MY", Some("time"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("tm"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("maxis"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("digi"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("celcom"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 52.16.240.96 and 127.0.0.1 for www.tiktok.com (OONI Explorer, findings/112092297601, 2023);
    // the first is no fingerprint.
    line("NP", Some("ncell"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("NP", Some("worldlink"), VerdictKind::Poison, &[A], LOOPBACK),
    // Nayatel's pages are fingerprints.
    line("PK", Some("nayatel"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // ISPs' pages (OONI, 2022 to 2024): fingerprints, but for 185.77.150.2.
    line("RU", Some("er-telecom"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("RU", Some("ttk"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("RU", Some("skynet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("RU", Some("nauka-svyaz"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("RU", Some("as8790"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("RU", Some("as60139"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    // Seven addresses of 2021 and 2024, fingerprints all.
    line("SG", Some("starhub"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("SG", Some("singtel"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("SG", Some("as133136"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 180.180.255.130 and 125.26.170.3 (OONI, fingerprints, 2022 and 2020).
    line("TH", Some("as23969"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("TH", Some("as131445"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // 127.0.0.1, once (net4people/bbs issue 80, 2021; breakerspace, 2023).
    line("TM", None, VerdictKind::Poison, &[A], LOOPBACK),
    // 195.175.254.2 is a fingerprint, 213.14.227.50 is none (OONI, 2019 to 2026).
    line("TR", Some("turk-telekom"), VerdictKind::Poison, &[A], KNOWN_PAGE).of("pornography"),
    line("TR", Some("turk-telekom"), VerdictKind::Poison, &[A], UNKNOWN_PAGE).of("women-on-waves"),
    line("TR", Some("turk-telekom"), VerdictKind::Poison, &[A], UNKNOWN_PAGE).of("women-on-web"),
    line("TR", Some("turknet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("TR", Some("vodafone"), VerdictKind::Poison, &[A], LOOPBACK),
    // 125.212.224.108 for 888casino.com (OONI, fingerprints, 2022).
    line("VN", Some("as45899"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // Pages of ISPs for The Pirate Bay and television (OONI, fingerprints): all are fingerprints.
    line("AU", Some("telstra"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("AU", Some("tpg"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("CA", Some("bell"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("CA", Some("rogers"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("CA", Some("shaw"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("CA", Some("teksavvy"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    // The tables of Sinar's iMAP, 2022 and 2024, by the answer's address. Fingerprints are that of
    // PLDT and those of the four that are not Cambodia's or Vietnam's.
    line("ID", Some("unnamed-103"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("ID", Some("unnamed-118"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("KH", Some("unnamed-203"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("MM", Some("unnamed-103"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("u-mobile"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("MY", Some("ytl"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("PH", Some("pldt"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("TH", Some("cs-loxinfo"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("TH", Some("uninet"), VerdictKind::Poison, &[A], KNOWN_PAGE),
    line("VN", Some("unnamed-103"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    line("VN", Some("viettel"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
    // 127.0.0.1 for two names at Viettel (Sinar, measurements of 2022).
    line("VN", Some("viettel"), VerdictKind::Poison, &[A], LOOPBACK).of("bbc"),
    line("VN", Some("viettel"), VerdictKind::Poison, &[A], LOOPBACK).of("truong-duy-nhat"),
    // 192.0.0.1 at MTN, which OONI counts as a bogon, and 1.1.1.1 at Airtel (OONI, Nigeria, 2018).
    line("NG", Some("mtn"), VerdictKind::Poison, &[A], plain(Ooni::Bogon, Satellite::Unmatched)),
    line("NG", Some("airtel"), VerdictKind::Poison, &[A], UNKNOWN_PAGE),
];
