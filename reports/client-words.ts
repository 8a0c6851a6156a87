import type {
  CallOutcome,
  CallRecord,
  ClientBehaviour,
  ClientCell,
  ClientTable,
  GivesUp,
  PollHabits,
  Spread,
} from '../harness/model/evaluation/client-table.ts';

import { plural } from './format.ts';

export const NONE = '–';

/** What became of a call: in the table, and in a sentence. */
export const OUTCOME_WORDS: Readonly<
  Record<CallOutcome, { readonly word: string; readonly meaning: string; readonly tone: 'good' | 'warn' | 'bad' }>
> = {
  right: { word: 'right', meaning: 'the model was shown the result of that call', tone: 'good' },
  wrong: { word: 'WRONG', meaning: 'the model was shown the result of another call', tone: 'bad' },
  told: { word: 'error told', meaning: 'the model was shown an error in place of the result', tone: 'warn' },
  threw: {
    word: 'run failed',
    meaning: "the client's run ended with an error before its model was shown one",
    tone: 'warn',
  },
  empty: { word: 'EMPTY', meaning: 'the model was shown nothing, as if that were the result', tone: 'bad' },
  hung: { word: 'HUNG', meaning: 'nothing came for as long as it was watched, and the client was ended', tone: 'bad' },
  died: { word: 'DIED', meaning: 'the process of the client ended by itself', tone: 'bad' },
  unasked: { word: 'not asked', meaning: 'the client had hung or died before', tone: 'warn' },
};

const OUTCOMES = ['right', 'wrong', 'told', 'threw', 'empty', 'hung', 'died', 'unasked'] as const;

/** The calls of a cell by what became of them: "1 right, 2 error told (1 done)". */
export function cellText({ calls, struck, refusal, trouble }: ClientCell): string {
  if (trouble !== null) return trouble;
  if (refusal !== null) return 'could not connect';
  const counts = OUTCOMES.flatMap((outcome) => {
    const found = calls.filter((call) => call.outcome === outcome);
    const done = outcome === 'right' ? 0 : found.filter(({ effects }) => effects > 0).length;
    const text = `${found.length} ${OUTCOME_WORDS[outcome].word}${done === 0 ? '' : ` (${done} done)`}`;
    return found.length === 0 ? [] : [text];
  });
  const doubled = calls.filter(({ effects }) => effects > 1).length;
  const undone = calls.filter(isUndone).length;
  return [
    ...counts,
    ...(doubled === 0 ? [] : [`${doubled} DONE TWICE`]),
    ...(undone === 0 ? [] : [`${undone} NOT DONE`]),
    ...(struck === false ? ['did not come to pass'] : []),
  ].join(', ');
}

/** How bad a cell is: nothing lost, something lost and said, or lost in silence, mixed up or done twice. */
export function cellTone({ calls, struck, trouble, refusal }: ClientCell): 'good' | 'warn' | 'bad' {
  const isBad = calls.some((call) => OUTCOME_WORDS[call.outcome].tone === 'bad' || call.effects > 1 || isUndone(call));
  if (isBad) return 'bad';
  const isWhole = calls.every(({ outcome }) => outcome === 'right');
  return isWhole && struck !== false && trouble === null && refusal === null ? 'good' : 'warn';
}

/** "60 s", or for each transport where they differ. */
export function givesUpText(givesUp: ClientBehaviour['givesUp']): string {
  const [first] = givesUp;
  if (first === undefined) return NONE;
  const texts = givesUp.map(limitText);
  if (new Set(texts).size === 1) return limitText(first);
  return givesUp.map((one) => `${one.transport} ${limitText(one)}`).join(', ');
}

