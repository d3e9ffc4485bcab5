// What the server's words mean, in plain ones. Every view takes its wording from here.

export const STATES = {
  blocked: {
    label: 'blocked by DNS',
    about: 'The resolver or the network lies, refuses or keeps silent when asked for the name.',
  },
  'blocked-elsewhere': {
    label: 'blocked otherwise',
    about: 'DNS tells the truth, but the connection is stopped: by address, by the name in TLS '
      + 'or HTTP, or by the service itself.',
  },
  free: { label: 'free', about: 'Somebody measured that the name is not blocked.' },
  unknown: {
    label: 'not known',
    about: 'No source that we have says anything about this day. The server then answers '
      + 'honestly, which is no evidence that the name is free there.',
  },
};

export const VERDICTS = {
  poison: { label: 'poison', about: 'an answer with records that are not the genuine ones' },
  nxdomain: { label: 'nxdomain', about: 'an answer that says that the name does not exist' },
  nodata: { label: 'nodata', about: 'an answer that says that the name has no such record' },
  refused: { label: 'refused', about: 'the server refuses to answer' },
  servfail: { label: 'servfail', about: 'an answer that says that the server failed' },
  drop: { label: 'drop', about: 'silence: no answer comes' },
  reset: { label: 'reset', about: 'the TCP connection is torn down; on UDP, silence' },
  truncate: { label: 'truncate', about: 'an empty answer that says "come back by TCP"' },
  honest: { label: 'honest', about: 'the genuine answer' },
};

export const EVIDENCE = {
  measured: {
    label: 'measured',
    about: 'Somebody captured the packets or asked the resolver, and published it.',
  },
  reported: { label: 'reported', about: 'A credible report says that DNS was used.' },
  assumed: { label: 'assumed', about: 'The block is attested; that DNS was used is our guess.' },
};

// Of a finding, DNS is not what was seen.
export const EVIDENCE_OF_FINDING = {
  measured: 'Somebody measured it and published the measurement.',
  reported: 'A credible report says so.',
  assumed: 'The source does not say how it knows.',
};

export const MEANS = {
  'tls-sni': 'by the server name in TLS',
  'quic-sni': 'by the server name in QUIC',
  http: 'by the host or path in HTTP',
  ip: 'by address',
  bgp: 'by routes',
  'server-side': 'by the service itself',
  unknown: 'by means that the source does not tell',
};

export const MISSES = {
  'not-yet': 'not yet on this day',
  'no-longer': 'no longer on this day',
  unknown: 'not known yet on this day',
  hours: 'at other hours',
  type: 'for other record types',
  transport: 'for other transports',
  operator: "another operator's",
  parser: 'its sender cannot read this query',
  shadowed: 'a rule above decides',
};

export const ORIGINS = {
  forged: 'forged',
  zones: 'genuine, from the snapshot',
  'alias-target': 'genuine, of the alias',
  nowhere: 'no zone knows the name',
  protocol: 'as the protocol has it',
  upstream: 'genuine, from the upstream resolver',
};

export const TRANSPORTS = [
  ['udp', 'UDP'], ['tcp', 'TCP'], ['dot', 'DoT'], ['doh', 'DoH'], ['doq', 'DoQ'],
];
export const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'HTTPS', 'SOA'];

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const means = (list) => list.map((word) => MEANS[word] ?? word).join(', ');

// "blocked by DNS, poison, measured": what a cell of the map or the matrix says.
export function cellWords(cell, operatorName = (slug) => slug) {
  const words = [STATES[cell.state]?.label ?? cell.state];
  if (cell.state === 'blocked') words.push(VERDICTS[cell.verdict]?.label ?? cell.verdict);
  if (cell.state === 'blocked-elsewhere' && cell.means.length) words.push(means(cell.means));
  if (cell.evidence) words.push(cell.evidence);
  if (cell.operators.length) {
    words.push(`only at ${cell.operators.map(operatorName).join(', ')}`);
  }
  return words.join(', ');
}

// Countries whose names have an article: "in the Netherlands".
const WITH_ARTICLE = ['Netherlands', 'Philippines', 'United Arab Emirates', 'United Kingdom',
  'United States'];
export const inCountry = (name) => (WITH_ARTICLE.includes(name) ? `the ${name}` : name);
