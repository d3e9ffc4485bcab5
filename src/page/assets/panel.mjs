// What is known of one name in one country: opened by a click on it.

import { Problem, get, getKept, url } from './api.mjs';
import { commandLine, digCommand, explainCommand } from './commands.mjs';
import { holds } from './days.mjs';
import { el, replace, select } from './dom.mjs';
import { aboutServer, categories, countryOf, dayOf, FIRST_NAME } from './facts.mjs';
import { swatch } from './glyphs.mjs';
import { drawReplies, fromExplain } from './replies.mjs';
import { saveButtons } from './save.mjs';
import { linked, sourceList } from './sources.mjs';
import { address, go } from './state.mjs';
import { EVIDENCE, EVIDENCE_OF_FINDING, MEANS, MISSES, STATES, TRANSPORTS, TYPES, VERDICTS,
  capital, cellWords, count } from './words.mjs';

const node = document.getElementById('panel');
const PHONE = matchMedia('(max-width: 900px)');
let shownAt = '';
let asked = 0;
let opener = null;

export async function showPanel(state) {
  const turn = ++asked;
  if (!state.at || !['map', 'matrix', 'time', 'live'].includes(state.view)) { hide(); return; }
  const [country, operator] = state.at.split('/');
  const isNew = node.hidden || shownAt !== state.at;
  if (node.hidden) opener = document.activeElement;
  const question = {
    name: state.name ?? FIRST_NAME, type: state.type ?? 'A', country, operator,
    transport: state.via ?? 'udp', day: await dayOf(state),
  };
  let content;
  try {
    content = await contents(question);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    content = [el('h2', { tabindex: -1 }, question.country),
      el('p', { class: 'problem' }, error.message)];
  }
  if (turn !== asked) return;
  show(isNew, content, state.at);
}

function show(isNew, content, at) {
  const top = node.scrollTop;
  const active = document.activeElement;
  const held = node.contains(active) && active.id ? active.id : null;
  node.hidden = false;
  shownAt = at;
  document.body.classList.add('with-panel');
  alone();
  replace(node, el('button', { type: 'button', class: 'close', 'aria-label': 'Close',
    onclick: () => go({ at: '' }) }, '×'), content);
  if (isNew) {
    node.scrollTop = 0;
    node.querySelector('h2').focus({ preventScroll: !PHONE.matches });
  } else {
    node.scrollTop = top;
    if (held) document.getElementById(held)?.focus();
  }
}

function hide() {
  if (node.hidden) return;
  node.hidden = true;
  shownAt = '';
  document.body.classList.remove('with-panel');
  alone();
  const code = opener?.dataset?.code;
  if (opener?.isConnected) opener.focus();
  else if (code) document.querySelector(`#main [data-code="${CSS.escape(code)}"]`)?.focus();
}

// On a phone the panel covers the rest, which must not be reached by Tab then.
function alone() {
  for (const other of document.querySelectorAll('body > header, #main, body > footer')) {
    other.inert = PHONE.matches && !node.hidden;
  }
}

PHONE.addEventListener('change', alone);

node.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') go({ at: '' });
});
document.getElementById('main').addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !node.hidden && event.target.role !== 'combobox') go({ at: '' });
});

async function contents(question) {
  const parameters = { name: question.name, type: question.type, country: question.country,
    operator: question.operator, transport: question.transport, today: question.day };
  const [told, country, about, codes] = await Promise.all([
    get('explain', parameters), countryOf(question.country), aboutServer(), categories(),
  ]);
  const { name: place, operators } = country;
  const isps = operators.length > 0 ? await atOperators(question) : null;
  const isp = operators.find(({ operator }) => operator === question.operator)?.name;
  return [
    el('h2', { tabindex: -1 }, isp ? `${place}: ${isp}` : place),
    el('p', { class: 'asked' }, el('b', {}, told.name), ` ${told.type} on ${question.day}`),
    verdict(told, question.operator ? null : isps),
    choices(question, operators),
    el('h3', {}, 'What a client gets'),
    !told.allowed && el('p', { class: 'note' }, 'This server turns such a client away; who may '
      + 'ask gets this.'),
    drawReplies(fromExplain(told['replies-if-allowed'] ?? told.replies), told.verdict),
    told.id && ruleSection(told, codes),
    told.findings.length > 0 && findings(told.findings),
    !told.id && told.findings.length === 0 && told.state === 'unknown'
      && el('p', { class: 'note' }, 'No rule decides and nothing is known, so the answer is '
        + 'honest. That is no evidence that the name is free there.'),
    told.misses.length > 0 && misses(told.misses),
    isps && ispList(question, isps, operators),
    seeIt(question, told, about, parameters),
    el('p', {}, el('a', { href: address({ view: 'time', at: '', country: question.country }) },
      `The years in ${place}`), ' · ',
    el('a', { href: address({ view: 'matrix', at: '', names: '', country: question.country,
      category: told.category }) }, `Names and ISPs in ${place}`)),
    country.about && el('details', {}, el('summary', {}, `About ${place}`),
      el('p', {}, linked(country.about))),
    saveButtons(() => ({ name: `${told.name}-${question.country}-${question.day}`, json: told }),
      ['JSON']),
  ];
}

