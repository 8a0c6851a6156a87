import type { Event, EventOf, Stamped, UnsureBody } from '../harness/model/event.ts';
import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { Operation, Reason } from '../harness/model/operation.ts';
import { formatInstant, formatMs, shortened } from './format.ts';

const ASKED: Readonly<Record<Operation, string>> = {
  create: 'sends the call',
  get: 'asks how the task stands',
  result: 'asks for the result and waits',
  update: 'answers a question of the task',
  cancel: 'asks to cancel the task',
  list: 'asks for its tasks',
  listen: 'listens for news',
};

const FAILED: Readonly<Record<Reason, string>> = {
  'not-found': 'denied: the server does not know this task',
  refused: 'refused',
  conflict: 'refused: the same key with other arguments',
  full: 'refused: the server is full',
  unavailable: 'refused: what the work needs is out of order',
  'rate-limited': 'refused: too many requests',
  'session-lost': 'refused: the server does not know this session',
  timeout: 'no answer in time',
  reset: 'the connection was reset',
  eof: 'the connection ended before the answer',
  garbled: 'the answer could not be read',
  http: 'answered with an HTTP error',
};

/** One event as a line of plain words. Text that came from a server is cut, never dropped. */
export function eventWords(history: HistoryIndex, event: Event): string {
  switch (event.kind) {
    case 'inv':
      return sendWords(event);
    case 'ok':
      return isUpdate(history, event.of)
        ? `the server took the answer, ${sincePhrase(history, event.of, event.t)}`
        : answerWords(event, `answered ${sincePhrase(history, event.of, event.t)}`);
    case 'fail':
    case 'info':
      return failureWords(history, event);
    case 'push':
      return answerWords(event, 'notified');
    case 'fx':
      return event.phase === 'commit'
        ? `effect committed (the work took effect) in boot ${event.boot}`
        : `work begun in boot ${event.boot}`;
    case 'know':
      return `agent ${event.agent} has the result of task ${event.task}`;
    case 'bind':
      return `agent ${event.agent} takes it as the answer to call ${event.call}`;
    case 'use':
      return `agent ${event.agent} takes its next step with it`;
    case 'quit':
      return `agent ${event.agent} gives up: ${shortened(event.why, 300)}`;
    case 'act':
    case 'idle':
      return `agent ${event.agent} ${event.kind === 'act' ? 'busy' : 'idle'} until ${formatInstant(event.to)}`;
    case 'proc':
      return processWords(event);
    case 'fault':
      return `fault ${event.entry} ${FAULT_PHASES[event.phase]}`;
    default:
      return event.kind;
  }
}

const FAULT_PHASES = {
  plan: 'planned',
  start: 'strikes',
  verified: 'is proven to have struck',
  stop: 'is over',
} as const;

function processWords({ boot, phase, signal, code, by }: EventOf<'proc'>): string {
  if (phase === 'ready') return `the server is back: boot ${boot} is ready`;
  if (phase === 'spawn') return `the server starts: boot ${boot}`;
  const how = signal != null ? `by ${signal}` : code == null ? 'in a way nobody saw' : `with exit code ${code}`;
  return `the server ends: boot ${boot}, ${how} (${by === 'server' || by === undefined ? 'by itself' : by})`;
}

function sendWords(event: EventOf<'inv'>): string {
  const who = event.agent === 'auditor' ? `final check, as agent ${event.as ?? '?'}:` : `agent ${event.agent}`;
  const again = event.op === 'create' && event.attempt > 1 ? `, attempt ${event.attempt}` : '';
  const key = event.key === undefined ? '' : `, key ${shortened(event.key, 60)}`;
  const inputs = event.inputs === undefined ? '' : ` (${shortened(event.inputs.join(', '), 120)})`;
  return `${who} ${ASKED[event.op]}${inputs}${again}${event.probe === true ? ' again on purpose (probe)' : ''}${key}`;
}

/** Whether a failed create may still have been accepted is the point of it; a failed read leaves nothing behind. */
function failureWords(history: HistoryIndex, event: Stamped<UnsureBody>): string {
  const sent = history.events.bySeq(event.of);
  const isCreate = sent?.kind === 'inv' && sent.op === 'create';
  const gateway =
    event.gateway === true ? 'the platform in front gave up and answered in the place of the server' : null;
  const http = event.http === undefined || event.http === 200 ? '' : ` (HTTP ${event.http})`;
  const code = event.code === undefined ? '' : ` (error ${event.code})`;
  const certainty = event.kind === 'fail' ? '; nothing was accepted' : '; nobody knows whether it was accepted';
  const message = event.message === undefined ? '' : `: “${shortened(event.message, 300)}”`;
  const since = sincePhrase(history, event.of, event.t);
  return `${gateway ?? FAILED[event.reason]}${http}${code}, ${since}${isCreate ? certainty : ''}${message}`;
}

function answerWords(event: EventOf<'ok'> | EventOf<'push'>, verb: string): string {
  const status = event.status ?? 'no status';
  const task = event.task === undefined ? '' : `, task ${shortened(event.task, 60)}`;
  const message = event.statusMessage === undefined ? '' : `, “${shortened(event.statusMessage, 200)}”`;
  const error = event.error === undefined ? '' : `, error ${event.error.code} ${shortened(event.error.message, 200)}`;
  const result = event.result === undefined ? '' : `, result ${shortened(JSON.stringify(event.result), 300)}`;
  const inputs = event.inputs === undefined ? '' : `, asks for ${shortened(event.inputs.join(', '), 120)}`;
  return `${verb}: ${status}${event.isError === true ? ' (isError)' : ''}${inputs}${task}${message}${error}${result}`;
}

function isUpdate(history: HistoryIndex, seq: number): boolean {
  const sent = history.events.bySeq(seq);
  return sent?.kind === 'inv' && sent.op === 'update';
}

function sincePhrase(history: HistoryIndex, of: number, t: number): string {
  const sent = history.events.bySeq(of);
  return sent === undefined ? '' : `after ${formatMs((t - sent.t) / 1e6)}`;
}
