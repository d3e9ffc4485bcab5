//! Data from the examples of the RFCs, and entries that are none.

use super::{Include, MasterFile, ZoneError, read};
use hickory_proto::{
    rr::{RData, RecordType},
    serialize::binary::BinEncodable,
};

const HEAD: &str = "$ORIGIN example.com.\n@ 300 SOA ns host 1 1h 2m 3w 60\n";

fn files(named: &str) -> Result<String, String> {
    match named {
        "hosts" => Ok("; splinterdns: complete\nin A 192.0.2.3\n$ORIGIN else.where.\n".to_owned()),
        "bad" => Ok("\nin A 192.0.2.300\n".to_owned()),
        "itself" => Ok("$INCLUDE itself\n".to_owned()),
        other => Err(format!("cannot read {other}")),
    }
}

fn zone(entries: &str) -> Result<MasterFile, ZoneError> {
    read(&format!("{HEAD}{entries}\n"), None, &files as Include<'_>)
}

/// The octets of the record `x` in hexadecimal digits, a blank between the groups that a test has.
fn octets(data: &str) -> Result<String, String> {
    let zone = zone(&format!("x {data}")).map_err(|error| error.why)?;
    let (_, set) =
        zone.records.iter().find(|(key, _)| key.name.to_string() == "x.example.com.").unwrap();
    let record = set.records_without_rrsigs().next().unwrap();
    let octets = match &record.data {
        RData::Unknown { rdata, .. } => rdata.anything.clone(),
        known => known.to_bytes().unwrap(),
    };
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}

fn hex(text: &[u8]) -> String {
    text.iter().map(|octet| format!("{octet:02x}")).collect()
}

const FOO: &str = "03666f6f076578616d706c6503636f6d00";

#[test]
fn service_parameters_are_those_of_rfc_9460_appendix_d() {
    for (data, head, params) in [
        ("HTTPS 0 foo.example.com.", "0000", ""),
        ("SVCB 16 foo port=53", "0010", "000300020035"),
        ("SVCB 1 foo key667=hello", "0001", "029b000568656c6c6f"),
        (r#"SVCB 1 foo key667="hello\210qoo""#, "0001", "029b000968656c6c6fd2716f6f"),
        (
            r#"SVCB 1 foo ipv6hint="2001:db8::1,2001:db8::53:1""#,
            "0001",
            "0006002020010db800000000000000000000000120010db8000000000000000000530001",
        ),
        (
            r#"SVCB 1 foo ipv6hint="2001:db8:122:344::192.0.2.33""#,
            "0001",
            "0006001020010db8012203440000 0000c0000221",
        ),
        (
            "SVCB 16 foo ( alpn=h2,h3-19 mandatory=ipv4hint,alpn\n ipv4hint=192.0.2.1 )",
            "0010",
            "000000040001000400010009026832 0568332d313900040004c0000201",
        ),
        (r#"SVCB 16 foo alpn="f\\\\oo\\,bar,h2""#, "0010", "0001000c08665c6f6f2c626172026832"),
        (r"SVCB 16 foo alpn=f\\\092oo\092,bar,h2", "0010", "0001000c08665c6f6f2c626172026832"),
        // RFC 9461, RFC 9540, and a key with a nine in it.
        (
            "HTTPS 1 foo key65529=z ohttp dohpath=/q{?dns}",
            "0001",
            "0007 0008 2f717b3f646e737d 0008 0000 fff9 0001 7a",
        ),
    ] {
        let expected = format!("{head}{FOO}{}", params.replace(' ', ""));
        assert_eq!(octets(data), Ok(expected), "{data}");
    }
}

#[test]
fn service_parameters_that_appendix_d_3_forbids_are_refused() {
    for (params, why) in [
        ("key123=abc key123=def", "key123 stands twice"),
        ("mandatory", "mandatory: its value is missing"),
        ("alpn", "alpn: its value is missing"),
        ("port=", "port: its value is missing"),
        ("ipv4hint", "ipv4hint: its value is missing"),
        ("ipv6hint", "ipv6hint: its value is missing"),
        ("no-default-alpn=abc", "no-default-alpn: it has no value"),
        ("mandatory=key123", "key123 is mandatory and is missing"),
        ("mandatory=mandatory", "each other key stands in it at most once"),
        ("mandatory=key123,key123 key123=abc", "each other key stands in it at most once"),
        ("alpn=,h2", "a protocol has 1 to 255 octets"),
        ("port=65536", "a port is a number up to 65535"),
        ("ipv4hint=2001:db8::1", "is no address of its family"),
        ("tls-supported-groups=29", "is not known here; write it as key9"),
        ("apln=h2", "\"apln\" is no service parameter"),
    ] {
        let error = octets(&format!("SVCB 1 foo {params}")).unwrap_err();
        assert!(error.contains(why), "{params}: {error}");
    }
}

#[test]
fn types_that_are_rare_are_read_as_their_rfcs_say() {
    let rvs = hex(b"\x03rvs\x07example\x03com\x00");
    let key = "AwEAAbdxyhNu";
    for (data, expected) in [
        // RFC 8005 section 6, with a shorter key.
        (
            format!("HIP ( 2 200100107B1A74DF365639CC39F1D578\n {key} rvs )"),
            format!("10020009200100107b1a74df365639cc39f1d57803010001b771ca136e{rvs}"),
        ),
        // RFC 8777 section 4.3.1.
        ("AMTRELAY 10 0 1 203.0.113.15".into(), "0a01cb00710f".into()),
        ("AMTRELAY 10 0 2 2001:db8::15".into(), "0a0220010db8000000000000000000000015".into()),
        ("AMTRELAY 128 1 3 rvs".into(), format!("8083{rvs}")),
        ("AMTRELAY 10 0 0 .".into(), "0a00".into()),
        // RFC 9859 section 2.
        ("DSYNC CDS NOTIFY 5359 rvs".into(), format!("003b0114ef{rvs}")),
        ("NSAP-PTR rvs".into(), rvs),
        ("CERT PGP 0 0 AQID".into(), "000300000 0010203".replace(' ', "")),
        ("CERT 65534 7 RSASHA256 AQID".into(), "fffe000708010203".into()),
        ("DOA 0 1 2 \"\" AQID".into(), "00000000000000010200010203".into()),
        ("RESINFO qnamemin exterr=15-17".into(), hex(b"\x08qnamemin\x0cexterr=15-17")),
        ("IPN 3239149575".into(), "00000000c1118007".into()),
        ("EID e32c 6f78".into(), "e32c6f78".into()),
        // RFC 1876: what is left out is 1 m, 10 km and 10 m.
        ("LOC 52 N 0 E 0m".into(), "00121613 8b287200 80000000 00989680".replace(' ', "")),
        // RFC 3597: the same data in either form.
        ("CLASS1 TYPE1 \\# 4 C0 000207".into(), "c0000207".into()),
        ("TYPE65280 \\# 0".into(), String::new()),
    ] {
        assert_eq!(octets(&data), Ok(expected), "{data}");
    }
}

#[test]
fn strings_are_octets() {
    for (data, expected) in [
        (r"TXT caf\195\169", hex("\u{5}caf\u{e9}".as_bytes())),
        ("TXT \"caf\u{e9}\"", hex("\u{5}caf\u{e9}".as_bytes())),
        (r#"TXT "a\"b\\" c\;d \"e"#, hex(b"\x04a\"b\\\x03c;d\x02\"e")),
        ("TXT ( \"one ; no comment\" ; a comment\n  \"\" )", hex(b"\x10one ; no comment\x00")),
        ("TXT a\"b\"c", hex(b"\x01a\x01b\x01c")),
    ] {
        assert_eq!(octets(data), Ok(expected), "{data}");
    }
    assert!(octets(&format!("TXT {}", "a".repeat(255))).is_ok());
    let error = octets(&format!("TXT {}", "a".repeat(256))).unwrap_err();
    assert!(error.contains("at most 255 octets long, this one is 256 long"), "{error}");
}

#[test]
fn an_entry_that_is_none_is_refused_with_its_line() {
    for (entry, line, why) in [
        ("x 300 IN", 3, "its type is missing"),
        ("x \"A\" 192.0.2.1", 3, "\"A\" is no record type"),
        ("x CH A 192.0.2.1", 3, "only the class IN is served, not CH"),
        ("x ANY x", 3, "ANY is no type of records in a zone"),
        ("x AXFR x", 3, "AXFR is no type of records in a zone"),
        ("x A 192.0.2.1 192.0.2.2", 3, "\"192.0.2.2\" is more than A has"),
        ("x MX 10", 3, "MX: something is missing at its end"),
        ("x MX ten ns", 3, "\"ten\": expected decimal number"),
        ("x A \\# 3 C00002", 3, "these octets are no data of A"),
        ("x A \\# 4 C00002", 3, "\"\\# 4\" is followed by 3 octets"),
        ("x WKS 192.0.2.1 6 80", 3, "can only be written as \"\\# LENGTH HEX\""),
        ("x TXT \"open\ny A 192.0.2.1", 3, "this quote is never closed"),
        ("\nx TXT ( a\ny A 192.0.2.1", 4, "this \"(\" is never closed"),
        ("x TXT a )", 3, "a \")\" without its \"(\""),
        ("x TXT \\256", 3, "\\256 is no octet"),
        ("x TXT \\1", 3, "\\1 has fewer than three digits"),
        ("x TXT a\\", 3, "a backslash with nothing behind it"),
        ("a..b A 192.0.2.1", 3, "is no domain name"),
        ("\n\nother.example. A 192.0.2.1", 5, "other.example. is not in the zone example.com."),
        ("$TTL soon", 3, "\"soon\" is no TTL"),
        ("$GENERATE 1-9 h$ A 192.0.2.$", 3, "$GENERATE is BIND's own"),
        ("$ORIGINS x.", 3, "there is no directive $ORIGINS"),
        ("x CNAME a\nx CNAME b", 4, "has two CNAME records"),
        ("x CNAME a\nx A 192.0.2.1", 4, "x.example.com. has a CNAME beside other data"),
        ("x LOC 91 N 0 E 0m", 3, "degrees from 0 to 90"),
        ("x LOC 18446744073709552 N 0 E 0m", 3, "degrees from 0 to 90"),
        ("x LOC 1 N 0 E 92233720368547758m", 3, "this altitude is out of range"),
        ("x EUI48 00-00-5e-00-53", 3, "is not 6 octets"),
        ("$INCLUDE none", 3, "cannot read none"),
        ("$INCLUDE bad", 3, "in bad line 2: this entry cannot be read: A: \"192.0.2.300\""),
        ("$INCLUDE itself", 3, "more than 8 files in each other"),
    ] {
        let error = zone(entry).err().unwrap_or_else(|| panic!("{entry} was read"));
        assert!(error.line == Some(line) && error.why.contains(why), "{entry}: {error:?}");
    }
}

#[test]
fn a_set_that_no_message_holds_is_refused_where_it_grows_too_large() {
    let records = |count: u32| -> String {
        let address = |number: u32| std::net::Ipv4Addr::from(0x0a00_0000 + number);
        (0..count).map(|number| format!("x A {}\n", address(number))).collect()
    };
    assert!(zone(&records(4078)).is_ok());
    let error = zone(&records(20_000)).err().unwrap();
    assert_eq!(error.line, Some(2 + 4079));
    assert!(error.why.contains("more records of this type than one message holds"), "{error}");
}

#[test]
fn an_included_file_has_an_origin_of_its_own_and_says_nothing_of_the_zone() {
    let zone = zone("$INCLUDE hosts sub\nafter A 192.0.2.4").unwrap();
    let names: Vec<_> = zone.records.keys().map(|key| key.name.to_string()).collect();
    assert_eq!(names, ["example.com.", "after.example.com.", "in.sub.example.com."]);
    assert_eq!(zone.comments, []);
}

#[test]
fn a_set_has_the_lowest_ttl_and_each_record_once() {
    let zone = zone("x 1h A 192.0.2.1\nx 5m A 192.0.2.2\nx 1d A 192.0.2.1\ny A 192.0.2.1").unwrap();
    let ttl = |name: &str| {
        let mut sets = zone.records.iter();
        let (_, set) = sets.find(|(key, _)| key.name.to_string() == name).unwrap();
        (set.ttl(), set.records_without_rrsigs().count())
    };
    assert_eq!(ttl("x.example.com."), (300, 2));
    assert_eq!(ttl("y.example.com."), (86_400, 1), "that of the record before");
    let soa = zone.records.keys().find(|key| key.record_type == RecordType::SOA);
    assert!(soa.is_some());
}

/// RFC 2181 section 8: a TTL has 31 bits.
#[test]
fn a_ttl_is_at_most_68_years() {
    let with = |text: &str| zone(text).map(|_| ()).map_err(|error| (error.line, error.why));
    for good in ["x 2147483647 A 192.0.2.1", "x 24855d3h14m7s A 192.0.2.1", "$TTL 2147483647"] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for bad in [
        "x 2147483648 A 192.0.2.1",
        "x IN 4294967295 A 192.0.2.1",
        "x 4294967296 A 192.0.2.1",
        "x 99999999999999999999999 A 192.0.2.1",
        "x 24855d3h14m8s A 192.0.2.1",
        "x 99999999999999999999w A 192.0.2.1",
        "$TTL 2147483648",
        "$TTL 4000w",
    ] {
        let (line, why) = with(bad).unwrap_err();
        assert!(line == Some(3) && why.contains("at most 2147483647"), "{bad}: {why}");
    }
    let from_minimum = |minimum: u32| {
        let soa = format!("@ SOA ns.a. host.a. 1 2 3 4 {minimum}\n");
        read(&soa, None, &files as Include<'_>).map(|_| ()).map_err(|error| error.why)
    };
    assert_eq!(from_minimum(0x7fff_ffff), Ok(()));
    assert!(from_minimum(0x8000_0000).unwrap_err().contains("at most 2147483647"));
    for none in ["x 1h30 A 192.0.2.1", "x h A 192.0.2.1", "x 1y A 192.0.2.1", "$TTL \"\""] {
        assert!(!with(none).unwrap_err().1.contains("at most"), "{none}");
    }
}
