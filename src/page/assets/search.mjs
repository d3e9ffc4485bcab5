// The box for a name, with suggestions: the names that the rules know.

import { el, replace } from './dom.mjs';
import { names } from './facts.mjs';
import { count } from './words.mjs';

const MOST = 9;

// A pasted address is cut down to its host.
export function hostIn(text) {
  return text.trim().toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/[/?#].*$/, '')
    .replace(/:\d+$/, '').replace(/\.$/, '');
}

function matching(all, typed) {
  const starting = all.filter(({ name }) => name.startsWith(typed));
  const within = all.filter(({ name }) => !name.startsWith(typed) && name.includes(typed));
  return [...starting, ...within].slice(0, MOST);
}

export function searchBox({ label, value, button, onchoose, id }) {
  const list = el('ul', { role: 'listbox', id: `${id}-list`, class: 'suggestions', hidden: true,
    'aria-label': 'Names that the rules know' });
  const input = el('input', {
    type: 'text', id, value: value ?? '', role: 'combobox', autocomplete: 'off',
    autocapitalize: 'none', spellcheck: 'false', inputmode: 'url', 'aria-expanded': 'false',
    'aria-controls': `${id}-list`, 'aria-autocomplete': 'list', enterkeyhint: 'search',
    placeholder: 'a name, such as wikipedia.org',
  });
  const box = { input, list, found: [], at: -1, onchoose };
  input.addEventListener('input', () => suggest(box));
  input.addEventListener('keydown', (event) => onKey(event, box));
  input.addEventListener('focus', () => { input.select(); names().catch(() => {}); });
  input.addEventListener('blur', () => close(box));
  const form = el('form', { class: 'search', role: 'search', onsubmit: (event) => {
    event.preventDefault();
    choose(box, box.at >= 0 ? box.found[box.at].name : hostIn(input.value));
  } }, el('label', { for: id }, label),
  el('div', { class: 'search-row' }, input, list, el('button', { class: 'main' }, button)));
  form.setName = (name) => { if (document.activeElement !== input) input.value = name; };
  return form;
}

async function suggest(box) {
  const typed = hostIn(box.input.value);
  const all = typed ? await names().catch(() => []) : [];
  if (typed !== hostIn(box.input.value)) return;
  box.found = matching(all, typed);
  box.at = -1;
  replace(box.list, box.found.map((entry, index) => el('li', {
    role: 'option', id: `${box.input.id}-${index}`, 'aria-selected': 'false',
    onpointerdown: (event) => { event.preventDefault(); choose(box, entry.name); },
  }, el('span', {}, entry.name),
  el('small', {}, entry.blocked ? count(entry.blocked, 'country', 'countries') : ''))));
  box.list.hidden = box.found.length === 0;
  box.input.setAttribute('aria-expanded', String(!box.list.hidden));
  box.input.removeAttribute('aria-activedescendant');
}

function onKey(event, box) {
  if (event.key === 'Escape') { close(box); return; }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || box.list.hidden) return;
  event.preventDefault();
  const size = box.found.length + 1;
  box.at = ((box.at + 1 + step + size) % size) - 1;
  [...box.list.children].forEach((option, index) => {
    option.setAttribute('aria-selected', String(index === box.at));
  });
  if (box.at < 0) box.input.removeAttribute('aria-activedescendant');
  else box.input.setAttribute('aria-activedescendant', `${box.input.id}-${box.at}`);
}

function choose(box, name) {
  if (!name) return;
  box.input.value = name;
  close(box);
  box.onchoose(name);
}

function close(box) {
  box.list.hidden = true;
  box.at = -1;
  box.input.setAttribute('aria-expanded', 'false');
}