// Of the country's own network, and beside it of ISPs where only they are known.
function verdict(told, isps) {
  const cell = { ...told, operators: [], means: [],
    evidence: told.evidence ?? told.findings[0]?.evidence };
  const how = [...new Set(told.findings.filter(({ state }) => state === 'blocked-elsewhere')
    .map((finding) => MEANS[finding.means] ?? finding.means))];
  let more = '';
  if (told.state === 'blocked') more = `: ${told.verdict}, ${VERDICTS[told.verdict].about}`;
  if (told.state === 'blocked-elsewhere' && how.length) more = `, ${how.join(' and ')}`;
  return el('p', { class: 'verdict' }, swatch(cell, 44, 30),
    el('span', {}, capital(STATES[told.state].label), more,
      told.state === 'unknown' && isps && elsewhere(isps)));
}

function elsewhere(isps) {
  const known = ['blocked', 'blocked-elsewhere', 'free'].map((state) => [STATES[state].label,
    isps.filter(([, cell]) => cell.state === state).length]).filter(([, number]) => number);
  return known.length > 0 && ` of the country’s own network; ${known.map(([label, number]) =>
    `${label} at ${number} of ${count(isps.length, 'ISP')}`).join(', ')} (see below)`;
}

function choices(question, operators) {
  const place = (operator) => (operator ? `${question.country}/${operator}` : question.country);
  const withId = (id, field) => { field.querySelector('select').id = id; return field; };
  return el('div', { class: 'fields' },
    operators.length > 0 && withId('at', select('Network',
      [['', 'the country’s own'], ...operators.map(({ operator, name }) => [operator, name])],
      question.operator ?? '', (value) => go({ at: place(value) }, true))),
    withId('type', select('Type', TYPES.map((type) => [type, type]), question.type,
      (type) => go({ type: type === 'A' ? '' : type }, true))),
    withId('via', select('Transport', TRANSPORTS, question.transport,
      (via) => go({ via: via === 'udp' ? '' : via }, true))));
}

function facts(rows) {
  return el('dl', { class: 'facts' }, rows.filter(Boolean).map(([key, value]) =>
    [el('dt', {}, key), el('dd', {}, value)]));
}

function ruleSection(told, codes) {
  const category = codes.find(({ code }) => code === told.category)?.name;
  return el('section', {}, el('h3', {}, 'How we know'),
    facts([
      ['Evidence', [el('b', {}, EVIDENCE[told.evidence].label), ': ',
        EVIDENCE[told.evidence].about]],
      ['Dates', [capital(holds(told)), told.periods.length > 0
        && ` (periods: ${told.periods.map(periodText).join('; ')})`]],
      ['Rule', [el('code', {}, told.id), ', by its pattern ', el('code', {}, told.pattern)]],
      told.alias && ['Alias', `the answer leads to ${told.alias}, and aliases are followed here`],
      told.answer !== told.verdict && ['Answer', `${told.answer}, as the country’s file calls it`],
      told.category && ['Category', category ? `${category} (${told.category})` : told.category],
    ]),
    el('h4', {}, 'Sources'), sourceList(told.sources));
}

const periodText = (period) => (typeof period === 'string' ? period.replace('/', ' to ')
  : holds(period));

function findings(list) {
  return el('section', {}, el('h3', {}, 'What is known beside DNS'), list.map((finding) => [
    facts([
      ['Known', capital(finding.state === 'free' ? STATES.free.about
        : `blocked ${MEANS[finding.means] ?? finding.means}`)],
      ['Dates', capital(holds(finding))],
      ['Evidence', [el('b', {}, finding.evidence), ': ',
        EVIDENCE_OF_FINDING[finding.evidence]]],
    ]), sourceList(finding.sources)]));
}

function misses(list) {
  return el('details', {}, el('summary', {}, `Rules that match the name and did not decide: ${
    list.length}`),
  el('ul', { class: 'misses' }, list.map((miss) => el('li', {},
    el('code', {}, miss.operator ? `${miss.operator}/${miss.rule}` : miss.rule), ' ',
    el('code', {}, miss.pattern), ` – ${MISSES[miss.reason] ?? miss.reason}; ${holds(miss)}`))));
}

async function atOperators({ name, type, country, day }) {
  const matrix = await getKept('matrix', { names: name, type, today: day, country })
    .catch(() => null);
  return matrix && matrix.places.map((place, index) => [place, matrix.cells[0][index]])
    .filter(([place]) => place.operator);
}

// The ISPs of the country, each with what is known of it.
function ispList({ country }, isps, operators) {
  const known = isps.filter(([, cell]) => cell.state !== 'unknown');
  const nameOf = (slug) => operators.find(({ operator }) => operator === slug)?.name ?? slug;
  return el('details', { open: known.length > 0 && known.length < 9 }, el('summary', {},
    `ISPs: something is known of ${known.length} of ${isps.length}`),
  el('ul', { class: 'isps' }, known.map(([place, cell]) => el('li', {},
    el('button', { type: 'button', class: 'place',
      onclick: () => go({ at: `${country}/${place.operator}` }) }, swatch(cell),
    el('span', { class: 'who' }, nameOf(place.operator)),
    el('span', { class: 'what' }, cellWords({ ...cell, operators: [] })))))));
}

function seeIt(question, told, about, parameters) {
  const dig = digCommand({ ...question, client: told.client }, about.listeners);
  const serverDay = about.today?.slice(0, 10);
  return el('section', {}, el('h3', {}, 'See it yourself'),
    commandLine(explainCommand(question)),
    told.id && commandLine(`splinterdns cite ${told.id}`),
    dig && commandLine(dig),
    dig && el('p', { class: 'note' }, `dig asks this server as it runs, whose day is ${
      serverDay ?? 'today’s'}; it shows the first reply only.`),
    el('p', {}, el('a', { href: url('explain.pcap', parameters), download: '' },
      'The packets as a capture file'), ' for Wireshark'));
}

