import type { Checker } from '../model/checker.ts';
import type { FrameBody, Stamped } from '../model/event.ts';
import type { Exchange, HistoryIndex } from '../model/history-index.ts';
import { createFindingList, judged, quoted, when } from './finding-list.ts';

/** A broken answer is seen a little before the exit that broke it: this many events are waited for. */
const EXIT_NOTICE = 50;

/**
 * Every reply has the shape its dialect prescribes, and nothing but messages comes out of the server. What one of our faults
 * cut or altered, or a boot that ended in the middle of an answer, is not held against it. Unknown when no reply was
 * validated. Counts: replies (validated), malformed, garbage (what was no message at all).
 */
export const malformedReplies: Checker = {
  meta: {
    id: 'malformed-replies',
    title: 'Every reply has the prescribed shape',
    description: 'A client that meets a shape it does not know gives up, or guesses.',
    invariants: ['S17'],
    requires: ['calls'],
    judges: 'server',
  },
  applicable: () => null,
  check({ history }) {
    const findings = createFindingList();
    const counts = { replies: history.folded?.validated ?? 0, malformed: 0, garbage: 0 };
    for (const exchange of history.exchanges) {
      const { inv, end } = exchange;
      if (end === null) continue;
      if (end.shape !== undefined) counts.replies += 1;
      const [problem] = end.shape ?? [];
      if (problem !== undefined && !isTouched(history, exchange)) {
        counts.malformed += 1;
        const more = (end.shape?.length ?? 0) > 1 ? ` (and ${(end.shape?.length ?? 0) - 1} more)` : '';
        findings.add('S17', `the answer to ${inv.op} of call ${inv.call} at ${when(history, end)}: ${problem}${more}`, [
          inv.seq,
          end.seq,
        ]);
        continue;
      }
      if (end.kind === 'ok' || end.reason !== 'garbled' || end.gateway === true) continue;
      if (isTouched(history, exchange) || isCutByExit(history, exchange)) continue;
      counts.garbage += 1;
      findings.add(
        'S17',
        `the answer to ${inv.op} of call ${inv.call} at ${when(history, end)} cannot be read: ${quoted(end.message)}`,
        [inv.seq, end.seq],
      );
    }
    for (const frame of strayLines(history)) {
      counts.garbage += 1;
      findings.add(
        'S17',
        `the server wrote a line that is no message at ${when(history, frame)}: ${quoted(frame.text ?? '')}`,
        [frame.seq],
      );
    }
    if (counts.replies === 0 && findings.count === 0) {
      return { valid: 'unknown', reason: 'no reply was validated in this run', counts, findings: [] };
    }
    return judged(findings, counts);
  },
};

/** Connections of a pipe are named after the boot that holds its other end. */
function strayLines(history: HistoryIndex): readonly Stamped<FrameBody>[] {
  return history.frames.filter(
    ({ dir, type, action, bytes, conn, entries }) =>
      dir === 'in' &&
      type === 'garbage' &&
      action === 'pass' &&
      bytes > 0 &&
      conn.startsWith('stdio') &&
      !entries?.length,
  );
}

function isTouched(history: HistoryIndex, { inv }: Exchange): boolean {
  return history.framesOf(inv).some(({ action }) => action === 'cut' || action === 'flip');
}

/** The server ended while this was under way. */
function isCutByExit(history: HistoryIndex, { inv, end }: Exchange): boolean {
  return history.boots.some(
    ({ exit }) => exit !== null && exit.seq > inv.seq && exit.seq < (end?.seq ?? 0) + EXIT_NOTICE,
  );
}
