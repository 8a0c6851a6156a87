import { canonicalJson } from '../../model/canonical.ts';
import { isTerminal } from '../../model/operation.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { createModernClient, type ModernClient } from '../modern-client.ts';
import { isEmptyResult, observeReads, observeTypes, READ_REQUIREMENTS } from '../modern-reads.ts';
import { createReadable, followTask, getTask, statusOf, whyNoTask } from '../modern-task.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const OBSERVES = ['2026-22', '2026-34', '2026-36'];

// Long against a request, so that the cancel comes in time.
const LONG_MS = 5_000;
const RACE_MS = 150;
const RACES = 6;

/** Cancels: in time, again, against the end of the work, and by the notification that is none. */
export const modernCancel: Probe = {
  meta: {
    id: 'modern-cancel',
    title: 'cancelling',
    description:
      'Cancels work that has just begun, cancels it again, races the end of other work, and sends notifications/cancelled.',
    observes: [...READ_REQUIREMENTS, ...OBSERVES],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    if (session.tools.call('work') === null) return noneApply([...OBSERVES, '2026-18'], session.tools.missing('work'));
    const client = createModernClient(await session.link(), session.limits.requestMs);
    return [
      ...(await observeCancel(session, client)),
      ...(await observeRaces(session, client)),
      ...(await observeNotification(session, client)),
    ];
  },
};

async function observeCancel(session: AuditSession, client: ModernClient): Promise<readonly Observation[]> {
  const begun = await begin(session, client, LONG_MS);
  if (typeof begun === 'string') return noneSeen(['2026-34', '2026-18'], begun);
  const { taskId } = begun;
  const answer = await client.request('tasks/cancel', { taskId });
  const reads = await followTask(session, client, { taskId, withinMs: session.limits.workMs });
  const last = reads.at(-1);
  const again = await client.request('tasks/cancel', { taskId });
  if (again.result === null) {
    const text = `a second tasks/cancel was answered with ${described(again)}; the official suite expects the same empty result`;
    session.note({ kind: 'bad', text, frames: again.frames });
  }
  const stays =
    last !== undefined && isTerminal(statusOf(last)) ? [observeStays(last, await getTask(client, taskId))] : [];
  const isCancelled = statusOf(last) === 'cancelled';
  return [
    observeAck(answer),
    ...observeTypes([answer, again]),
    ...observeReads(reads),
    ...stays,
    ...(isCancelled ? [] : [notObservable('2026-18', 'the cancelled task did not become cancelled, and need not')]),
  ];
}

function observeAck(answer: Answer): Observation {
  const words = {
    met: 'the acknowledgement is empty',
    broken: answer.result === null ? `it was answered with ${described(answer)}` : 'the acknowledgement is not empty',
  };
  return judged('2026-34', isEmptyResult(answer.result), words, answer);
}

/** Cancels that arrive when the work ends: whoever was first, the end is one. */
async function observeRaces(session: AuditSession, client: ModernClient): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  for (let race = 0; race < RACES; race += 1) {
    const begun = await begin(session, client, RACE_MS);
    if (typeof begun === 'string') return seen;
    const { taskId, takesMs } = begun;
    // A little earlier each time, so that some come before the end and some after it.
    await session.clock.sleep(Math.max(0, takesMs + 20 - race * 12), session.signal);
    const cancelled = await client.request('tasks/cancel', { taskId });
    const ended = (await followTask(session, client, { taskId, withinMs: takesMs + session.limits.workMs })).at(-1);
    await session.clock.sleep(session.limits.quietMs, session.signal);
    const late = await getTask(client, taskId);
    if (cancelled.result !== null) seen.push(observeAck(cancelled));
    if (ended !== undefined && isTerminal(statusOf(ended))) seen.push(observeStays(ended, late));
    // Another server's work takes as long as it takes: one race is enough.
    if (!session.tools.variesDuration) break;
  }
  return seen;
}

function observeStays(one: Answer, late: Answer): Observation {
  const isSame = late.result !== null && canonicalJson(endOf(one)) === canonicalJson(endOf(late));
  const words = {
    met: 'what was ended by a cancel stayed so',
    broken: `it was ${described(one)}, then ${described(late)}`,
  };
  return judged('2026-22', isSame, words, one, late);
}

function endOf({ result }: Answer): unknown {
  const { status, result: outcome, error } = result ?? {};
  return { status, outcome, error };
}

/** The request was answered by a receipt long ago: a notification about it is about nothing. */
async function observeNotification(session: AuditSession, client: ModernClient): Promise<readonly Observation[]> {
  const begun = await begin(session, client, RACE_MS * 4);
  if (typeof begun === 'string') return noneSeen(['2026-36'], begun);
  const { taskId, requestId, takesMs } = begun;
  const params = { requestId, reason: 'an audit' };
  const text = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
  const headers = { 'mcp-method': 'notifications/cancelled', 'mcp-protocol-version': '2026-07-28' };
  const exchange = client.link.open({ id: null, text, headers });
  await exchange.over(session.limits.quietMs);
  exchange.close();
  const last = (await followTask(session, client, { taskId, withinMs: takesMs + session.limits.workMs })).at(-1);
  if (last === undefined || last.result === null) return noneSeen(['2026-36'], 'the task could not be read afterwards');
  return statusOf(last) === 'cancelled'
    ? [broken('2026-36', 'notifications/cancelled for the request cancelled its task', exchange, last)]
    : [met('2026-36', `after notifications/cancelled the task went on: ${String(last.result.status)}`)];
}

interface Begun {
  readonly taskId: string;
  readonly requestId: unknown;
  readonly takesMs: number;
}

/** A task that has just begun, or why there is none. */
async function begin(session: AuditSession, client: ModernClient, ms: number): Promise<Begun | string> {
  const call = session.tools.call('work', { ms });
  if (call === null) return session.tools.missing('work');
  const receipt = await createReadable(client, call);
  const { taskId } = receipt;
  if (taskId === null) return whyNoTask(receipt);
  return {
    taskId,
    requestId: receipt.answer.reply?.id ?? null,
    takesMs: Math.min(call.takesMs, patienceMs(session, call)),
  };
}
