import { randomUUID } from 'node:crypto';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import {
  createHandleClient,
  followJob,
  type HandleClient,
  isEnded,
  type JobLook,
  type JobReceipt,
  told,
} from '../handle-client.ts';
import { ID_BITS_MIN, lookAtIds } from '../id-entropy.ts';
import {
  broken,
  judged,
  met,
  noneApply,
  noneSeen,
  notApplicable,
  notObservable,
  type Observation,
  type Probe,
} from '../probe.ts';

const OBSERVES = ['H-04', 'H-05', 'H-06', 'H-07', 'H-08', 'H-16'];

const JOBS = 300;
const AT_ONCE = 20;
const SAMPLE_MIN = 100;
const ECHOED = 5;

/** References: many of them, unknown ones, none at all, and those of somebody else. */
export const handleReferences: Probe = {
  meta: {
    id: 'handle-references',
    title: `${JOBS} references`,
    description:
      'Starts 300 short jobs and samples their references; looks at unknown jobs and with what is no reference.',
    observes: OBSERVES,
    dialects: ['handle'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    if (session.tools.call('work', { ms: 0 }) === null) return noneApply(OBSERVES, session.tools.missing('work'));
    const client = createHandleClient(session, await session.link());
    return [
      await observeUnknown(client),
      await observeNone(session, client),
      ...(await observeMany(session, client)),
      await observeOthers(session, client),
    ];
  },
};

/** A caller that reads "working", or "done", of a job that never was waits for ever, or goes on with nothing. */
async function observeUnknown(client: HandleClient): Promise<Observation> {
  const look = await client.look(randomUUID());
  const isKnown = look.status === 'missing' || (look.isError && look.answer.reply !== null);
  const words = {
    met: `an unknown reference: ${told(look)}`,
    broken: `of an unknown reference it tells ${told(look)}`,
  };
  return judged('H-06', isKnown, words, look.answer);
}

async function observeNone(session: AuditSession, client: HandleClient): Promise<Observation> {
  const given: readonly (readonly [string, unknown])[] = [
    ['an empty reference', ''],
    ['a list', []],
    ['nothing', undefined],
    ['four thousand characters', 'x'.repeat(4_000)],
  ];
  for (const [what, id] of given) {
    const look = await client.look(id);
    if (look.answer.reply === null) return broken('H-07', `with ${what}: ${told(look)}`, look.answer);
    if (look.isError || look.status === 'missing') continue;
    return broken('H-07', `with ${what} it tells ${told(look)}`, look.answer);
  }
  const after = await createHandleClient(session, await session.link()).look(randomUUID());
  const words = { met: `${given.length} of ${given.length} were refused`, broken: `afterwards: ${told(after)}` };
  return judged('H-07', after.answer.reply !== null, words, after.answer);
}

async function observeMany(session: AuditSession, client: HandleClient): Promise<readonly Observation[]> {
  const started: { readonly receipt: JobReceipt; readonly token: string }[] = [];
  while (started.length < JOBS) {
    const calls = Array.from({ length: AT_ONCE }, () => session.tools.call('work', { ms: 0 }));
    const receipts = calls.flatMap((call) =>
      call === null ? [] : [client.start(call).then((receipt) => ({ receipt, token: call.token }))],
    );
    started.push(...(await Promise.all(receipts)));
    session.signal.throwIfAborted();
  }
  const ids = started.flatMap(({ receipt }) => receipt.id ?? []);
  if (ids.length < SAMPLE_MIN) return noneSeen(['H-04', 'H-05'], `only ${ids.length} of ${JOBS} calls started a job`);
  const { repeated } = lookAtIds(ids);
  const { bits, isSequential } = lookAtIds([...new Set(ids)]);
  const shown = started.slice(0, 3).map(({ receipt }) => receipt.answer);
  const sample = ids.slice(0, 3).join(', ');
  const words = isSequential
    ? `they are a sequence: ${sample}`
    : `${ids.length} vary in ${bits} bits at most: ${sample}`;
  return [
    repeated === null
      ? met('H-04', `${ids.length} jobs have ${ids.length} references`)
      : broken(
          'H-04',
          `the reference ${repeated} was given twice`,
          ...started.filter(({ receipt }) => receipt.id === repeated).map(({ receipt }) => receipt.answer),
        ),
    judged(
      'H-05',
      !isSequential && bits >= ID_BITS_MIN,
      { met: `${ids.length} references vary in ${bits} bits`, broken: words },
      ...shown,
    ),
    ...(await observeEchoes(session, client, started)),
  ];
}

/** Jobs that ran side by side, each with a token of its own. */
async function observeEchoes(
  session: AuditSession,
  client: HandleClient,
  started: readonly { readonly receipt: JobReceipt; readonly token: string }[],
): Promise<readonly Observation[]> {
  const { echo } = session.wireTarget;
  if (echo === null) return [];
  for (const { receipt, token } of started.slice(-ECHOED)) {
    if (receipt.id === null) continue;
    const looks: readonly JobLook[] = await followJob(session, client, {
      id: receipt.id,
      withinMs: session.limits.workMs,
    });
    const last = looks.at(-1);
    const result = last !== undefined && isEnded(last) ? last.answer.result : null;
    const found = result === null ? null : echo(result);
    if (last !== undefined && found !== null && found !== token) {
      return [broken('H-16', `the result of the job for ${token} carries ${found}`, receipt.answer, last.answer)];
    }
  }
  return [];
}

async function observeOthers(session: AuditSession, own: HandleClient): Promise<Observation> {
  if (session.samePrincipal !== null) return notApplicable('H-08', session.samePrincipal);
  const call = session.tools.call('work', { ms: 1_000 });
  if (call === null) return notApplicable('H-08', session.tools.missing('work'));
  const { id } = await own.start(call);
  if (id === null) return notObservable('H-08', 'no job was started');
  const other = createHandleClient(session, await session.link(2));
  const look = await other.look(id);
  if (look.status !== 'missing' && !look.isError)
    return broken('H-08', `another principal is told ${told(look)}`, look.answer);
  const cancel = await other.cancel(id);
  const looks = await followJob(session, own, { id, withinMs: patienceMs(session, call) });
  const last = looks.at(-1);
  if (last === undefined || last.status !== 'cancelled')
    return met('H-08', 'another principal was told of no such job');
  return broken('H-08', 'the cancel of another principal worked', ...(cancel === null ? [] : [cancel]), last.answer);
}
