//! Queries written octet by octet, because most of these are such as no library would write.

/// A query: by default one with RD, and the question that is given to it.
#[derive(Clone)]
pub(crate) struct Query {
    flags: u16,
    questions: Vec<Vec<u8>>,
    /// Answer, authority and additional section.
    sections: [Vec<Vec<u8>>; 3],
    /// Counts that are not as many as there are.
    counts: [Option<u16>; 4],
    behind: Vec<u8>,
    length: Option<usize>,
    opt: Option<Opt>,
}

/// What an OPT record says (RFC 6891 section 6.1).
#[derive(Clone, Copy)]
pub(crate) struct Opt {
    pub(crate) owner: &'static [u8],
    pub(crate) payload: u16,
    pub(crate) rcode: u8,
    pub(crate) version: u8,
    pub(crate) flags: u16,
    /// RDLENGTH, where it is not that of the options.
    pub(crate) length: Option<u16>,
}

/// An OPT as nearly all clients send it.
pub(crate) const OPT: Opt =
    Opt { owner: &[0], payload: 1232, rcode: 0, version: 0, flags: 0, length: None };

/// The identification of all these queries.
pub(crate) const ID: u16 = 0x1234;

/// A name by its labels, whatever octets they have.
pub(crate) fn labels(labels: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in labels {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(*label);
    }
    octets.push(0);
    octets
}

/// A name as it is written, without escapes.
pub(crate) fn name(text: &str) -> Vec<u8> {
    let split: Vec<_> = text.split('.').map(str::as_bytes).collect();
    labels(&split)
}

pub(crate) fn question(name: &[u8], rtype: u16, class: u16) -> Vec<u8> {
    [name, &rtype.to_be_bytes(), &class.to_be_bytes()].concat()
}

/// A record with any owner, class IN and a TTL of 0.
pub(crate) fn record(owner: &[u8], rtype: u16, data: &[u8]) -> Vec<u8> {
    record_of_class(owner, rtype, 1, data)
}

pub(crate) fn record_of_class(owner: &[u8], rtype: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&question(owner, rtype, class), &[0; 4][..], &length, data].concat()
}

/// An option of an OPT record: code, length and data.
pub(crate) fn option(code: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&code.to_be_bytes()[..], &length.to_be_bytes(), data].concat()
}

impl Opt {
    pub(crate) fn octets(&self, options: &[u8]) -> Vec<u8> {
        let Self { owner, payload, rcode, version, flags, length } = *self;
        let length = length.unwrap_or_else(|| u16::try_from(options.len()).unwrap());
        let ttl = [&[rcode, version][..], &flags.to_be_bytes()].concat();
        let fixed = [41_u16, payload].map(u16::to_be_bytes).concat();
        [owner, &fixed, &ttl, &length.to_be_bytes(), options].concat()
    }
}

impl Query {
    /// A query with nothing but a header.
    pub(crate) fn empty() -> Self {
        Self {
            flags: 0x0100,
            questions: Vec::new(),
            sections: [const { Vec::new() }; 3],
            counts: [None; 4],
            behind: Vec::new(),
            length: None,
            opt: None,
        }
    }

    /// A question with these octets.
    pub(crate) fn raw(question: &[u8]) -> Self {
        Self::empty().another(question)
    }

    /// A question of class IN.
    pub(crate) fn of(name: &[u8], rtype: u16) -> Self {
        Self::raw(&question(name, rtype, 1))
    }

    pub(crate) fn another(mut self, question: &[u8]) -> Self {
        self.questions.push(question.to_vec());
        self
    }

    /// With these octets 3 and 4.
    pub(crate) fn flags(self, flags: u16) -> Self {
        Self { flags, ..self }
    }

    pub(crate) fn opcode(self, opcode: u16) -> Self {
        let flags = self.flags & 0x87ff | opcode << 11;
        self.flags(flags)
    }

    /// With an OPT in the additional section.
    pub(crate) fn opt(mut self, opt: Opt, options: &[u8]) -> Self {
        self.opt = Some(opt);
        self.additional(&opt.octets(options))
    }

    /// With a plain OPT that has these options.
    pub(crate) fn options(self, options: &[u8]) -> Self {
        self.opt(OPT, options)
    }

    /// With a plain OPT.
    pub(crate) fn edns(self) -> Self {
        self.options(&[])
    }

    fn with(mut self, section: usize, record: &[u8]) -> Self {
        self.sections[section].push(record.to_vec());
        self
    }

    pub(crate) fn answer(self, record: &[u8]) -> Self {
        self.with(0, record)
    }

    pub(crate) fn authority(self, record: &[u8]) -> Self {
        self.with(1, record)
    }

    pub(crate) fn additional(self, record: &[u8]) -> Self {
        self.with(2, record)
    }

    /// With another QDCOUNT than there are questions.
    pub(crate) fn qdcount(mut self, count: u16) -> Self {
        self.counts[0] = Some(count);
        self
    }

    /// With another ARCOUNT than there are records.
    pub(crate) fn arcount(mut self, count: u16) -> Self {
        self.counts[3] = Some(count);
        self
    }

    /// With octets behind what the header counts.
    pub(crate) fn behind(mut self, octets: &[u8]) -> Self {
        self.behind = octets.to_vec();
        self
    }

    /// Its first octets alone.
    pub(crate) fn cut(mut self, length: usize) -> Self {
        self.length = Some(length);
        self
    }

    /// With a padding option (RFC 7830) that makes it so long.
    pub(crate) fn padded(self, length: usize) -> Self {
        let padding = length - self.clone().options(&option(12, &[])).octets().len();
        self.options(&option(12, &vec![0; padding]))
    }

    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut octets = [ID, self.flags].map(u16::to_be_bytes).concat();
        let parts = [&self.questions].into_iter().chain(&self.sections);
        for (part, count) in parts.clone().zip(self.counts) {
            let count = count.unwrap_or_else(|| u16::try_from(part.len()).unwrap());
            octets.extend(count.to_be_bytes());
        }
        octets.extend(parts.flatten().flatten());
        octets.extend(&self.behind);
        octets.truncate(self.length.unwrap_or(usize::MAX));
        octets
    }

    /// The octets of its only question.
    pub(crate) fn only_question(&self) -> Option<&[u8]> {
        match &*self.questions {
            [question] => Some(question),
            _ => None,
        }
    }

    /// What its OPT says.
    pub(crate) const fn opt_sent(&self) -> Option<Opt> {
        self.opt
    }
}
