import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { faultSentence } from './story-fault.ts';
import { type Pending, StoryMemory, type Told } from './story-memory.ts';

/** One thing that mattered. */
export interface StoryLine {
  readonly seq: number;
  readonly atMs: number;
  readonly text: string;
}

// A story that is longer is told of the calls that broke the invariant alone.
const LINES_MAX = 30;

// An error takes a line of a terminal, not a paragraph.
const ERROR_LENGTH_MAX = 160;

/**
 * What happened in a run, in words: who called what, which faults struck, what was committed and what agents were told. Reads
 * that showed nothing new are left out. Pure. `concerns`: events of the findings, for what is left out of a long story.
 */
export function tellStory(
  plan: Plan,
  events: readonly Event[],
  concerns: readonly number[] = [],
): readonly StoryLine[] {
  const teller = createTeller(plan);
  const lines: (StoryLine & { readonly call: number | null })[] = [];
  for (const event of events) {
    const told = teller.tell(event);
    if (told !== null) lines.push({ seq: event.seq, atMs: Math.round(event.t / 1e6), ...told });
  }
  if (lines.length <= LINES_MAX) return lines.map(({ call: _call, ...line }) => line);
  const calls = callsOf(events, new Set(concerns));
  const kept = lines.filter(({ call }) => call === null || calls.size === 0 || calls.has(call));
  return kept.slice(0, LINES_MAX).map(({ call: _call, ...line }) => line);
}

function createTeller(plan: Plan): { tell(event: Event): Told | null } {
  const pending = new Map<number, Pending>();
  const memory = new StoryMemory(plan);
  const entries = new Map(plan.faults.map((entry) => [entry.entry, entry]));
  let crash: string | null = null;
  return {
    tell(event) {
      switch (event.kind) {
        case 'inv':
          pending.set(event.seq, { op: event.op, call: event.call, agent: event.agent, task: event.task });
          return memory.sent(event);
        case 'ok':
        case 'fail':
        case 'info': {
          const request = pending.get(event.of);
          pending.delete(event.of);
          return request === undefined ? null : memory.answered(request, event);
        }
        case 'fx':
          return memory.effect(event);
        case 'fault': {
          const entry = entries.get(event.entry);
          if (entry === undefined || event.phase !== 'start') return null;
          return { call: null, text: faultSentence(entry, event.evidence ?? {}) };
        }
        case 'note':
          if (event.topic === 'crash') crash = event.text ?? null;
          return null;
        case 'proc': {
          const why = crash === null ? '' : `: ${memory.inWords(shortened(crash))}`;
          if (event.phase === 'exit') crash = null;
          return processSentence(event, why);
        }
        case 'quit':
          return {
            call: event.call,
            text: `agent ${event.agent} gives call ${event.call} up: ${memory.inWords(event.why)}`,
          };
        default:
          return null;
      }
    },
  };
}

/** The first line, and not all of a long one. */
function shortened(error: string): string {
  const [first = ''] = error.split('\n');
  return first.length > ERROR_LENGTH_MAX ? `${first.slice(0, ERROR_LENGTH_MAX)}…` : first;
}

/** `why`: what is known of an exit of its own. */
function processSentence(
  { phase, boot, by, code, signal }: Extract<Event, { kind: 'proc' }>,
  why: string,
): Told | null {
  if (phase === 'ready' && boot > 1) return { call: null, text: `the server is back (boot ${boot})` };
  if (phase !== 'exit' || by !== 'server') return null;
  const how = signal === null || signal === undefined ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
  return { call: null, text: `the server ends by itself, ${how}${why}` };
}

/** The calls that these events belong to. */
function callsOf(events: readonly Event[], seqs: ReadonlySet<number>): ReadonlySet<number> {
  const calls = new Set<number>();
  for (const event of events) {
    const seq = event.seq;
    const isAnswer = event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info';
    const asked = isAnswer ? events[event.of] : event;
    if (!seqs.has(seq) || asked === undefined || !('call' in asked)) continue;
    if (typeof asked.call === 'number') calls.add(asked.call);
  }
  return calls;
}
