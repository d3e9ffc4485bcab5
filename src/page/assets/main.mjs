// The beginning: which view is open, and what all of them share.

import { Problem, takeToken } from './api.mjs';
import { el, replace } from './dom.mjs';
import { aboutServer, showServerDay } from './facts.mjs';
import { textures } from './glyphs.mjs';
import { showPanel } from './panel.mjs';
import { address, onState, read } from './state.mjs';
import * as map from './mapview.mjs';

const VIEWS = {
  map: () => Promise.resolve(map),
  matrix: () => import('./matrix.mjs'),
  time: () => import('./time.mjs'),
  live: () => import('./live.mjs'),
  quiz: () => import('./quiz.mjs'),
  class: () => import('./class.mjs'),
};

const main = document.getElementById('main');
let current = null;
let currentName = '';

async function show(state) {
  main.querySelector(':scope > .problem')?.remove();
  main.classList.remove('failed');
  navigation(state);
  server();
  try {
    if (state.view !== currentName) await change(state);
    if (current && state.view === currentName) await current.show(state);
    await showPanel(state);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problem(error.message);
  }
}

async function change(state) {
  currentName = state.view;
  const next = await VIEWS[state.view]();
  if (currentName !== state.view) return;
  current?.close();
  current = next;
  document.title = `${next.title} – splinterdns`;
  document.body.dataset.view = state.view;
  replace(main);
  next.open(main);
}

function problem(text) {
  main.classList.add('failed');
  main.append(el('p', { class: 'problem', role: 'alert' }, text));
}

// The tabs keep what the views share: the name, the day and the place.
function navigation(state) {
  for (const link of document.querySelectorAll('nav a[data-view]')) {
    const { view } = link.dataset;
    link.href = address({ view, at: '' }, { ...shared(state), view });
    if (view === state.view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

const shared = ({ name, day, type }) => ({ name, day, type });

async function server() {
  const about = await aboutServer().catch(() => null);
  if (!about) return;
  document.getElementById('version').textContent = about.version;
  document.querySelector('nav a[data-view=class]').hidden = !about.class;
  showServerDay(about.today);
}

// The address has the state, so the link must not change it.
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
takeToken();
document.getElementById('textures').append(textures());
onState(show);
show(read());
