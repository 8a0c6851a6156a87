import { isObject, type JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { ID_BITS_MIN, lookAtIds } from '../id-entropy.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { observeTimes } from '../legacy-reads.ts';
import {
  createLegacyTask,
  getLegacyTask,
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  receiptIn,
  relatedTask,
  taskCall,
} from '../legacy-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const IDS = ['2025-11', '2025-51'];
const LISTS = ['2025-40', '2025-41', '2025-43', '2025-44'];
const OBSERVES = [...IDS, ...LISTS, '2025-13', '2025-14', '2025-31'];

const TASKS = 300;
const AT_ONCE = 20; // Enough to be quick, few enough for a server that queues.
const SAMPLE_MIN = 100; // Fewer say nothing of how ids are made.
const PAGES_MAX = 400;
const MISSING_MAX = 5;

/** Many tasks at once: their ids, and the list of them. */
export const legacyIds: Probe = {
  meta: {
    id: 'legacy-ids',
    title: `${TASKS} tasks, their ids and their list`,
    description: 'Creates 300 short tasks, samples their ids, and walks through tasks/list to its end.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const first = taskCall(session, 'work', 0);
    if (typeof first === 'string') return noneApply(OBSERVES, first);
    const answers = await createMany(session, client);
    const ids = answers.flatMap(({ taskId }) => taskId ?? []);
    return [
      ...observeIds(
        ids,
        answers.map(({ answer }) => answer),
      ),
      ...(await observeList(client, ids)),
    ];
  },
};

async function createMany(session: AuditSession, client: LegacyClient) {
  const answers: Awaited<ReturnType<typeof createLegacyTask>>[] = [];
  while (answers.length < TASKS) {
    const calls = Array.from({ length: AT_ONCE }, () => taskCall(session, 'work', 0));
    const created = calls.flatMap((call) =>
      typeof call === 'string' ? [] : [createLegacyTask(client, call, { task: { ttl: 120_000 } })],
    );
    answers.push(...(await Promise.all(created)));
    session.signal.throwIfAborted();
  }
  return answers;
}

function observeIds(ids: readonly string[], answers: readonly Answer[]): Observation[] {
  if (ids.length < SAMPLE_MIN) {
    const refused = answers.find(({ result }) => result === null);
    const why = refused === undefined ? '' : `; a call was answered with ${described(refused)}`;
    return [...noneSeen(IDS, `only ${ids.length} of ${answers.length} calls became tasks${why}`)];
  }
  const { repeated } = lookAtIds(ids);
  const { bits, isSequential } = lookAtIds([...new Set(ids)]);
  const shown = answers.slice(0, 3);
  const words = isSequential
    ? `the ids are a sequence: ${ids.slice(0, 3).join(', ')}`
    : `${ids.length} ids vary in ${bits} bits at most: ${ids.slice(0, 3).join(', ')}`;
  return [
    repeated === null
      ? met('2025-11', `${ids.length} tasks have ${ids.length} ids`)
      : broken(
          '2025-11',
          `the id ${repeated} was given twice`,
          ...answers.filter((one) => receiptIn(one).taskId === repeated),
        ),
    judged(
      '2025-51',
      !isSequential && bits >= ID_BITS_MIN,
      { met: `${ids.length} ids vary in ${bits} bits`, broken: words },
      ...shown,
    ),
  ];
}

interface Listed {
  readonly pages: readonly Answer[];
  readonly tasks: readonly JsonObject[];
  /** Why the last page is not the last; null: it is. */
  readonly cut: string | null;
}

async function observeList(client: LegacyClient, ids: readonly string[]): Promise<readonly Observation[]> {
  const listed = await walk(client);
  const [first] = listed.pages;
  if (first === undefined || first.error?.code === METHOD_NOT_FOUND)
    return noneApply(LISTS, 'the server lists no tasks');
  if (listed.tasks.length === 0) return noneSeen(LISTS, `tasks/list: ${described(first)}`);
  const bad = await client.request('tasks/list', { cursor: 'claimcheck-no-cursor' });
  const named = listed.pages.find(({ result }) => relatedTask(result) !== undefined);
  const firstPage = tasksOf(first).length;
  const words = {
    met: `${listed.tasks.length} tasks came in ${listed.pages.length} pages`,
    broken: `one page held ${firstPage} tasks`,
  };
  return [
    listed.tasks.length < SAMPLE_MIN
      ? notObservable('2025-40', `there are only ${listed.tasks.length} tasks`)
      : judged('2025-40', listed.pages.length > 1, words, first),
    ...(await observeComplete(client, ids, listed)),
    judged(
      '2025-44',
      bad.error?.code === INVALID_PARAMS,
      { met: 'it was refused', broken: `a cursor that is none: ${described(bad)}` },
      bad,
    ),
    ...observeTimes(listed.tasks.slice(0, SAMPLE_MIN).map((task) => ({ task, answer: first }))),
    ...(named === undefined ? [] : [broken('2025-31', 'tasks/list names a task in its own _meta', named)]),
  ];
}

async function walk(client: LegacyClient): Promise<Listed> {
  const pages: Answer[] = [];
  const tasks: JsonObject[] = [];
  const cursors = new Set<string>();
  let cursor: string | null = null;
  while (pages.length < PAGES_MAX) {
    const page: Answer = await client.request('tasks/list', cursor === null ? {} : { cursor });
    pages.push(page);
    tasks.push(...tasksOf(page));
    if (page.result === null) return { pages, tasks, cut: described(page) };
    const next = page.result.nextCursor;
    if (typeof next !== 'string') return { pages, tasks, cut: null };
    if (cursors.has(next)) return { pages, tasks, cut: `the cursor ${next} came twice` };
    cursors.add(next);
    cursor = next;
  }
  return { pages, tasks, cut: `there are more than ${PAGES_MAX} pages` };
}

function tasksOf({ result }: Answer): readonly JsonObject[] {
  return Array.isArray(result?.tasks) ? result.tasks.filter(isObject) : [];
}

/** A task that can be read and was on no page: either it is not listed, or a page that was not the last had no cursor. */
async function observeComplete(client: LegacyClient, ids: readonly string[], listed: Listed): Promise<Observation[]> {
  const { pages, tasks, cut } = listed;
  const last = pages.at(-1);
  const shown = last === undefined ? [] : [last];
  if (cut !== null) return [broken('2025-41', `the list does not come to its end: ${cut}`, ...shown)];
  const known = new Set(tasks.map(({ taskId }) => taskId));
  const missing = ids.filter((id) => !known.has(id));
  for (const taskId of missing.slice(0, MISSING_MAX)) {
    const read = await getLegacyTask(client, taskId);
    if (read.result === null) continue;
    const what = `${missing.length} of ${ids.length} tasks are on no page, and ${taskId} can be read`;
    return [broken('2025-43', what, ...shown, read), broken('2025-41', what, ...shown)];
  }
  const found = ids.length - missing.length;
  return [
    met('2025-43', `${found} of ${ids.length} tasks were listed`),
    met('2025-41', `${pages.length} pages led to its end`),
  ];
}
