import { isObject } from '../../wire/json-rpc.ts';
import type { Answer } from '../answer.ts';
import { described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import type { ToolRole } from '../audit-tools.ts';
import { createModernClient, type ModernClient, NO_TASKS } from '../modern-client.ts';
import { observeReads, READ_REQUIREMENTS } from '../modern-reads.ts';
import { createTask, followTask, statusOf, whyNoTask } from '../modern-task.ts';
import { broken, judged, met, noneApply, noneSeen, notApplicable, type Observation, type Probe } from '../probe.ts';

const SPLIT = ['2026-23', '2026-24', '2026-25'];

/** How the same work ends for a client that knows no tasks: what its task must say too. */
type PlainEnd = { readonly kind: 'error'; readonly code: number } | { readonly kind: 'is-error' | 'fine' | 'unknown' };

/** Work that fails, as a task and without one: the two must be the same failure. */
export const modernFailures: Probe = {
  meta: {
    id: 'modern-failures',
    title: 'work that fails',
    description:
      'Calls failing tools with and without the extension: a JSON-RPC error makes a task failed, isError makes it completed.',
    observes: [...READ_REQUIREMENTS, ...SPLIT],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createModernClient(await session.link(), session.limits.requestMs);
    return [
      ...(await observeFailure(session, client, 'failing')),
      ...(await observeFailure(session, client, 'throwing')),
    ];
  },
};

async function observeFailure(
  session: AuditSession,
  client: ModernClient,
  role: ToolRole,
): Promise<readonly Observation[]> {
  const { tools } = session;
  const [plainCall, call] = [tools.call(role, { ms: 50 }), tools.call(role, { ms: 50 })];
  if (plainCall === null || call === null) return noneApply([...SPLIT, '2026-19'], tools.missing(role));
  const params = { name: plainCall.name, arguments: plainCall.arguments };
  const withinMs = patienceMs(session, call);
  const plain = await client.request('tools/call', params, { capabilities: NO_TASKS, withinMs });
  const receipt = await createTask(client, call);
  const { taskId } = receipt;
  if (taskId === null) return noneSeen(SPLIT, whyNoTask(receipt));
  const reads = await followTask(session, client, { taskId, withinMs });
  const last = reads.at(-1);
  // A client that knows no tasks gets a job handle from `grace`: how the work ends, that does not say.
  const end: PlainEnd = session.dialect === 'grace' ? { kind: 'unknown' } : endOf(plain);
  const ended = last === undefined ? [] : observeSplit(end, plain, last);
  return [...observeReads(reads), ...ended];
}

function endOf({ error, result }: Answer): PlainEnd {
  // Refused as a client that knows no tasks: how the work ends nobody said.
  if (error !== null) return error.code === -32_021 ? { kind: 'unknown' } : { kind: 'error', code: error.code };
  if (result === null || result.resultType === 'task') return { kind: 'unknown' };
  return { kind: result.isError === true ? 'is-error' : 'fine' };
}

function observeSplit(end: PlainEnd, plain: Answer, last: Answer): Observation[] {
  const status = statusOf(last);
  const task = last.result ?? {};
  if (status === 'failed') {
    const { statusMessage } = task;
    const isSaid = typeof statusMessage === 'string' && statusMessage.trim() !== '';
    const words = { met: 'its statusMessage says why', broken: 'it has no statusMessage' };
    return [...failedAs(end, plain, last), judged('2026-25', isSaid, words, last)];
  }
  if (status === 'completed') return completedAs(end, plain, last);
  return [...noneSeen(SPLIT, `the failing work did not end: ${described(last)}`)];
}

/** Right only where the same work, without a task, ends in a JSON-RPC error, and in this one. */
function failedAs(end: PlainEnd, plain: Answer, last: Answer): Observation[] {
  const code = codeOf(last);
  switch (end.kind) {
    case 'error':
      return [
        judged(
          '2026-23',
          code === end.code,
          {
            met: `it carries the error ${end.code} of the work`,
            broken: `the work ends with error ${end.code}, its task says ${code}`,
          },
          plain,
          last,
        ),
      ];
    case 'is-error':
    case 'fine': {
      const why = 'the work ends with a result, and its task is failed';
      return [broken('2026-23', why, plain, last), broken('2026-24', why, plain, last)];
    }
    case 'unknown':
      return [
        judged('2026-23', code !== null, { met: `it carries error ${code}`, broken: 'its error has no code' }, last),
        notApplicable('2026-24', 'its failing work ends in a JSON-RPC error'),
      ];
  }
}

function completedAs(end: PlainEnd, plain: Answer, last: Answer): Observation[] {
  const { result } = last.result ?? {};
  if (!isObject(result)) return [...noneSeen(['2026-24'], 'the completed task carries no result')];
  const isError = result.isError === true;
  switch (end.kind) {
    case 'error':
      return [broken('2026-23', `the work ends with error ${end.code}, and its task is completed`, plain, last)];
    case 'is-error':
      return [
        judged(
          '2026-24',
          isError,
          {
            met: 'work with isError is completed and says isError',
            broken: 'the result of the task does not say isError',
          },
          plain,
          last,
        ),
      ];
    case 'fine':
      return [...noneSeen(['2026-24'], 'the call that should fail ends well')];
    case 'unknown':
      return isError ? [met('2026-24', 'work with isError is completed')] : [];
  }
}

function codeOf({ result }: Answer): number | null {
  const error = result?.error;
  if (!isObject(error) || typeof error.code !== 'number') return null;
  return Number.isInteger(error.code) ? error.code : null;
}
