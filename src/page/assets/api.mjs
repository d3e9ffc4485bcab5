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
