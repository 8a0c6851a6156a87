import type { ProcessFault } from '../model/fault.ts';
import { NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

/**
 * The process is asked to end and comes back with a heap of `heapMb` MiB at most, for `forMs`; then without that limit. It may die of
 * it, which then is this fault's doing: what it promised must hold all the same. Verified when the limit was found in the environment of the new process.
 */
export const heapLimit: ProcessFault = {
  meta: {
    id: 'F25',
    name: 'heap-limit',
    title: 'Little memory',
    description: 'A container with a tight limit: work is slow or the process is killed in the middle of it.',
    kind: 'process',
    options: { heapMb: 48, forMs: 4000, deadlineMs: 10_000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#8a5a83',
  },
  applicable: ({ facts }, time) => {
    if (!facts.process) return `${NOT_OURS}, so it cannot limit its memory`;
    if (time === 'virtual') return 'in virtual time the server shares the memory of the harness';
    return process.platform === 'linux' ? null : 'needs Linux, where the limit can be read back from /proc';
  },
  async start(entry, server) {
    const heapMb = numberOption(entry, 'heapMb');
    const again = async (limit: number | null) => {
      const { killed } = await server.terminate({ by: entry.entry, withinMs: numberOption(entry, 'deadlineMs') });
      return { killed, ...(await server.start(entry.entry, { heapMb: limit })) };
    };
    const started = await again(heapMb).catch(async (error: unknown) => {
      // Too little to start at all: it must not stay so. At the end of the run nobody is started again, and this wait says so.
      await server.sleep(0);
      await again(null);
      throw error;
    });
    if (started.heapMb !== heapMb)
      throw new Error(`expected a heap of ${heapMb} MiB, found ${started.heapMb ?? 'none'}`);
    return {
      evidence: { process: entry.process, ...started },
      async undo() {
        await server.sleep(numberOption(entry, 'forMs'));
        return await again(null);
      },
    };
  },
};
