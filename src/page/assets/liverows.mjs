// The rows of the live view: at most 500, of which the oldest is used again for the newest.

import { el } from './dom.mjs';
import { milliseconds } from './replies.mjs';
import { address, read } from './state.mjs';

const MOST = 500;

const place = (query) => (query.operator ? `${query.country}/${query.operator}` : query.country);
const answers = (reply) => (reply.answers.length ? reply.answers.join(' ') : reply.rcode ?? '');
const replies = (query) => query.replies.map((reply) => `${milliseconds(reply.after)} ${
  reply.outcome === 'sent' ? answers(reply) : reply.outcome}`).join(' | ');

export const COLUMNS = [
  { key: 'time', label: 'Time (UTC)', text: (query) => query.time.slice(11, 23), filter: false },
  { key: 'client', label: 'Client', text: (query) => query.client },
  { key: 'place', label: 'Place', text: (query) => place(query) ?? '–' },
  { key: 'name', label: 'Name', text: (query) => query.name },
  { key: 'qtype', label: 'Type', text: (query) => query.type, exact: true },
  { key: 'via', label: 'Over', text: (query) => query.transport, exact: true },
  { key: 'verdict', label: 'Verdict', text: (query) => query.verdict, exact: true },
  { key: 'rule', label: 'Rule', text: (query) => query.id ?? '' },
  { key: 'replies', label: 'Replies', text: replies },
];

export function fits(query, filters) {
  return Object.entries(filters).every(([key, wanted]) => {
    const { text, exact } = COLUMNS.find((column) => column.key === key);
    const [found, sought] = [text(query).toLowerCase(), wanted.toLowerCase()];
    return exact ? found.startsWith(sought) : found.includes(sought);
  });
}

// For CSV: one line a query.
export function flat(query) {
  return { seq: query.seq, time: query.time, client: query.client, port: query.port,
    transport: query.transport, country: query.country ?? '', operator: query.operator ?? '',
    name: query.name, type: query.type, verdict: query.verdict, id: query.id ?? '',
    evidence: query.evidence ?? '', latency: query.latency, replies: replies(query) };
}

export class Rows {
  constructor(body) {
    this.body = body;
  }

  get length() {
    return this.body.rows.length;
  }

  // `queries` are in the order in which they came; the newest ends at the top.
  add(queries) {
    const some = queries.slice(-MOST);
    const fragment = document.createDocumentFragment();
    const reusable = Math.max(0, this.length + some.length - MOST);
    const old = [...this.body.rows].slice(this.length - reusable);
    for (let index = some.length - 1; index >= 0; index -= 1) {
      const row = old.pop() ?? newRow();
      fill(row, some[index]);
      fragment.append(row);
    }
    this.body.prepend(fragment);
  }
}

export function clearRows(rows) {
  rows.body.replaceChildren();
}

function newRow() {
  return el('tr', { role: 'row' }, COLUMNS.map(({ key }) =>
    el('td', { role: 'cell', class: `live-${key}` },
      key === 'name' ? el('a', { href: '#map' }) : '')));
}

function fill(row, query) {
  row.className = query.verdict === 'honest' ? '' : 'lie';
  COLUMNS.forEach(({ key, text }, index) => {
    const cell = row.cells[index];
    const words = text(query);
    if (key === 'name') fillName(cell.firstChild, query);
    else if (cell.textContent !== words) cell.textContent = words;
    if (key === 'replies' || key === 'rule') cell.title = words;
  });
}

function fillName(link, query) {
  const name = query.name.replace(/\.$/, '') || '.';
  link.textContent = query.name;
  link.href = address({ view: query.country ? 'live' : 'map', name, at: place(query) ?? '',
    type: query.type === 'A' ? '' : query.type }, read());
}
