import type { JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolCall } from '../audit-tools.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { ambiguousKey, answersFor, questionsOf, revivedKey } from '../modern-questions.ts';
import { isEmptyResult, observeReads, observeTypes, READ_REQUIREMENTS } from '../modern-reads.ts';
import { createReadable, followTask, getTask, statusOf, whyNoTask } from '../modern-task.ts';
import { broken, judged, met, noneApply, noneSeen, type Observation, type Probe } from '../probe.ts';

const ASKED = ['2026-16', '2026-26', '2026-27', '2026-31'];
const UPDATED = ['2026-28', '2026-30'];

// No server can have given a question this key.
const FOREIGN_KEY = 'claimcheck-never-asked';

/** Questions of a task: asked, answered in part, beside the point, again, and at last. */
export const modernInput: Probe = {
  meta: {
    id: 'modern-input',
    title: 'questions and their answers',
    description:
      'Sends answers to keys that were never asked, part of the answers, all of them, and the same once more; reads the task on the way.',
    observes: [...READ_REQUIREMENTS, ...ASKED.slice(1), ...UPDATED],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const seen = await observeStray(session, client);
    const call = session.tools.call('asking', { ms: 100 });
    if (call === null) return [...seen, ...noneApply(ASKED, session.tools.missing('asking'))];
    return [...seen, ...(await observeAsking(session, client, call))];
  },
};

/** A task that asks nothing is sent an answer all the same. */
async function observeStray(session: AuditSession, client: ModernClient): Promise<readonly Observation[]> {
  const call = session.tools.call('work');
  if (call === null) return noneApply(UPDATED, session.tools.missing('work'));
  const receipt = await createReadable(client, call);
  const { taskId } = receipt;
  if (taskId === null) return noneSeen(UPDATED, whyNoTask(receipt));
  const answer = await update(client, taskId, { [FOREIGN_KEY]: { action: 'accept', content: {} } });
  return observeIgnored(answer, 'an answer to a key that was never asked');
}

async function observeAsking(
  session: AuditSession,
  client: ModernClient,
  call: ToolCall,
): Promise<readonly Observation[]> {
  const receipt = await createReadable(client, call);
  const { taskId } = receipt;
  if (taskId === null) return noneSeen(ASKED, whyNoTask(receipt));
  const withinMs = patienceMs(session, call);
  const isAsking = (answer: Answer) => statusOf(answer) === 'input_required' || isOver(answer);
  const reads = [...(await followTask(session, client, { taskId, withinMs, until: isAsking }))];
  const asking = reads.at(-1);
  if (asking === undefined || statusOf(asking) !== 'input_required') {
    const why = asking === undefined ? 'it was never read' : described(asking);
    return [...observeReads(reads), ...noneSeen(ASKED, `the task did not ask: ${why}`)];
  }
  const questions = questionsOf(asking);
  const answers = answersFor(questions, call);
  const stray = await update(client, taskId, { [FOREIGN_KEY]: { action: 'accept', content: {} } });
  const unmoved = await getTask(client, taskId);
  reads.push(unmoved);
  const partial = await observePartial(client, taskId, { answers, reads });
  const given = await update(client, taskId, answers);
  reads.push(
    ...(await followTask(session, client, { taskId, withinMs, until: (answer) => hasMoved(answer, questions) })),
  );
  const moved = reads.at(-1);
  const again = await update(client, taskId, answers);
  const rest = await followTask(session, client, { taskId, withinMs, until: isSettled });
  reads.push(...rest);
  return [
    ...observeReads(reads),
    ...observeTypes([stray, given, again]),
    ...observeIgnored(stray, 'an answer to a key that was never asked'),
    ...observeStill(asking, unmoved),
    ...partial,
    ...observeAck(given, 'the answer'),
    ...observeIgnored(again, 'an answer that had been given already'),
    ...observeEffect({ given, moved, questions }),
    ...observeKeys(reads),
  ];
}

