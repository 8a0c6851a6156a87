import { described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { ID_BITS_MIN, type IdLook, lookAtIds } from '../id-entropy.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { createTask, type Receipt } from '../modern-task.ts';
import { broken, met, noneApply, notObservable, type Observation, type Probe } from '../probe.ts';

const IDS = 300;
/** With fewer, columns of an id show too little. */
const IDS_MIN = 60;
const AT_ONCE = 10;

/** Many tasks, for the sake of their ids. */
export const modernIds: Probe = {
  meta: {
    id: 'modern-ids',
    title: `the ids of ${IDS} tasks`,
    description: `Creates ${IDS} tasks and looks for counters, clocks and repeats in their ids; cancels them again.`,
    observes: ['2026-46'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    if (session.tools.call('work') === null) return noneApply(['2026-46'], session.tools.missing('work'));
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const receipts = await createMany(session, client);
    const ids = receipts.flatMap(({ taskId }) => (taskId === null ? [] : [taskId]));
    if (!session.tools.variesDuration) await cancelAll(client, ids);
    const refused = receipts.find(({ taskId }) => taskId === null);
    if (ids.length < IDS_MIN) {
      const why = refused === undefined ? '' : `: ${described(refused.answer)}`;
      return [notObservable('2026-46', `only ${ids.length} of ${IDS} tasks were created${why}`)];
    }
    return [judgeIds(lookAtIds(ids), ids, receipts)];
  },
};

/** Stops at the first batch of which none became a task: a server may limit how many a caller has. */
async function createMany(session: AuditSession, client: ModernClient): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  while (receipts.length < IDS) {
    const calls = Array.from({ length: AT_ONCE }, () => session.tools.call('work', { ms: 0 })).filter(
      (call) => call !== null,
    );
    const batch = await Promise.all(calls.map((call) => createTask(client, call)));
    receipts.push(...batch);
    if (batch.every(({ taskId }) => taskId === null)) return receipts;
  }
  return receipts;
}

async function cancelAll(client: ModernClient, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    await Promise.all(some.map((taskId) => client.request('tasks/cancel', { taskId })));
  }
}

function judgeIds(look: IdLook, ids: readonly string[], receipts: readonly Receipt[]): Observation {
  const shown = receipts
    .slice(0, 3)
    .map(({ answer }) => ({ frames: answer.frames.filter(({ direction }) => direction === 'received') }));
  const sample = ids.slice(0, 3).join(', ');
  if (look.repeated !== null) {
    const twice = receipts.filter(({ taskId }) => taskId === look.repeated).map(({ answer }) => answer);
    return broken('2026-46', `the id ${look.repeated} was given to two tasks`, ...twice.slice(0, 2));
  }
  if (look.isSequential) return broken('2026-46', `the ids count up: ${sample}`, ...shown);
  if (look.bits < ID_BITS_MIN) {
    return broken(
      '2026-46',
      `${look.count} ids look like ${look.bits} random bits, fewer than ${ID_BITS_MIN}: ${sample}`,
      ...shown,
    );
  }
  return met('2026-46', `${look.count} ids, all different, look like ${look.bits} random bits`);
}
