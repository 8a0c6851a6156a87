import { isTerminal } from '../../model/operation.ts';
import { isObject, type JsonObject } from '../../wire/json-rpc.ts';
import type { Answer } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import {
  createLegacyTask,
  followLegacyTask,
  getLegacyTask,
  legacyStatusOf,
  relatedTask,
  taskCall,
  whyNoLegacyTask,
} from '../legacy-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';
import type { Arrival, RawExchange } from '../raw-link.ts';

const OBSERVES = ['2025-30', '2025-34', '2025-35', '2025-37'];

// An answer reaches the work within a turn or two; a second later it has long gone on.
const LEAVES_MS = 1_000;

/** A task that asks its client, which answers. */
export const legacyInput: Probe = {
  meta: {
    id: 'legacy-input',
    title: 'a task that asks',
    description: 'Calls the asking tool as a task, waits in tasks/result, answers what it asks, and reads it on.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'asking');
    if (typeof call === 'string') return noneApply(OBSERVES, call);
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const receipt = await createLegacyTask(client, call, { task: { ttl: 120_000 } });
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(OBSERVES, whyNoLegacyTask(receipt));
    const until = (answer: Answer) => isOver(answer) || legacyStatusOf(answer) === 'input_required';
    const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call), until });
    const waiting = client.open('tasks/result', { taskId });
    const observations = await answered(session, client, { call, taskId, waiting, reads });
    // Let it end by itself: what a cancel does is for another probe to see.
    await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
    waiting.close();
    return observations;
  },
};

interface Asking {
  readonly call: ToolCall;
  readonly taskId: string;
  readonly waiting: RawExchange;
  readonly reads: readonly Answer[];
}

async function answered(session: AuditSession, client: LegacyClient, asking: Asking): Promise<readonly Observation[]> {
  const { call, taskId, waiting, reads } = asking;
  const said = reads.some((read) => legacyStatusOf(read) === 'input_required');
  const question = await waiting.wait(isQuestion, session.limits.workMs);
  if (question === null) {
    const why = 'tasks/result brought no question of the task';
    if (!said) return noneSeen(OBSERVES, `${why}, and it never said input_required`);
    return [met('2025-34', 'it said input_required'), ...noneSeen(['2025-30', '2025-35', '2025-37'], why)];
  }
  const now = await getLegacyTask(client, taskId);
  const isSaid = said || legacyStatusOf(now) === 'input_required';
  const request = isObject(question.message) ? question.message : {};
  const isNamed = relatedTask(request.params) === taskId;
  const words = {
    met: 'the question names it',
    broken: `the ${String(request.method)} does not name its task in _meta`,
  };
  return [
    judged(
      '2025-34',
      isSaid,
      { met: 'it said input_required', broken: `it asked, and said ${legacyStatusOf(now)}` },
      now,
      waiting,
    ),
    judged('2025-35', isNamed, words, waiting),
    judged('2025-30', isNamed, words, waiting),
    await observeLeaving(session, client, { taskId, request, answer: call.answer ?? {} }),
  ];
}

interface Answering {
  readonly taskId: string;
  readonly request: JsonObject;
  readonly answer: JsonObject;
}

async function observeLeaving(
  session: AuditSession,
  client: LegacyClient,
  { taskId, request, answer }: Answering,
): Promise<Observation> {
  const { id } = request;
  if (typeof id !== 'string' && typeof id !== 'number')
    return notObservable('2025-37', 'its question has no id to answer');
  await client.reply(id, { action: 'accept', content: answer });
  const until = (read: Answer) => legacyStatusOf(read) !== 'input_required';
  const reads = await followLegacyTask(session, client, { taskId, withinMs: LEAVES_MS, until });
  const last = reads.at(-1);
  const status = legacyStatusOf(last);
  if (last !== undefined && status === 'input_required') {
    return broken('2025-37', `${LEAVES_MS} ms after its only question was answered it still says input_required`, last);
  }
  return met('2025-37', `answered, it said ${status ?? 'nothing'}`);
}

function isOver(answer: Answer): boolean {
  return isTerminal(legacyStatusOf(answer));
}

function isQuestion({ message }: Arrival): boolean {
  if (!isObject(message) || !('id' in message)) return false;
  return message.method === 'elicitation/create' || message.method === 'sampling/createMessage';
}
