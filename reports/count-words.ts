import { formatCount } from './format.ts';

/** What a check counted, in words that follow the number. A name that is missing here is taken apart: settledNew, settled new. */
const COUNT_WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  answeredTwice: ['key answered more than once', 'keys answered more than once'],
  answered: ['answered a request', 'answered a request'],
  answers: ['answer', 'answers'],
  calls: ['call', 'calls'],
  changed: ['changed afterwards', 'changed afterwards'],
  commits: ['effect committed', 'effects committed'],
  doubled: ['done more than once', 'done more than once'],
  early: ['done before it was asked for', 'done before they were asked for'],
  ends: ['ended', 'ended'],
  excused: ['excused: nothing was promised any more', 'excused: nothing was promised any more'],
  expired: ['read denied after the retention had passed', 'reads denied after the retention had passed'],
  fates: ['has a fate', 'have a fate'],
  garbage: ['message that is not JSON-RPC', 'messages that are not JSON-RPC'],
  hazards: ['hazard: doubled where nothing forbids it', 'hazards: doubled where nothing forbids it'],
  ids: ['task id', 'task ids'],
  keys: ['key', 'keys'],
  lost: ['task lost', 'tasks lost'],
  malformed: ['of the wrong shape', 'of the wrong shape'],
  missing: ['without its effect', 'without their effect'],
  planned: ['fault planned', 'faults planned'],
  randomBits: ['bit of each id looks random', 'bits of each id look random'],
  reads: ['read', 'reads'],
  ready: ['came back in time', 'came back in time'],
  refused: ['call refused', 'calls refused'],
  regressed: ['shown as running again', 'shown as running again'],
  repeated: ['repeated', 'repeated'],
  replies: ['reply', 'replies'],
  requests: ['request', 'requests'],
  restarts: ['restart', 'restarts'],
  results: ['result', 'results'],
  seenLate: ['seen to be done only late', 'seen to be done only late'],
  sessionEnded: ['read denied because the session had ended', 'reads denied because the session had ended'],
  settled: ['settled in time', 'settled in time'],
  settledNew: ['finished new work', 'finished new work'],
  sightings: ['time a status was seen', 'times a status was seen'],
  skipped: ['read left out: the server made no promise', 'reads left out: the server made no promise'],
  started: ['began', 'began'],
  strangers: ['effect of no known call', 'effects of no known call'],
  successes: ['success', 'successes'],
  tasks: ['task', 'tasks'],
  unknown: ['to no known request', 'to no known request'],
  unproven: ['never looked at after its time', 'never looked at after their time'],
  unsettled: ['not settled', 'not settled'],
  verified: ['proven to have struck', 'proven to have struck'],
  violations: ['violation', 'violations'],
  withoutId: ['without an id', 'without an id'],
  wrong: ['wrong', 'wrong'],
};

/** What was looked at stands before what was found in it; both keep the order given here. */
const SUBJECTS = [
  'calls',
  'planned',
  'restarts',
  'tasks',
  'keys',
  'ids',
  'requests',
  'replies',
  'answers',
  'results',
  'successes',
  'commits',
  'sightings',
  'reads',
  'refused',
];

/** "120 keys, 5 keys answered more than once, 0 violations" */
export function countsInWords(counts: Readonly<Record<string, number>>): string {
  const rank = (name: string) => (SUBJECTS.includes(name) ? SUBJECTS.indexOf(name) : SUBJECTS.length);
  return Object.entries(counts)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, count]) => countInWords(name, count))
    .join(', ');
}

function countInWords(name: string, count: number): string {
  const words = COUNT_WORDS[name];
  const plain = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${formatCount(count)} ${words === undefined ? plain : words[count === 1 ? 0 : 1]}`;
}
