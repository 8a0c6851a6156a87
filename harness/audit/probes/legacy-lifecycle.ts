import { canonicalJson } from '../../model/canonical.ts';
import { isTerminal } from '../../model/operation.ts';
import { type Answer, answerTo, described, receivedAt } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createLegacyClient, type LegacyClient } from '../legacy-client.ts';
import { LEGACY_READ_REQUIREMENTS, observeLegacyReads, observeTimes } from '../legacy-reads.ts';
import {
  createLegacyTask,
  followLegacyTask,
  getLegacyTask,
  type LegacyReceipt,
  legacyStatusOf,
  RELATED_TASK,
  relatedTask,
  taskCall,
  whyNoLegacyTask,
} from '../legacy-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';
import { sameShape } from '../result-shape.ts';

const READING = [...LEGACY_READ_REQUIREMENTS, '2025-17', '2025-23', '2025-33'];
const RESULTS = ['2025-25', '2025-26', '2025-27', '2025-29', '2025-30'];
const CREATION = ['2025-07', '2025-08', '2025-09', '2025-10', '2025-12'];
const OBSERVES = [...CREATION, ...READING, ...RESULTS];

// The work is to be seen at work by several readings.
const WORK_MS = 1_000;
const KEPT_MS = 1_000;
const CHOSEN_ID = 'claimcheck-chose-this-id';

