// How to point a machine's resolver at the server, and back.

import { el } from './dom.mjs';
import { commandLine } from './commands.mjs';

const code = (text) => el('code', {}, text);

export function deviceHelp(dns) {
  const parsed = dns.map((text) => /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [null, text, '53']);
  const [, host, port] = parsed[0] ?? [null, location.hostname, '53'];
  const usual = parsed.some(([, , number]) => number === '53');
  return [
    el('h2', { class: 'devices' }, 'Your whole machine'),
    el('p', {}, 'Point its resolver at this server, ', code(host), ', and browse. Write down '
      + 'first what is there, to put it back at the end: this server lies on purpose.'),
    !usual && el('p', { class: 'note' }, `This server listens on port ${port}, and most devices `
      + 'ask port 53 only. Use the box above or dig, or ask the teacher to start it on port 53.'),
    commandLine(`dig @${host}${port === '53' ? '' : ` -p ${port}`} x.com`),
    devices(host).map(([name, steps]) => el('details', { class: 'device' },
      el('summary', {}, name), el('ol', {}, steps.map((step) => el('li', {}, step))))),
    el('p', { class: 'note' }, 'Browsers with “secure DNS” ask past it: turn that off in Chrome '
      + '(Privacy and security → Security → Use secure DNS) and Firefox (Settings → Privacy & '
      + 'Security → DNS over HTTPS → Off).'),
  ];
}

function devices(host) {
  return [
    ['Windows', ['Settings → Network & internet → Wi-Fi → the properties of your network.',
      'At “DNS server assignment” press Edit, choose Manual, turn IPv4 on.',
      ['Preferred DNS: ', code(host), '. Leave encryption off. Save.'],
      ['In a terminal: ', code('ipconfig /flushdns'), '.'],
      'To undo: choose “Automatic (DHCP)” in the same place.']],
    ['macOS', ['System Settings → Wi-Fi → Details beside your network → DNS.',
      ['Press +, type ', code(host), ', remove the others, press OK.'],
      ['In a terminal: ', code('sudo dscacheutil -flushcache; sudo killall -HUP mDNSResponder'),
        '.'],
      'To undo: remove the address there. iCloud Private Relay and a VPN must be off.']],
    ['Linux', [['With systemd-resolved: ', code(`sudo resolvectl dns wlan0 ${host}`), ' and ',
      code('sudo resolvectl domain wlan0 ~.'), ' (wlan0 is your interface: ',
      code('resolvectl status'), ').'],
    ['Without it: ', code(`nameserver ${host}`), ' as the only such line in ',
      code('/etc/resolv.conf'), '.'],
    ['To undo: ', code('sudo resolvectl revert wlan0'), ', or the old line.']]],
    ['Android', ['Settings → Network & internet → Private DNS → Off.',
      'Settings → Network & internet → Internet → the gear at your Wi-Fi → the pencil.',
      ['Advanced options → IP settings → Static; DNS 1: ', code(host), '; DNS 2: empty or the '
        + 'same. Save.'],
      'To undo: IP settings → DHCP. Chrome: Settings → Privacy and security → Use secure DNS → '
        + 'off.']],
    ['iPhone and iPad', ['Settings → Wi-Fi → the ⓘ at your network → Configure DNS → Manual.',
      ['Remove the servers that are there, add ', code(host), ', press Save.'],
      'iCloud Private Relay must be off (Settings → your name → iCloud).',
      'To undo: Configure DNS → Automatic.']],
  ];
}