/** Of several questions the first alone is answered: a server may take it so, and then asks for the rest only. */
async function observePartial(
  client: ModernClient,
  taskId: string,
  { answers, reads }: { readonly answers: JsonObject; readonly reads: Answer[] },
): Promise<readonly Observation[]> {
  const [first, ...others] = Object.entries(answers);
  if (first === undefined || others.length === 0) return [];
  const answer = await update(client, taskId, { [first[0]]: first[1] });
  const read = await getTask(client, taskId);
  reads.push(read);
  const open = questionsOf(read);
  const isComplete = others.every(([key]) => open.has(key)) && statusOf(read) === 'input_required';
  const words = {
    met: 'after part of the answers the rest is asked still',
    broken: `after part of the answers: ${described(read)}, open: ${[...open.keys()].join(', ') || 'none'}`,
  };
  return [...observeTypes([answer]), judged('2026-16', isComplete, words, answer, read)];
}

function update(client: ModernClient, taskId: string, inputResponses: JsonObject): Promise<Answer> {
  return client.request('tasks/update', { taskId, inputResponses });
}

function observeIgnored(answer: Answer, what: string): readonly Observation[] {
  const words = { met: `${what} was ignored`, broken: `${what} was answered with ${described(answer)}` };
  return [
    judged('2026-30', answer.result !== null, words, answer),
    ...(answer.result === null ? [] : observeAck(answer, what)),
  ];
}

function observeAck(answer: Answer, what: string): readonly Observation[] {
  const words = {
    met: 'the acknowledgement is empty',
    broken:
      answer.result === null ? `${what} was answered with ${described(answer)}` : 'the acknowledgement is not empty',
  };
  return [judged('2026-28', isEmptyResult(answer.result), words, answer)];
}

/** What was not asked answers nothing: the same questions are open. */
function observeStill(asking: Answer, unmoved: Answer): readonly Observation[] {
  const before = [...questionsOf(asking).keys()].sort().join(', ');
  const after = [...questionsOf(unmoved).keys()].sort().join(', ');
  const words = {
    met: 'every open question stands in each reading',
    broken: `open were ${before}; then ${after || 'none'}`,
  };
  return [judged('2026-16', before === after && statusOf(unmoved) === 'input_required', words, asking, unmoved)];
}

interface Effect {
  readonly given: Answer;
  readonly moved: Answer | undefined;
  readonly questions: ReadonlyMap<string, JsonObject>;
}

function observeEffect({ given, moved, questions }: Effect): readonly Observation[] {
  if (given.result === null) return noneSeen(['2026-31'], `the answers were not acknowledged: ${described(given)}`);
  if (moved === undefined || !hasMoved(moved, questions)) {
    return [
      broken(
        '2026-31',
        'acknowledged answers had no effect: the same is asked still',
        given,
        ...(moved ? [moved] : []),
      ),
    ];
  }
  return [met('2026-31', 'acknowledged answers let the task go on')];
}

function observeKeys(reads: readonly Answer[]): readonly Observation[] {
  const ambiguous = ambiguousKey(reads);
  const revived = revivedKey(reads);
  return [
    ambiguous === null
      ? met('2026-26', 'each key stood for one question')
      : broken('2026-26', `the key ${ambiguous.key} stood for two questions`, ...ambiguous.shown),
    revived === null
      ? met('2026-27', 'no key came back')
      : broken('2026-27', `the key ${revived.key} was answered and asked again`, ...revived.shown),
  ];
}

/** None of these questions is open any more. */
function hasMoved(answer: Answer, questions: ReadonlyMap<string, JsonObject>): boolean {
  const open = questionsOf(answer);
  return isOver(answer) || [...questions.keys()].every((key) => !open.has(key));
}

function isOver(answer: Answer): boolean {
  const status = statusOf(answer);
  return status !== 'working' && status !== 'input_required';
}

/** It ended, or asks what nobody here answers. */
function isSettled(answer: Answer): boolean {
  return isOver(answer) || statusOf(answer) === 'input_required';
}
