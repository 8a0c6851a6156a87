import { hasResult } from '../model/answer.ts';
import type { Requirement } from '../model/checker.ts';
import type { HistoryIndex } from '../model/history-index.ts';
import { isTerminal } from '../model/operation.ts';

/** Which kinds of evidence a history holds. A checker that needs one it lacks is answered `unknown`, with this sentence. */
export const MISSING: Readonly<Record<Requirement, string>> = {
  calls: 'no call was sent',
  acks: 'no call was accepted',
  reads: 'no task was read',
  'terminal-reads': 'no task was seen in a terminal state',
  effects: 'no effect was observed: does the server write to the ledger?',
  frames: 'no frame was recorded',
  'final-reads': 'the run ended before the final reads',
  results: 'no result was received',
};

export function evidenceOf(history: HistoryIndex): ReadonlySet<Requirement> {
  const found = new Set<Requirement>();
  if (history.frames.length > 0 || (history.folded?.pairs ?? 0) > 0) found.add('frames');
  if (history.effects.length > 0) found.add('effects');
  for (const { inv, end } of history.exchanges) {
    const isRead = inv.op === 'get' || inv.op === 'result';
    if (inv.op === 'create') found.add('calls');
    if (end === null) continue;
    if (inv.op === 'create' && end.kind === 'ok') found.add('acks');
    if (isRead && (end.kind === 'ok' || end.reason === 'not-found')) {
      found.add('reads');
      if (inv.agent === 'auditor') found.add('final-reads');
    }
    if (end.kind !== 'ok') continue;
    if (isTerminal(end.status)) found.add('terminal-reads');
    if (hasResult(end)) found.add('results');
  }
  return found;
}
