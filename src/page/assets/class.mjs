// A class: each participant picks a country and is there, for this server, from then on.

import { change, get } from './api.mjs';
import { announce, el, replace, select } from './dom.mjs';
import { aboutServer, countries, showServerDay } from './facts.mjs';
import { deviceHelp } from './devices.mjs';
import { drawReplies } from './replies.mjs';
import { hostIn } from './search.mjs';
import { teacherView } from './teacher.mjs';
import { address, go, read } from './state.mjs';
import { inCountry, TYPES } from './words.mjs';

export const title = 'Class';
const EVERY = 3000;

let parts = null;
let told = null;
let timer = 0;

export function open(root) {
  parts = {
    said: el('h1', { class: 'sentence' }), problem: el('p', { class: 'problem', hidden: true,
      role: 'alert' }), pick: el('section', { class: 'card' }), ask: resolveBox(),
    help: el('section', {}), teacher: el('section', { hidden: true }),
  };
  replace(root, parts.said, parts.problem, parts.teacher,
    el('div', { class: 'cards' }, parts.pick, parts.ask), parts.help);
  timer = setInterval(() => refresh().catch(gone), EVERY);
}

export function close() {
  clearInterval(timer);
  parts = null;
  told = null;
}

export async function show() {
  await refresh();
}

async function refresh() {
  const now = await get('class').catch((error) => {
    if (error.status === 403 || error.status === 404) return { enabled: false };
    throw error;
  });
  const places = await countries();
  if (!parts) return;
  const before = JSON.stringify(told?.you) + told?.dns;
  // What came on another day, or in another country, is no answer any more.
  if (told && (told.today !== now.today || JSON.stringify(told.you) !== JSON.stringify(now.you))) {
    replace(parts.ask.querySelector('.resolved'));
  }
  told = now;
  showServerDay(now.today);
  if (!now.enabled) { notEnabled(); return; }
  const mine = places.find(({ country }) => country === now.you.country);
  const operator = mine?.operators.find((one) => one.operator === now.you.operator);
  parts.said.textContent = mine
    ? `You are in ${inCountry(mine.name)}${operator ? `, as a customer of ${operator.name}` : ''}${
      now.today ? `, on ${now.today.slice(0, 10)}` : ''}: this server answers your queries as `
      + 'its network would.'
    : 'You have picked no country yet. Pick one, and this server answers you as its network would.';
  if (JSON.stringify(now.you) + now.dns !== before) {
    if (!parts.pick.contains(document.activeElement)) drawPick(places, now);
    replace(parts.help, deviceHelp(now.dns));
  }
  parts.teacher.hidden = !now.teacher;
  if (now.teacher) {
    parts.view ??= teacherView(parts.teacher, { refresh, fail });
    parts.view(now, places);
  }
}

function notEnabled() {
  parts.said.textContent = 'This server is not run for a class.';
  replace(parts.pick, el('p', {}, 'Start it with ', el('code', {}, 'splinterdns serve --class'),
    ' and participants can pick a country here.'));
  parts.ask.hidden = true;
}

function gone(error) {
  if (parts && error.status === 0) parts.said.textContent = error.message;
}

function fail(error) {
  parts.problem.hidden = !error;
  parts.problem.textContent = error ? error.message : '';
}

function drawPick(places, { you }) {
  const here = places.find(({ country }) => country === you.country);
  const put = async (country, operator = null) => {
    try {
      await change('PUT', 'class/me', { country: country || null,
        operator: operator || null });
      fail(null);
      document.activeElement?.blur();
      await refresh();
      announce(parts.said.textContent);
    } catch (error) { fail(error); }
  };
  replace(parts.pick, el('h2', {}, 'Where are you?'),
    el('div', { class: 'fields' },
      select('Country', [['', 'in no country'], ...[...places].sort((a, b) =>
        a.name.localeCompare(b.name)).map(({ country, name }) => [country, name])],
      you.country ?? '', (country) => put(country)),
      here?.operators.length > 0 && select('ISP', [['', 'the country’s own network'],
        ...here.operators.map(({ operator, name }) => [operator, name])], you.operator ?? '',
      (operator) => put(you.country, operator))),
    el('p', { class: 'note' }, `Your address is ${you.address}. It stays in the country until `
      + 'you pick another one or the teacher starts again.'));
}

function resolveBox() {
  const name = el('input', { type: 'text', id: 'resolve', autocomplete: 'off',
    autocapitalize: 'none', spellcheck: 'false', inputmode: 'url', placeholder: 'x.com',
    required: true });
  const type = el('select', { 'aria-label': 'Type' }, TYPES.map((one) =>
    el('option', { value: one }, one)));
  const result = el('div', { class: 'resolved', 'aria-live': 'polite' });
  return el('section', { class: 'card' }, el('h2', {}, 'Ask for a name'),
    el('form', { class: 'search-row', onsubmit: (event) => {
      event.preventDefault();
      resolve(hostIn(name.value), type.value, result);
    } }, el('label', { class: 'unseen', for: 'resolve' }, 'Name'), name, type,
    el('button', { class: 'main' }, 'Resolve')), result);
}

async function resolve(name, type, result) {
  replace(result, el('p', { class: 'note' }, 'Asking …'));
  let reply;
  try {
    reply = await change('POST', 'resolve', { name, type });
  } catch (error) {
    replace(result, el('p', { class: 'problem' }, error.message));
    return;
  }
  // The other views open with the name that was asked for last.
  go({ name: reply.name.replace(/\.$/, '') }, true);
  const day = told?.today ?? (await aboutServer()).today;
  replace(result, drawReplies(reply.replies, 'drop'), reply.country && el('p', {},
    el('a', { href: address({ view: 'map', name: reply.name.replace(/\.$/, ''), day:
      day?.slice(0, 10), at: reply.operator ? `${reply.country}/${reply.operator}`
      : reply.country, type: type === 'A' ? '' : type }, read()) }, 'Why is that so?')));
}
