import { type Answer, described } from '../answer.ts';
import { createModernClient, type ModernClient, type ModernHow } from '../modern-client.ts';
import { judged, met, type Observation, type Probe } from '../probe.ts';

const INVALID_PARAMS = -32_602;
const METHOD_NOT_FOUND = -32_601;
const HEADER_MISMATCH = -32_020;

const NO_TASK = '00000000-0000-4000-8000-000000000000';
/** What no server can have given out as a task id, and what is none. */
const STRANGE_IDS: readonly (readonly [string, unknown])[] = [
  ['an unknown id', NO_TASK],
  ['an empty id', ''],
  ['an id of 10,000 characters', 'x'.repeat(10_000)],
  ['an id with quotes and a path in it', `'"../../etc/passwd; --`],
  ['a number for an id', 7],
  ['null for an id', null],
  ['an object for an id', {}],
  ['a list of ids', ['a', 'b']],
  ['no id', undefined],
];

/** Ids that belong to no task, and methods that are no more. */
export const modernUnknown: Probe = {
  meta: {
    id: 'modern-unknown',
    title: 'unknown tasks and removed methods',
    description: 'Reads, answers and cancels what does not exist, and calls tasks/result and tasks/list.',
    observes: ['2026-12', '2026-20', '2026-29', '2026-35'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const seen: Observation[] = [];
    for (const [what, taskId] of STRANGE_IDS) {
      const answer = await client.request('tasks/get', taskId === undefined ? {} : { taskId }, headersOf(taskId));
      // No header says what is no text, so a server may as well complain of the header first.
      const isHeader = typeof taskId !== 'string' && answer.error?.code === HEADER_MISMATCH;
      seen.push(refused('2026-20', `tasks/get of ${what}`, answer, isHeader ? HEADER_MISMATCH : INVALID_PARAMS));
    }
    seen.push(refused('2026-29', 'tasks/update', await update(client), INVALID_PARAMS));
    const cancel = await client.request('tasks/cancel', { taskId: NO_TASK });
    seen.push(refused('2026-35', 'tasks/cancel', cancel, INVALID_PARAMS));
    for (const method of ['tasks/result', 'tasks/list']) {
      const params = method === 'tasks/result' ? { taskId: NO_TASK } : {};
      seen.push(refused('2026-12', method, await client.request(method, params), METHOD_NOT_FOUND));
    }
    return seen;
  },
};

function headersOf(taskId: unknown): ModernHow {
  return typeof taskId === 'string' ? {} : { headers: { 'mcp-name': NO_TASK } };
}

function update(client: ModernClient): Promise<Answer> {
  return client.request('tasks/update', { taskId: NO_TASK, inputResponses: {} });
}

function refused(requirement: string, what: string, answer: Answer, code: number): Observation {
  if (answer.error?.code === code) return met(requirement, `refused with ${code}`);
  return judged(requirement, false, { met: '', broken: `${what} was answered with ${described(answer)}` }, answer);
}