/** One task from its receipt to some time after its end, with tasks/result open all the while. */
export const legacyLifecycle: Probe = {
  meta: {
    id: 'legacy-lifecycle',
    title: 'one task from receipt to result',
    description: 'Calls the work tool as a task, waits in tasks/result, polls beside it, and fetches the result again.',
    observes: OBSERVES,
    dialects: ['tasks-2025-11-25'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = taskCall(session, 'work', WORK_MS);
    if (typeof call === 'string') return noneApply(OBSERVES, call);
    const client = createLegacyClient(await session.link(), session.limits.requestMs);
    const receipt = await createLegacyTask(client, call, { task: { ttl: 60_000, taskId: CHOSEN_ID } });
    const { taskId } = receipt;
    if (taskId === null) return withoutTask(receipt);
    const waiting = client.open('tasks/result', { taskId });
    const reads = await followLegacyTask(session, client, { taskId, withinMs: patienceMs(session, call) });
    const waited = await answerTo(waiting, session.limits.requestMs);
    return [
      ...observeLegacyReceipt(receipt, call),
      ...observeLegacyReads(reads),
      ...observeStreams(session, reads),
      await observeOtherName(client, taskId),
      ...(await observeEnd(session, client, reads, taskId)),
      ...(await observeResults(session, client, { call, taskId, reads, waited })),
    ];
  },
};

function withoutTask(receipt: LegacyReceipt): readonly Observation[] {
  const { task, answer } = receipt;
  const [broke, why] =
    task === null ? ['2025-07', whyNoLegacyTask(receipt)] : ['2025-09', `the taskId is ${JSON.stringify(task.taskId)}`];
  const rest = OBSERVES.filter((id) => id !== broke);
  return [broken(broke, why, answer), ...noneSeen(rest, why)];
}

function observeLegacyReceipt({ answer, task, taskId }: LegacyReceipt, call: ToolCall): Observation[] {
  const [sent] = answer.frames;
  const ackMs = (receivedAt(answer) ?? 0) - (sent?.atMs ?? 0);
  const status = JSON.stringify(task?.status);
  return [
    met('2025-07', 'the call was answered with a task'),
    call.takesMs < WORK_MS
      ? notObservable('2025-08', `the work takes ${call.takesMs} ms, too short to tell`)
      : judged(
          '2025-08',
          ackMs < call.takesMs / 2,
          {
            met: `the task came after ${ackMs} ms of ${call.takesMs}`,
            broken: `it came after ${ackMs} ms of ${call.takesMs}`,
          },
          answer,
        ),
    judged('2025-09', taskId !== null, { met: 'it is text', broken: 'it is no text' }, answer),
    judged(
      '2025-10',
      taskId !== CHOSEN_ID,
      { met: 'its id is the server’s', broken: 'it took the id of the client' },
      answer,
    ),
    judged('2025-12', task?.status === 'working', { met: 'it began at work', broken: `it began as ${status}` }, answer),
    ...(task === null ? [] : observeTimes([{ task, answer }])),
  ];
}

function observeStreams({ transport }: AuditSession, reads: readonly Answer[]): Observation[] {
  if (transport !== 'http') return [];
  const stream = reads.find(({ headers }) => headers['content-type']?.includes('text/event-stream'));
  if (stream === undefined) return [met('2025-23', `${reads.length} readings were plain JSON`)];
  return [broken('2025-23', 'tasks/get was answered with a stream of events', stream)];
}

async function observeOtherName(client: LegacyClient, taskId: string): Promise<Observation> {
  const _meta = { [RELATED_TASK]: { taskId: 'claimcheck-another-task' } };
  const answer = await client.request('tasks/get', { taskId, _meta });
  const words = { met: 'another id in _meta was ignored', broken: `with another id in _meta: ${described(answer)}` };
  return judged('2025-33', answer.result?.taskId === taskId, words, answer);
}

async function observeEnd(
  session: AuditSession,
  client: LegacyClient,
  reads: readonly Answer[],
  taskId: string,
): Promise<readonly Observation[]> {
  const last = reads.at(-1);
  const status = legacyStatusOf(last);
  if (last === undefined || !isTerminal(status)) return [notObservable('2025-17', 'the task did not end')];
  await session.clock.sleep(KEPT_MS, session.signal);
  const late = await getLegacyTask(client, taskId);
  if (late.error !== null) {
    return [
      broken(
        '2025-15',
        `with a ttl of ${String(last.result?.ttl)} it was gone ${KEPT_MS} ms after its end`,
        last,
        late,
      ),
    ];
  }
  const words = {
    met: `it was the same ${KEPT_MS} ms later`,
    broken: `it was ${status}, and later: ${described(late)}`,
  };
  return [judged('2025-17', legacyStatusOf(late) === status, words, last, late)];
}

interface Ended {
  readonly call: ToolCall;
  readonly taskId: string;
  readonly reads: readonly Answer[];
  readonly waited: Answer;
}

async function observeResults(
  session: AuditSession,
  client: LegacyClient,
  { call, taskId, reads, waited }: Ended,
): Promise<readonly Observation[]> {
  if (!isTerminal(legacyStatusOf(reads.at(-1)))) return noneSeen(RESULTS, 'the task did not end');
  const again = await client.request('tasks/result', { taskId });
  const third = await client.request('tasks/result', { taskId });
  const isResult = Array.isArray(again.result?.content);
  return [
    judged('2025-25', isResult, { met: 'it gave the result', broken: `it answered: ${described(again)}` }, again),
    observeWaiting(reads, waited),
    isResult
      ? await observeSameness(session, client, call, [waited, again, third])
      : notObservable('2025-27', 'there was no result to compare'),
    ...(isResult ? observeName(again, taskId) : noneSeen(['2025-29', '2025-30'], 'there was no result')),
  ];
}

function observeName(answer: Answer, taskId: string): Observation[] {
  const isNamed = relatedTask(answer.result) === taskId;
  const words = { met: 'the result names it', broken: 'the result does not name its task in _meta' };
  return [judged('2025-29', isNamed, words, answer), judged('2025-30', isNamed, words, answer)];
}

/** A reading that still said working after the answer was there shows that tasks/result did not wait. */
function observeWaiting(reads: readonly Answer[], waited: Answer): Observation {
  const atMs = receivedAt(waited);
  if (waited.reply === null || atMs === null) return broken('2025-26', `tasks/result: ${described(waited)}`, waited);
  const early = reads.find((read) => !isTerminal(legacyStatusOf(read)) && (read.frames[0]?.atMs ?? 0) > atMs);
  const atWork = reads.filter((read) => !isTerminal(legacyStatusOf(read))).length;
  if (early !== undefined) return broken('2025-26', 'it was answered while the task was at work', waited, early);
  if (atWork === 0) return notObservable('2025-26', 'the task was never seen at work');
  return met('2025-26', `it was open during ${atWork} readings of a task at work`);
}

async function observeSameness(
  session: AuditSession,
  client: LegacyClient,
  call: ToolCall,
  results: readonly [Answer, Answer, Answer],
): Promise<Observation> {
  const [first, ...others] = results;
  const other = others.find(
    ({ result }) => canonicalJson(withoutMeta(result)) !== canonicalJson(withoutMeta(first.result)),
  );
  if (other !== undefined) return broken('2025-27', 'two answers of tasks/result differ', first, other);
  const isOptional = session.tools.listed.get(call.name)?.taskSupport === 'optional';
  if (!isOptional) return met('2025-27', 'three answers were the same; the tool cannot be called without a task');
  const withinMs = patienceMs(session, call);
  const plain = await client.request('tools/call', { name: call.name, arguments: call.arguments }, { withinMs });
  if (plain.result === null) return met('2025-27', `three answers were the same; the plain call: ${described(plain)}`);
  const words = {
    met: 'three answers were the same, and of the form of the plain call',
    broken: 'the plain call gives a result of another form',
  };
  return judged('2025-27', sameShape(withoutMeta(first.result), withoutMeta(plain.result)), words, first, plain);
}

function withoutMeta(result: Answer['result']): unknown {
  const { _meta, ...rest } = result ?? {};
  return rest;
}
