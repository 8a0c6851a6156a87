import { described } from '../answer.ts';
import { createModernClient } from '../modern-client.ts';
import { createTask, getTask, statusOf, whyNoTask } from '../modern-task.ts';
import { judged, noneApply, noneSeen, type Probe } from '../probe.ts';

const LONG_MS = 2_000;

/** A receipt read over another connection, and after a crash that no requirement speaks of. */
export const modernCrash: Probe = {
  meta: {
    id: 'modern-crash',
    title: 'a receipt over another connection, and after a crash',
    description:
      'Reads a task over a second connection at once; then kills the server and reads it again, which is noted beside the requirements.',
    observes: ['2026-13'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = session.tools.call('work', { ms: LONG_MS });
    if (call === null) return noneApply(['2026-13'], session.tools.missing('work'));
    const { requestMs } = session.limits;
    const receipt = await createTask(createModernClient(await session.link(), requestMs), call);
    const { taskId } = receipt;
    if (taskId === null) return noneSeen(['2026-13'], whyNoTask(receipt));
    const beside = await getTask(createModernClient(await session.open(), requestMs), taskId);
    const where = session.transport === 'http' ? 'a second connection' : 'a second process on the same state';
    const isThere = beside.result !== null;
    const words = { met: `it was there on ${where}`, broken: `on ${where} it was answered with ${described(beside)}` };
    if (session.transport === 'stdio') {
      session.note({
        kind: isThere ? 'good' : 'bad',
        text: `a task read by ${where}: ${described(beside)}`,
        frames: beside.frames,
      });
    }
    const seen = session.transport === 'http' ? [judged('2026-13', isThere, words, receipt.answer, beside)] : [];
    if (session.unkillable !== null) return seen;
    await session.restart();
    const late = await getTask(createModernClient(await session.link(), requestMs), taskId);
    const kept = late.result !== null || !session.isDurable;
    const text = `a task read after the server was killed (SIGKILL) and started again: ${describedTask(late)}`;
    session.note({ kind: kept ? 'good' : 'bad', text, frames: late.frames });
    return seen;
  },
};

function describedTask(answer: Parameters<typeof described>[0]): string {
  const status = statusOf(answer);
  return status === undefined ? described(answer) : `it is ${status}`;
}
