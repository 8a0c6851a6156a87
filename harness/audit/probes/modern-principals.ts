import { canonicalJson } from '../../model/canonical.ts';
import type { JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, answerTo, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { answersFor, questionsOf } from '../modern-questions.ts';
import { createReadable, followTask, getTask, statusOf, whyNoTask } from '../modern-task.ts';
import { judged, noneSeen, notApplicable, type Observation, type Probe } from '../probe.ts';

const LONG_MS = 3_000;
const REFUSED = 'what another principal sent was refused, or did nothing';

/** Somebody else asks for a task by its id. */
export const modernPrincipals: Probe = {
  meta: {
    id: 'modern-principals',
    title: "another principal's tasks",
    description:
      'A second principal reads, answers, cancels and subscribes to a task of the first, who looks at it before and after.',
    observes: ['2026-47'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const { samePrincipal, tools, limits } = session;
    if (samePrincipal !== null) return [notApplicable('2026-47', samePrincipal)];
    const asking = tools.call('asking');
    const call = asking ?? tools.call('work', { ms: LONG_MS });
    if (call === null) return [notApplicable('2026-47', tools.missing('work'))];
    const owner = createModernClient(await session.link(1), limits.requestMs);
    const other = createModernClient(await session.link(2), limits.requestMs);
    const receipt = await createReadable(owner, call);
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(['2026-47'], whyNoTask(receipt));
    const isOpen = (answer: Answer) => asking === null || statusOf(answer) !== 'working';
    const reads = await followTask(session, owner, { taskId, withinMs: patienceMs(session, call), until: isOpen });
    const before = reads.at(-1) ?? receipt.answer;
    const read = await getTask(other, taskId);
    const done = await trespasses(other, taskId, answersFor(questionsOf(before), call));
    const heard = await eavesdrop(session, other, taskId);
    await session.clock.sleep(limits.quietMs, session.signal);
    const after = await getTask(owner, taskId);
    const words = { met: REFUSED, broken: `tasks/get of another principal: ${described(read)}` };
    return [judged('2026-47', read.result === null, words, read), heard, untouched({ before, after, done })];
  },
};

/** A server that acknowledges what it does not know says nothing by it: what counts is what its owner sees then. */
async function trespasses(other: ModernClient, taskId: string, inputResponses: JsonObject): Promise<readonly Answer[]> {
  return [
    await other.request('tasks/update', { taskId, inputResponses }),
    await other.request('tasks/cancel', { taskId }),
  ];
}

async function eavesdrop(session: AuditSession, other: ModernClient, taskId: string): Promise<Observation> {
  const exchange = other.open('subscriptions/listen', { notifications: { taskIds: [taskId] } });
  const answer: Answer = await answerTo(exchange, session.limits.quietMs);
  const heard = canonicalJson(answer.others).includes(taskId);
  const words = {
    met: REFUSED,
    broken: 'a subscription of another principal was granted, or told of the task',
  };
  return judged('2026-47', !heard, words, answer);
}

interface Trespass {
  readonly before: Answer;
  readonly after: Answer;
  readonly done: readonly Answer[];
}

/** Refused in words and done all the same is no refusal. */
function untouched({ before, after, done }: Trespass): Observation {
  const wasAsking = statusOf(before) === 'input_required';
  const status = statusOf(after);
  const isTouched = after.result === null || status === 'cancelled' || (wasAsking && status !== 'input_required');
  const words = { met: REFUSED, broken: `what another principal sent changed the task: ${described(after)}` };
  return judged('2026-47', !isTouched, words, before, ...done, after);
}
