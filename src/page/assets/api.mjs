// Calls to the server. What was asked for once and cannot change is kept.

const ROOT = 'api/v1/';
const kept = new Map();
const MOST_KEPT = 300;

export class Problem extends Error {
  constructor(text, status = 0) {
    super(text);
    this.status = status;
  }
}

function query(parameters) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, value);
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

export function url(path, parameters) {
  return `${ROOT}${path}${query(parameters)}`;
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Problem('The server does not answer. Is it still running?');
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  const text = problem.detail ?? problem.title ?? `The server answers ${response.status}.`;
  throw new Problem(text, response.status);
}

export function get(path, parameters) {
  return answer(fetch(url(path, parameters), { headers: authorization() }));
}

// For facts about a given day, which are the same however often they are asked.
export function getKept(path, parameters) {
  const key = url(path, parameters);
  if (!kept.has(key)) {
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value);
    const asked = get(path, parameters);
    kept.set(key, asked);
    asked.catch(() => kept.delete(key));
  }
  return kept.get(key);
}

export function change(method, path, body) {
  const headers = { 'X-Splinterdns': '1', ...authorization() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return answer(fetch(url(path), { method, headers, body: body && JSON.stringify(body) }));
}

// How long after a broken feed it is asked for again, in milliseconds.
const AGAIN = 2000;

// Server-sent events, with the token, which an EventSource cannot send.
export function follow(path, { take, opened, broken }) {
  const stop = new AbortController();
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        const response = await fetch(url(path),
          { headers: authorization(), signal: stop.signal, cache: 'no-store' });
        if (!response.ok) throw new Problem('', response.status);
        opened();
        await readEvents(response.body, take);
      } catch (error) {
        if (!(error instanceof Problem || error instanceof TypeError
          || error.name === 'AbortError')) throw error;
      }
      if (stop.signal.aborted) return;
      broken();
      await new Promise((done) => { setTimeout(done, AGAIN); });
    }
  };
  run();
  return { close: () => stop.abort() };
}

async function readEvents(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (text + value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = event.split('\n').filter((line) => line.startsWith('data:'));
      if (data.length) take(JSON.parse(data.map((line) => line.slice(5)).join('\n')));
    }
  }
}

const TOKEN = 'splinterdns-token';

function authorization() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

// A token in the address is taken out of it, so that no link that is passed on has it.
export function takeToken() {
  const found = /^#token=([^&?]+)/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(TOKEN, decodeURIComponent(found[1]));
  history.replaceState(null, '', '#class');
}