/** "at once, then every 506 ms", or "every 506 ms"; n: all polls. */
export function pollsText(polls: PollHabits | null): string {
  if (polls === null) return NONE;
  const { first, later, onPush } = polls;
  const count = (first?.count ?? 0) + (later?.count ?? 0);
  const every = later === null ? [] : [`every ${spreadText(later)}`];
  const isSame = first !== null && later !== null && isNear(first.median, later.median);
  const opening =
    first === null || isSame ? [] : [first.median < AT_ONCE_MS ? 'at once' : `after ${spreadText(first)}`];
  return [
    [...opening, ...every].join(', then '),
    ...(onPush === 0 ? [] : [`${onPush} on a push`]),
    ...(count === 0 ? [] : [`n = ${count}`]),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

/** "11", or "11, and 48 answered ones": requests that it told its server to stop. */
export function cancelsText({ open, answered }: ClientBehaviour['cancels']): string {
  return answered === 0 ? String(open) : `${open}, and ${answered} answered ones`;
}

/** "3 times"; a client that starts one server only to ask it something probes. */
export function restartsText({ restarts, probes }: ClientBehaviour): string {
  return (
    [...(restarts === 0 ? [] : [plural(restarts, 'time')]), ...(probes === 0 ? [] : ['probes first'])].join(', ') ||
    'no'
  );
}

/** "98 of 114 (500 ms)": polls that came no sooner than the server had asked for. */
export function hintText(polls: PollHabits | null): string {
  return polls === null || polls.hintMs === null ? NONE : `${polls.kept} of ${polls.asked} (${polls.hintMs} ms)`;
}

/** What the words in the table mean, and what was asked; one sentence each. */
export function clientNotes({ patienceMs, timeoutMs, rows }: ClientTable): readonly string[] {
  const shown = new Set(
    rows.flatMap(({ cells }) =>
      cells.filter(({ refusal }) => refusal === null).flatMap(({ calls }) => calls.map(({ outcome }) => outcome)),
    ),
  );
  const watched = patienceMs === 0 ? 'nobody was watched' : `watched for ${secondsText(patienceMs)}`;
  const untold = rows.filter(({ cells }) => cells.some(({ timeoutMs: told }) => told === null));
  const titles = [...new Set(untold.map(({ title }) => title))].join(' and ');
  return [
    ...OUTCOMES.filter((outcome) => shown.has(outcome)).map(
      (outcome) => `${OUTCOME_WORDS[outcome].word}: ${OUTCOME_WORDS[outcome].meaning}.`,
    ),
    ...(rows.some(({ cells }) => cells.some(({ refusal }) => refusal !== null))
      ? ['could not connect: the client does not speak what the server speaks, over this transport.']
      : []),
    '(n done): the work was done all the same. DONE TWICE: its effect happened more than once. NOT DONE: there is a result and no effect.',
    'The model asks once for each piece of work and repeats nothing, but keeps asking for the state of work that it has the handle of.',
    `Clients that can be told wait ${secondsText(timeoutMs)} for an answer; "gives up after" is what they do untold, left without an answer (${watched}).`,
    ...(titles === '' ? [] : [`${titles} cannot be told: they wait as by default everywhere.`]),
    'Cancels: requests that the client told its server to stop. Probes: it starts a server to find out what it speaks, then another to work with.',
    "Polls of work behind a handle are the model's and say nothing of its client.",
  ];
}

function isUndone({ outcome, effects }: CallRecord): boolean {
  return outcome === 'right' && effects === 0;
}

// Sooner than anybody would wait on purpose, with a busy machine in between.
const AT_ONCE_MS = 100;

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 0.1 * Math.max(a, b);
}

/** The median; the range too where it is wide. */
function spreadText({ min, median, max }: Spread): string {
  const isWide = max > 1.5 * median || min < median / 1.5;
  return isWide ? `${median} ms (${min} to ${max})` : `${median} ms`;
}

const LONG_MS = 20_000;
const COARSE_MS = 5000;

function limitText({ ms, isAtLeast }: GivesUp): string {
  if (isAtLeast) return `> ${secondsText(ms)}`;
  // What a busy machine adds is no part of a limit.
  return secondsText(ms < LONG_MS ? ms : Math.round(ms / COARSE_MS) * COARSE_MS);
}

function secondsText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}
