import { canonicalJson } from '../../model/canonical.ts';
import { isTerminal } from '../../model/operation.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { createModernClient } from '../modern-client.ts';
import { observeReads, observeShapes, READ_REQUIREMENTS } from '../modern-reads.ts';
import { createTask, followTask, getTask, statusOf, whyNoTask } from '../modern-task.ts';
import { broken, judged, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2026-09', ...READ_REQUIREMENTS, '2026-13', '2026-21', '2026-22', '2026-39'];

// The official suite looks half a second after the end for what went too early; a sweep of a second is to be seen too.
const KEPT_MS = 1_500;

/** One task from its receipt to some time after its end, read on the way. */
export const modernLifecycle: Probe = {
  meta: {
    id: 'modern-lifecycle',
    title: 'one task from receipt to result',
    description: 'Calls the work tool, reads the task at once, on a second connection, until its end and after it.',
    observes: OBSERVES,
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = session.tools.call('work');
    if (call === null) return noneApply(OBSERVES, session.tools.missing('work'));
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const receipt = await createTask(client, call);
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(OBSERVES, whyNoTask(receipt));
    const early = await getTask(client, taskId);
    const reads = [early, ...(await followTask(session, client, { taskId, withinMs: patienceMs(session, call) }))];
    return [
      ...observeReceipt(receipt.answer, early),
      ...observeReads(reads),
      ...(await observeEnd(session, taskId, { client, reads })),
    ];
  },
};

function observeReceipt(receipt: Answer, early: Answer): Observation[] {
  const type = receipt.result?.resultType;
  return [
    judged(
      '2026-09',
      type === 'task',
      { met: 'the receipt says "task"', broken: `resultType is ${JSON.stringify(type)}` },
      receipt,
    ),
    ...observeShapes([receipt]),
    judged(
      '2026-13',
      early.result !== null,
      { met: 'it was there for the next request', broken: `tasks/get right after the receipt: ${described(early)}` },
      receipt,
      early,
    ),
  ];
}

interface Followed {
  readonly client: ReturnType<typeof createModernClient>;
  readonly reads: readonly Answer[];
}

/** What ended stays, says the same to whoever asks again, and is kept as long as was said. */
async function observeEnd(session: AuditSession, taskId: string, { client, reads }: Followed): Promise<Observation[]> {
  const last = reads.at(-1);
  if (last === undefined || !isTerminal(statusOf(last))) {
    const why = `the task did not end: ${last === undefined ? 'it was never read' : described(last)}`;
    return [...noneSeen(['2026-21', '2026-22'], why), ...expiry(session, reads)];
  }
  const again = await getTask(client, taskId);
  await session.clock.sleep(KEPT_MS, session.signal);
  const late = await getTask(client, taskId);
  const ttlMs = last.result?.ttlMs;
  const isDue = typeof ttlMs !== 'number' || ttlMs > KEPT_MS * 2;
  return [
    judged(
      '2026-21',
      sameTask(last, again),
      { met: 'two readings of the ended task are the same', broken: 'two readings of the ended task differ' },
      last,
      again,
    ),
    isDue || late.result !== null
      ? judged(
          '2026-22',
          late.result === null || sameEnd(last, late),
          { met: `it was the same ${KEPT_MS} ms later`, broken: `${KEPT_MS} ms later it was: ${described(late)}` },
          last,
          late,
        )
      : notObservable('2026-22', `its ttlMs of ${String(ttlMs)} was over too early`),
    isDue
      ? judged(
          '2026-39',
          late.result !== null,
          {
            met: `it was there ${KEPT_MS} ms after its end (ttlMs ${String(ttlMs)})`,
            broken: `with ttlMs ${String(ttlMs)} it was gone ${KEPT_MS} ms after its end: ${described(late)}`,
          },
          last,
          late,
        )
      : notObservable('2026-39', `its ttlMs of ${String(ttlMs)} is too short to be looked at`),
  ];
}

/** A task that vanished while it was at work did not wait for its ttl. */
function expiry({ clock }: AuditSession, reads: readonly Answer[]): Observation[] {
  const [first] = reads;
  const last = reads.at(-1);
  if (first?.result == null || last === undefined || last.error === null) return [];
  const { ttlMs, createdAt } = first.result;
  const isEarly =
    ttlMs === null ||
    (typeof ttlMs === 'number' && typeof createdAt === 'string' && clock.wall() < Date.parse(createdAt) + ttlMs);
  return isEarly ? [broken('2026-39', `it vanished at work, before its ttlMs of ${String(ttlMs)}`, first, last)] : [];
}

function sameTask(one: Answer, other: Answer): boolean {
  return other.result !== null && canonicalJson(withoutMeta(one)) === canonicalJson(withoutMeta(other));
}

/** In status and outcome: whether the rest moves is another question. */
function sameEnd(one: Answer, other: Answer): boolean {
  const end = ({ result }: Answer) => canonicalJson([result?.status, result?.result, result?.error]);
  return end(one) === end(other);
}

function withoutMeta({ result }: Answer): unknown {
  const { _meta, ...task } = result ?? {};
  return task;
}
