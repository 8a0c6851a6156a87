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

/** Everything between the agents and the server while there was load: messages, effects, boots, faults that strike a boot. */
export function messageRows(history: HistoryIndex): readonly MessageRow[] {
  const untilSeq = history.drainedSeq ?? Number.POSITIVE_INFINITY;
  const shownEntries = new Set<string>();
  const rows = [
    ...history.exchanges.flatMap((exchange) => exchangeRows(history, exchange, shownEntries)),
    ...history.effects.map((event) => markRow(history, event, SERVER, event.phase)),
    ...history.calls.flatMap((call) =>
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
    shape: { kind: 'mark', at, mark },
  };
}

function exchangeRows(history: HistoryIndex, { inv, end }: Exchange, shownEntries: Set<string>): readonly MessageRow[] {
  if (inv.agent === 'auditor') return [];
  const agent: Lane = { kind: 'agent', agent: inv.agent };
  const about = `call ${inv.call}: `;
  const frames = history.framesOf(inv);
  let isAnswered = false;
  const rows = frames.map((frame): MessageRow => {
    for (const entry of frame.entries ?? []) shownEntries.add(entry);
    const by = frame.entries === undefined ? '' : ` (${frame.entries.join(', ')})`;
    const late = frame.delayMs === undefined ? '' : `, ${formatMs(frame.delayMs)} late`;
    const base = { seq: frame.seq, t: frame.t };
    const isLate = frame.action === 'delay' || frame.action === 'hold';
    const arrow = (from: Lane, to: Lane, ends: 'there' | 'lost') => ({
      kind: 'arrow' as const,
      from,
      to,
      ends,
      isLate,
    });
    if (frame.dir === 'out') {
      if (isLost(frame)) {
        return {
          ...base,
          words: `${about}${eventWords(history, inv)}: lost${by}`,
          shape: arrow(agent, HARNESS, 'lost'),
        };
      }
      const isCopy = frame.action === 'dup';
      const words = isCopy ? `the same request once more${by}` : `${eventWords(history, inv)}${late}${by}`;
      return { ...base, words: `${about}${words}`, shape: arrow(isCopy ? HARNESS : agent, SERVER, 'there') };
    }
    if (isLost(frame)) {
      return { ...base, words: `${about}the server's answer is lost${by}`, shape: arrow(SERVER, HARNESS, 'lost') };
    }
    const isFirst = !isAnswered && frame.type === 'response';
    isAnswered ||= isFirst;
    const words =
      frame.type !== 'response'
        ? 'a notification'
        : isFirst && end !== null
          ? eventWords(history, end)
          : 'one more answer';
    return { ...base, words: `${about}${words}${late}${by}`, shape: arrow(SERVER, agent, 'there') };
  });
  if (end === null || isAnswered) return rows;
  const silence: MessageRow = {
    ...{ seq: end.seq, t: end.t, words: `${about}${eventWords(history, end)}` },
    shape: { kind: 'mark', at: agent, mark: 'silence' },
  };
  return [...rows, silence];
}

function isLost({ action }: Stamped<FrameBody>): boolean {
  return action === 'drop' || action === 'cut';
}
