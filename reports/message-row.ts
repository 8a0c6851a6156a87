import type { EventOf, FrameBody, Stamped } from '../harness/model/event.ts';
import type { Exchange, HistoryIndex } from '../harness/model/history-index.ts';
import { eventWords } from './event-words.ts';
import { formatMs } from './format.ts';

/** A place that messages go from or to. */
export type Lane = { readonly kind: 'agent'; readonly agent: number } | { readonly kind: 'harness' | 'server' };

/** One row of the message diagram: an arrow between two lanes, or a mark on one. */
export interface MessageRow {
  readonly seq: number;
  readonly t: number;
  readonly words: string;
  /** Every event that it shows: a message is a frame, and what was sent or answered with it. */
  readonly shows: readonly number[];
  /** It belongs to the sending of a call: what was promised, and what for. */
  readonly isPromise: boolean;
  readonly shape:
    | {
        readonly kind: 'arrow';
        readonly from: Lane;
        readonly to: Lane;
        readonly ends: 'there' | 'lost';
        readonly isLate: boolean;
      }
    | {
        readonly kind: 'mark';
        readonly at: Lane;
        readonly mark: 'begin' | 'commit' | 'end' | 'start' | 'fault' | 'quit' | 'silence';
      };
}

const HARNESS: Lane = { kind: 'harness' };
const SERVER: Lane = { kind: 'server' };

/**
 * Everything between the agents and the server while there was load: messages, effects, boots, faults that strike a boot.
 * `calls`: of these calls alone, with the final reads of their tasks.
 */
export function messageRows(history: HistoryIndex, calls?: ReadonlySet<number>): readonly MessageRow[] {
  const untilSeq = calls === undefined ? (history.drainedSeq ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const isWanted = (call: number | null) => calls === undefined || (call !== null && calls.has(call));
  const shownEntries = new Set<string>();
  const exchanges = history.exchanges.filter(
    ({ inv }) => isWanted(inv.call) && (inv.agent !== 'auditor' || calls !== undefined),
  );
  const rows = [
    ...exchanges.flatMap((exchange) => exchangeRows(history, exchange, shownEntries)),
    ...history.effects
      .filter(({ call }) => isWanted(call))
      .map((event) => markRow(history, event, SERVER, event.phase)),
    ...history.calls
      .filter(({ planned }) => isWanted(planned.call))
      .flatMap((call) =>
        call.quits.map((event) => markRow(history, event, { kind: 'agent', agent: event.agent }, 'quit')),
      ),
    ...history.boots.flatMap(({ exit, ready, boot }) => [
      ...(exit === null ? [] : [markRow(history, exit, SERVER, 'end')]),
      ...(ready === null || boot === 1 ? [] : [markRow(history, ready, SERVER, 'start')]),
    ]),
  ];
  const strikes = history.faults
    .filter(({ phase, entry }) => phase === 'start' && !shownEntries.has(entry))
    .map((event) => markRow(history, event, SERVER, 'fault'));
  return [...rows, ...strikes].filter(({ seq }) => seq < untilSeq).sort((a, b) => a.seq - b.seq);
}

function markRow(
  history: HistoryIndex,
  event: EventOf<'quit'> | HistoryIndex['effects'][number] | HistoryIndex['faults'][number] | EventOf<'proc'>,
  at: Lane,
  mark: Extract<MessageRow['shape'], { kind: 'mark' }>['mark'],
): MessageRow {
  const call = event.kind === 'fx' || event.kind === 'quit' ? event.call : null;
  const words = eventWords(history, event);
  return {
    seq: event.seq,
    t: event.t,
    words: call === null ? words : `call ${call}: ${words}`,
    shows: [event.seq],
    isPromise: false,
    shape: { kind: 'mark', at, mark },
  };
}

function exchangeRows(history: HistoryIndex, exchange: Exchange, shownEntries: Set<string>): readonly MessageRow[] {
  const { inv, end } = exchange;
  const agent: Lane = inv.agent === 'auditor' ? HARNESS : { kind: 'agent', agent: inv.agent };
  const frames = history.framesOf(inv);
  if (frames.length === 0) return frameless(history, exchange, agent);
  const about = `call ${inv.call}: `;
  const isPromise = inv.op === 'create';
  let isAnswered = false;
  const rows = frames.map((frame): MessageRow => {
    for (const entry of frame.entries ?? []) shownEntries.add(entry);
    const by = frame.entries === undefined ? '' : ` (${frame.entries.join(', ')})`;
    const late = frame.delayMs === undefined ? '' : `, ${formatMs(frame.delayMs)} late`;
    const isLate = frame.action === 'delay' || frame.action === 'hold';
    const isThere = !isLost(frame);
    const row = (from: Lane, to: Lane, { words, shows = [] }: { words: string; shows?: readonly number[] }) => ({
      ...{ seq: frame.seq, t: frame.t, words: `${about}${words}`, shows: [frame.seq, ...shows], isPromise },
      shape: { kind: 'arrow' as const, from, to, ends: isThere ? ('there' as const) : ('lost' as const), isLate },
    });
    if (frame.dir === 'out') {
      const shows = [inv.seq];
      if (!isThere) return row(agent, HARNESS, { words: `${eventWords(history, inv)}: lost${by}`, shows });
      if (frame.action === 'dup') return row(HARNESS, SERVER, { words: `the same request once more${by}`, shows });
      return row(agent, SERVER, { words: `${eventWords(history, inv)}${late}${by}`, shows });
    }
    if (!isThere) return row(SERVER, HARNESS, { words: `the server's answer is lost${by}` });
    const isFirst = !isAnswered && frame.type === 'response';
    isAnswered ||= isFirst;
    if (isFirst && end !== null) {
      return row(SERVER, agent, { words: `${eventWords(history, end)}${late}${by}`, shows: [end.seq] });
    }
    return row(SERVER, agent, {
      words: `${frame.type === 'response' ? 'one more answer' : 'a notification'}${late}${by}`,
    });
  });
  return end === null || isAnswered ? rows : [...rows, silence(history, exchange, agent)];
}

/** Where messages were not recorded one by one, what was sent and what came of it. */
function frameless(history: HistoryIndex, exchange: Exchange, agent: Lane): readonly MessageRow[] {
  const { inv, end } = exchange;
  const row = (event: typeof inv | NonNullable<typeof end>, from: Lane, to: Lane): MessageRow => ({
    ...{ seq: event.seq, t: event.t, words: `call ${inv.call}: ${eventWords(history, event)}`, shows: [event.seq] },
    isPromise: inv.op === 'create',
    shape: { kind: 'arrow', from, to, ends: 'there', isLate: false },
  });
  const sent = row(inv, agent, SERVER);
  if (end === null) return [sent];
  const isAnswer = end.kind === 'ok' || end.answered === true;
  return [sent, isAnswer ? row(end, SERVER, agent) : silence(history, exchange, agent)];
}

/** The end of a request that no message brought. */
function silence(history: HistoryIndex, { inv, end }: Exchange, at: Lane): MessageRow {
  const event = end ?? inv;
  return {
    ...{ seq: event.seq, t: event.t, words: `call ${inv.call}: ${eventWords(history, event)}`, shows: [event.seq] },
    isPromise: inv.op === 'create',
    shape: { kind: 'mark', at, mark: 'silence' },
  };
}

function isLost({ action }: Stamped<FrameBody>): boolean {
  return action === 'drop' || action === 'cut';
}
