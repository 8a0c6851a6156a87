import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { createLegacyClient } from '../legacy-client.ts';
import { createLegacyTask, getLegacyTask, INVALID_PARAMS, taskCall } from '../legacy-task.ts';
import { broken, judged, met, noneApply, notObservable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2025-15', '2025-49', '2025-54'];

const CENTURY_MS = 100 * 365 * 86_400_000;
/** One more than a timer of 32 bits can hold. */
const TIMER_OVERFLOW_MS = 2 ** 31;
// A task that is to be there still is looked for so late: a sweep of half a second has passed.
const LOOK_MS = 700;
const SHORT_TTL_MS = 300;
const LONG_WORK_MS = 1_500;

/** Times to live that a client may ask for and no server expects. */
const ASKED = [
  ['2^31 ms', TIMER_OVERFLOW_MS],
  ['a fraction of a millisecond', 60_000.5],
  ['a negative number', -1_000],
  ['0', 0],
] as const;

/** Asks for strange times to live, and holds the server to the one that it then says. */
export const legacyTtl: Probe = {
  meta: {
    id: 'legacy-ttl',
    title: 'times to live',
    description:
      'Asks for a ttl of 0, a negative one, a fraction, 2^31 ms, a century, no number, and one shorter than the work.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const first = taskCall(session, 'work', 0);
    if (typeof first === 'string') return noneApply(OBSERVES, first);
    const observations: Observation[] = [];
    for (const [what, ttl] of ASKED) observations.push(await observeAsked(session, what, ttl));
    await noteNoNumber(session);
    return [...observations, await observeCap(session), ...(await observeShort(session))];
  },
};

/** Each on a server that is there: what came before may have ended it. */
async function create(session: AuditSession, ttl: unknown, ms = 0) {
  const client = createLegacyClient(await session.link(), session.limits.requestMs);
  const call = taskCall(session, 'work', ms);
  if (typeof call === 'string') throw new Error('the work tool was there before');
  return { client, call, ...(await createLegacyTask(client, call, { task: { ttl } })) };
}

/** The server may refuse it, or choose another; what it says then, holds. */
async function observeAsked(session: AuditSession, what: string, ttl: number): Promise<Observation> {
  const { client, answer, task, taskId } = await create(session, ttl);
  if (taskId === null) return refusedTtl('2025-15', what, answer);
  const said = task?.ttl;
  await session.clock.sleep(LOOK_MS, session.signal);
  const read = await getLegacyTask(client, taskId);
  const isKept = read.result !== null;
  if (typeof said === 'number' && said < 0) {
    const fate = isKept ? 'is there still' : 'was gone at once';
    return broken('2025-15', `asked for ${what} it says a ttl of ${said}; the task ${fate}`, answer, read);
  }
  const isDue = said === null || said === undefined || (typeof said === 'number' && said > LOOK_MS * 2);
  if (isDue && !isKept) {
    const gone = `asked for a ttl of ${what} it said ${JSON.stringify(said)}, and ${LOOK_MS} ms later: ${described(read)}`;
    return broken('2025-15', gone, answer, read);
  }
  if (said === 0 && isKept) {
    const text = `a ttl of 0 is accepted and said, and the task is kept all the same`;
    session.note({ kind: 'bad', text, frames: [...answer.frames, ...read.frames] });
  }
  return met('2025-15', `asked for ${what} it said ${JSON.stringify(said)}`);
}

/** What was refused is never kept too short; silence refuses nothing. */
function refusedTtl(requirement: string, what: string, answer: Answer): Observation {
  if (answer.error !== null) return met(requirement, `a ttl of ${what} was refused`);
  return notObservable(requirement, `a ttl of ${what}: ${described(answer)}`);
}

async function noteNoNumber(session: AuditSession): Promise<void> {
  const { answer } = await create(session, 'abc');
  if (answer.error?.code === INVALID_PARAMS) return;
  const text = `a ttl that is no number was not refused with -32602: ${described(answer)}`;
  session.note({ kind: 'bad', text, frames: answer.frames });
}

async function observeCap(session: AuditSession): Promise<Observation> {
  const { answer, task, taskId } = await create(session, CENTURY_MS);
  if (taskId === null) return refusedTtl('2025-54', 'a century', answer);
  const said = task?.ttl;
  if (said === undefined) return notObservable('2025-54', 'the receipt says no ttl');
  const isCapped = typeof said === 'number' && said < CENTURY_MS;
  const words = {
    met: `asked for a century it said ${said} ms`,
    broken: `asked for a century it said ${JSON.stringify(said)}`,
  };
  return judged('2025-54', isCapped, words, answer);
}

/** Work that outlives its task: the task may go then, and the server must not. */
async function observeShort(session: AuditSession): Promise<Observation[]> {
  const { client, answer, call, task, taskId } = await create(session, SHORT_TTL_MS, LONG_WORK_MS);
  if (taskId === null) return [notObservable('2025-49', `a ttl of ${SHORT_TTL_MS} ms: ${described(answer)}`)];
  if (task?.ttl !== SHORT_TTL_MS) return [met('2025-15', `asked for ${SHORT_TTL_MS} ms it said ${String(task?.ttl)}`)];
  await session.clock.sleep(SHORT_TTL_MS + LOOK_MS, session.signal);
  const read = await getLegacyTask(client, taskId);
  await session.clock.sleep(call.takesMs, session.signal);
  const late = await getLegacyTask(client, taskId);
  noteFate(session, { answer, read, late });
  if (read.error === null) return [met('2025-15', 'a task at work was kept longer than its ttl')];
  const words = { met: 'a task that had expired was refused', broken: `a task that had expired: ${described(read)}` };
  return [judged('2025-49', read.error.code === INVALID_PARAMS, words, answer, read)];
}

interface Fate {
  readonly answer: Answer;
  readonly read: Answer;
  readonly late: Answer;
}

function noteFate(session: AuditSession, { answer, read, late }: Fate): void {
  const frames = [answer, read, late].flatMap((one) => one.frames);
  if (late.reply === null) {
    const text = `the server was gone when work ended whose task had expired: ${described(late)}`;
    session.note({ kind: 'bad', text, frames });
  } else if (read.error !== null) {
    session.note({ kind: 'bad', text: 'a ttl shorter than the work takes the task away while it is at work', frames });
  }
}
