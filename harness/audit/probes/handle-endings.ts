import { randomUUID } from 'node:crypto';
import { textOf } from '../../wire/expression.ts';
import { type Answer, described } from '../answer.ts';
import type { AuditSession } from '../audit-session.ts';
import { patienceMs } from '../audit-session.ts';
import { createHandleClient, followJob, type HandleClient, isEnded, told } from '../handle-client.ts';
import { broken, judged, met, noneApply, noneSeen, notObservable, type Observation, type Probe } from '../probe.ts';

const CANCELS = ['H-17', 'H-18', 'H-19'];
const FAILS = ['H-13', 'H-14'];
const OBSERVES = [...FAILS, ...CANCELS, 'H-23'];

const WORK_MS = 1_200;
const AFTER_MS = 300;

/** Jobs that fail, are cancelled, or ask. */
export const handleEndings: Probe = {
  meta: {
    id: 'handle-endings',
    title: 'jobs that fail, are cancelled, or ask',
    description:
      'Starts a failing job and one that asks, cancels one at work, one that has ended, and one that never was.',
    observes: OBSERVES,
    dialects: ['handle'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const client = createHandleClient(session, await session.link());
    return [
      ...(await observeFailure(session, client)),
      ...(await observeQuestion(session, client)),
      ...(await observeCancels(session, client)),
    ];
  },
};

async function observeFailure(session: AuditSession, client: HandleClient): Promise<readonly Observation[]> {
  const call = session.tools.call('failing');
  if (call === null)
    return noneApply(
      FAILS,
      'no call that ends in a failure is known: handle.start.failing in a profile gives its arguments',
    );
  const { id, answer } = await client.start(call);
  if (id === null) return noneSeen(FAILS, `the failing call started no job: ${described(answer)}`);
  const looks = await followJob(session, client, { id, withinMs: patienceMs(session, call) });
  const last = looks.at(-1);
  if (last === undefined || !isEnded(last)) return noneSeen(FAILS, 'the failing job did not end');
  const isSaid =
    last.answer.result !== null &&
    textOf(last.answer.result)
      .replace(last.state ?? '', '')
      .trim().length > 0;
  return [
    judged(
      'H-13',
      last.status === 'failed',
      { met: `it is told as ${told(last)}`, broken: `work that failed is told as ${told(last)}` },
      last.answer,
    ),
    last.status === 'failed'
      ? judged(
          'H-14',
          isSaid,
          { met: 'it says more than its state', broken: 'it says nothing but its state' },
          last.answer,
        )
      : notObservable('H-14', 'no job was told as failed'),
  ];
}

async function observeQuestion(session: AuditSession, client: HandleClient): Promise<readonly Observation[]> {
  const call = session.tools.call('asking');
  if (call === null)
    return noneApply(['H-23'], 'no call that asks is known: handle.start.asking in a profile gives its arguments');
  const { id, answer } = await client.start(call);
  if (id === null) return noneSeen(['H-23'], `the asking call started no job: ${described(answer)}`);
  const withinMs = patienceMs(session, call);
  const looks = await followJob(session, client, {
    id,
    withinMs,
    until: (look) => isEnded(look) || look.status === 'input_required',
  });
  const asking = looks.at(-1);
  if (asking === undefined || asking.status !== 'input_required') {
    return [
      broken(
        'H-23',
        `it never said that it asks: ${asking === undefined ? '' : told(asking)}`,
        ...(asking === undefined ? [] : [asking.answer]),
      ),
    ];
  }
  const replied = await client.reply(id, asking, call.answer ?? {});
  if (replied === null)
    return noneApply(['H-23'], 'no tool that takes answers is known: handle.answer in a profile names it');
  const later = (await followJob(session, client, { id, withinMs })).at(-1);
  if (later === undefined) return noneSeen(['H-23'], 'it was not looked at again');
  const words = { met: `answered, it ended with ${told(later)}`, broken: `answered, it is told as ${told(later)}` };
  return [judged('H-23', isEnded(later), words, replied, later.answer)];
}

async function observeCancels(session: AuditSession, client: HandleClient): Promise<readonly Observation[]> {
  if (client.spec.cancel === null)
    return noneApply(CANCELS, 'no tool that cancels is known: handle.cancel in a profile names it');
  return [
    await observeCancel(session, client),
    await observeLateCancel(session, client),
    await observeUnknownCancel(client),
  ];
}

/** Accepted, as the profile reads it. */
function isAccepted({ spec }: HandleClient, answer: Answer): boolean {
  if (answer.result === null || answer.result.isError === true) return false;
  const accepts = spec.cancel?.accepted;
  return !accepts || accepts(answer.result);
}

async function observeCancel(session: AuditSession, client: HandleClient): Promise<Observation> {
  const call = session.tools.call('work', { ms: WORK_MS });
  if (call === null) return notObservable('H-17', session.tools.missing('work'));
  const { id, answer } = await client.start(call);
  if (id === null) return notObservable('H-17', `no job was started: ${described(answer)}`);
  const cancel = await client.cancel(id);
  if (cancel === null || !isAccepted(client, cancel)) {
    return notObservable(
      'H-17',
      `the cancel was not accepted: ${cancel === null ? 'there is none' : described(cancel)}`,
    );
  }
  await session.clock.sleep(call.takesMs + AFTER_MS, session.signal);
  const late = await client.look(id);
  const isHonest = late.status === 'cancelled' || late.status === 'missing';
  if (late.answer.reply === null)
    return broken('H-17', `when the work would have ended, the server was gone: ${told(late)}`, cancel, late.answer);
  const words = {
    met: `it is told as ${told(late)}`,
    broken: `the cancel was accepted, and the job is told as ${told(late)}`,
  };
  return judged('H-17', isHonest, words, cancel, late.answer);
}

async function observeLateCancel(session: AuditSession, client: HandleClient): Promise<Observation> {
  const call = session.tools.call('work', { ms: 0 });
  if (call === null) return notObservable('H-18', session.tools.missing('work'));
  const { id } = await client.start(call);
  if (id === null) return notObservable('H-18', 'no job was started');
  const before = (await followJob(session, client, { id, withinMs: patienceMs(session, call) })).at(-1);
  if (before === undefined || !isEnded(before)) return notObservable('H-18', 'no job ended');
  const cancel = await client.cancel(id);
  const after = await client.look(id);
  const shown = cancel === null ? [] : [cancel];
  if (after.status !== before.status)
    return broken(
      'H-18',
      `it was ${told(before)}, and is ${told(after)} after a cancel`,
      before.answer,
      ...shown,
      after.answer,
    );
  return met('H-18', `it was ${told(before)} before and after`);
}

async function observeUnknownCancel(client: HandleClient): Promise<Observation> {
  const answer = await client.cancel(randomUUID());
  if (answer === null || answer.reply === null) return notObservable('H-19', 'no answer came');
  const words = { met: 'it was refused', broken: `the cancel of an unknown job is accepted: ${described(answer)}` };
  return judged('H-19', !isAccepted(client, answer), words, answer);
}
