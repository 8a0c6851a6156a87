import type { Evidence, ProcessFault, ServerControl } from '../model/fault.ts';
import { NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

const RELEASE = 'next';

/**
 * One process after the other is asked to end and comes back as another release, which keeps more of a task than the old one knows;
 * `betweenMs` from one to the next, so that both are at work on one store. After `forMs` all go back to the old release the same way,
 * unless `back` is false.
 */
export const rollingUpgrade: ProcessFault = {
  meta: {
    id: 'F16',
    name: 'rolling-upgrade',
    title: 'Two releases on one store',
    description:
      'A deployment, and its undoing: what one release has written the other must be able to read and to end.',
    kind: 'process',
    options: { betweenMs: 500, forMs: 2000, deadlineMs: 10_000, back: true },
    triggers: ['event', 'time', 'boundary'],
    strikes: 'all',
    colour: '#2e7d74',
  },
  applicable: ({ facts }, time) => {
    if (!facts.process) return `${NOT_OURS}, so it cannot upgrade it`;
    if (time === 'virtual') return 'in virtual time there is one release of a server';
    return facts.replicas === 'roles' ? null : 'nothing says how another release of this server is started';
  },
  async start(entry, server) {
    const upgraded = await roll(server, entry.entry, { release: RELEASE, ...stepsOf(entry) });
    return {
      evidence: { release: RELEASE, upgraded },
      async undo() {
        if (entry.options.back !== true) return {};
        await server.sleep(numberOption(entry, 'forMs'));
        return { back: await roll(server, entry.entry, { release: null, ...stepsOf(entry) }) };
      },
    };
  },
};

function stepsOf(entry: Parameters<ProcessFault['start']>[0]) {
  return { betweenMs: numberOption(entry, 'betweenMs'), withinMs: numberOption(entry, 'deadlineMs') };
}

async function roll(
  server: ServerControl,
  by: string,
  how: { readonly release: string | null; readonly betweenMs: number; readonly withinMs: number },
): Promise<readonly Evidence[]> {
  const steps: Evidence[] = [];
  const names = server.names?.() ?? [null];
  for (const name of names) {
    if (steps.length > 0) await server.sleep(how.betweenMs);
    const one = name === null ? server : partOf(server, name);
    const { tookMs, killed } = await one.terminate({ by, withinMs: how.withinMs });
    const { boot, readyMs } = await one.start(by, { release: how.release });
    steps.push({ ...(name === null ? {} : { process: name }), boot, tookMs, killed, readyMs });
  }
  return steps;
}

function partOf(server: ServerControl, name: string): ServerControl {
  if (server.of === undefined) throw new Error(`expected a server with a process ${name}, got one of a single process`);
  return server.of(name);
}
