//! Replies, read octet by octet, so that no library mends what is wrong.

use std::ops::Range;

/// A reply, all of which could be read.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Octets 3 and 4 of the header.
    pub(crate) flags: u16,
    /// The questions, as they stand there.
    pub(crate) questions: Vec<u8>,
    pub(crate) qdcount: u16,
    pub(crate) answer: Vec<ReplyRecord>,
    pub(crate) authority: Vec<ReplyRecord>,
    pub(crate) additional: Vec<ReplyRecord>,
}

/// A record of a reply.
#[derive(Debug)]
pub(crate) struct ReplyRecord {
    /// Its owner, without compression.
    pub(crate) owner: Vec<u8>,
    pub(crate) rtype: u16,
    pub(crate) class: u16,
    pub(crate) ttl: u32,
    pub(crate) data: Vec<u8>,
}

/// What stands in a reply's OPT and header together.
#[derive(Debug)]
pub(crate) struct ReplyOpt {
    pub(crate) payload: u16,
    pub(crate) rcode_high: u16,
    pub(crate) version: u32,
    /// DO and Z.
    pub(crate) flags: u32,
    /// The codes of its options.
    pub(crate) options: Vec<u16>,
}

impl Reply {
    /// Reads a message to its last octet.
    pub(crate) fn read(octets: &[u8]) -> Result<Self, String> {
        let mut reader = Reader { octets, at: 0 };
        let _id = reader.number16()?;
        let flags = reader.number16()?;
        let mut counts = [0; 4];
        for count in &mut counts {
            *count = reader.number16()?;
        }
        let [qdcount, answers, authority, additional] = counts;
        for _ in 0..qdcount {
            reader.name()?;
            reader.take(4)?;
        }
        let questions = octets[12..reader.at].to_vec();
        let mut section = |count| (0..count).map(|_| reader.record()).collect::<Result<_, _>>();
        let (answer, authority) = (section(answers)?, section(authority)?);
        let additional = section(additional)?;
        if reader.at < octets.len() {
            return Err(format!("{} octets behind its end", octets.len() - reader.at));
        }
        Ok(Self { flags, questions, qdcount, answer, authority, additional })
    }

    /// Its records of a type in the additional section.
    pub(crate) fn additional_of(&self, rtype: u16) -> impl Iterator<Item = &ReplyRecord> {
        self.additional.iter().filter(move |record| record.rtype == rtype)
    }

    /// RCODE, with its extended bits.
    pub(crate) fn rcode(&self) -> Result<u16, String> {
        let high = self.opt()?.map_or(0, |opt| opt.rcode_high);
        Ok(high << 4 | self.flags & 15)
    }

    /// What its OPT says, if it has one.
    pub(crate) fn opt(&self) -> Result<Option<ReplyOpt>, String> {
        let mut opts = self.additional_of(41);
        let Some(record) = opts.next() else { return Ok(None) };
        if opts.next().is_some() || record.owner != [0] {
            return Err("two OPTs, or one with a name".to_owned());
        }
        let (mut options, mut data) = (Vec::new(), &record.data[..]);
        while !data.is_empty() {
            let mut reader = Reader { octets: data, at: 0 };
            options.push(reader.number16()?);
            let length = reader.number16()?;
            reader.take(usize::from(length))?;
            data = &data[reader.at..];
        }
        Ok(Some(ReplyOpt {
            payload: record.class,
            rcode_high: u16::try_from(record.ttl >> 24).unwrap(),
            version: record.ttl >> 16 & 0xff,
            flags: record.ttl & 0xffff,
            options,
        }))
    }
}

struct Reader<'o> {
    octets: &'o [u8],
    at: usize,
}

impl<'o> Reader<'o> {
    fn take(&mut self, count: usize) -> Result<&'o [u8], String> {
        let range: Range<usize> = self.at..self.at + count;
        self.at = range.end;
        self.octets.get(range).ok_or_else(|| "it ends too early".to_owned())
    }

    fn number16(&mut self) -> Result<u16, String> {
        let octets = self.take(2)?;
        Ok(u16::from_be_bytes([octets[0], octets[1]]))
    }

    fn record(&mut self) -> Result<ReplyRecord, String> {
        let owner = self.name()?;
        let [rtype, class, high, low, length] = [
            self.number16()?,
            self.number16()?,
            self.number16()?,
            self.number16()?,
            self.number16()?,
        ];
        let (ttl, data) =
            (u32::from(high) << 16 | u32::from(low), self.take(length.into())?.to_vec());
        Ok(ReplyRecord { owner, rtype, class, ttl, data })
    }

    /// A name without its compression: a pointer leads to what stands before it (RFC 1035 section
    /// 4.1.4).
    fn name(&mut self) -> Result<Vec<u8>, String> {
        let mut name = Vec::new();
        loop {
            let begin = self.at;
            match self.take(1)?[0] {
                0 => {
                    name.push(0);
                    return Ok(name);
                }
                length if length < 64 => {
                    name.push(length);
                    name.extend(self.take(length.into())?);
                }
                high if high >= 192 => {
                    let target = usize::from(high & 63) << 8 | usize::from(self.take(1)?[0]);
                    if target >= begin {
                        return Err(format!("a pointer from {begin} on to {target}"));
                    }
                    name.extend(Reader { octets: self.octets, at: target }.name()?);
                    return Ok(name);
                }
                other => return Err(format!("a label that begins with {other}")),
            }
        }
    }
}
