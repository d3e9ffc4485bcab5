// The one state of all views. It lives in the address, so a link is a view and Back works:
// #VIEW?KEY=VALUE&…, with the keys
//   name, type, day       what is asked, and when; without a day, the server's
//   at, via               the country or ISP whose panel is open (CN, IN/jio), and the transport
//   as                    "list" instead of tiles
//   names, category       the rows of the matrix
//   country, sort, places its columns (and the strips of the years), order, "all" of them
//   seed                  the number of the quiz
//   f-…                   the filters of the live view, by column

const VIEWS = ['map', 'matrix', 'time', 'live', 'quiz', 'class'];
const listeners = [];

export function read(hash = location.hash) {
  const [view, query] = hash.replace(/^#/, '').split('?', 2);
  const state = Object.fromEntries(new URLSearchParams(query ?? ''));
  state.view = VIEWS.includes(view) ? view : 'map';
  return state;
}

// The address of the state with some of it changed; what is empty is left out.
export function address(changes, from = read()) {
  const { view, ...rest } = { ...from, ...changes };
  const query = new URLSearchParams();
  for (const key of Object.keys(rest).sort()) {
    if (rest[key] !== undefined && rest[key] !== null && rest[key] !== '') {
      query.set(key, rest[key]);
    }
  }
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return `#${view}${text ? `?${text}` : ''}`;
}

// `quiet` takes the place of the entry in the history: for a slider that moves.
export function go(changes, quiet = false) {
  const target = address(changes);
  if (target === location.hash) return;
  history[quiet ? 'replaceState' : 'pushState'](null, '', target);
  tell();
}

export function onState(listener) {
  listeners.push(listener);
}

function tell() {
  const state = read();
  listeners.forEach((listener) => listener(state));
}

window.addEventListener('popstate', tell);
