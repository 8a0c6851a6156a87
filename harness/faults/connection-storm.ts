import type { Crowd, Evidence, ProcessFault, ServerControl } from '../model/fault.ts';
import type { Plan, PlannedFault, PlannedTarget } from '../model/plan.ts';
import { capability, NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

const FORMS = ['storm', 'half-sent', 'few-files'] as const;
type Form = (typeof FORMS)[number];

/**
 * More connections than anybody asked for. `storm`: every agent's connection ends and all come back at once, with `connections`
 * strangers, each of which asks for something. `half-sent`: strangers begin a request and stay for `forMs` without ending it.
 * `few-files`: it may have `filesMax` files open at most, while strangers hold connections, for `forMs`.
 * Verified by connections that were opened, and by the limit as the kernel has it.
 */
export const connectionStorm: ProcessFault = {
  meta: {
    id: 'F11',
    name: 'connection-storm',
    title: 'Too many connections',
    description: 'Everybody comes back at once, or somebody holds all the places: the others must still be served.',
    kind: 'process',
    options: { form: 'storm', connections: 200, filesMax: 64, forMs: 1500 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#3f6a8a',
  },
  applicable: (target, time, options) => unreachable(target, time, formOf(options)),
  async start(entry, server) {
    const form = formOf(entry.options);
    if (form === 'few-files') return fewFiles(entry, server);
    if (form === 'half-sent') return { evidence: await crowd(entry, server, 'half'), undo: async () => ({}) };
    const comingBack = capability(server, 'closeConnections').call(server, { by: entry.entry, call: null });
    const strangers = await crowd(entry, server, 'whole');
    const { closed } = await comingBack;
    if (closed === 0) throw new Error('no connection was open');
    return { evidence: { ...strangers, closed }, undo: async () => ({}) };
  },
};

async function crowd(entry: PlannedFault, server: ServerControl, says: Crowd['says']): Promise<Evidence> {
  const seen = await capability(server, 'crowd').call(server, {
    connections: numberOption(entry, 'connections'),
    says,
    forMs: numberOption(entry, 'forMs'),
  });
  if (seen.opened === 0) throw new Error('no connection was opened');
  return { boot: server.boot, ...seen };
}

async function fewFiles(entry: PlannedFault, server: ServerControl) {
  const limit = capability(server, 'limitFiles').bind(server);
  const filesMax = numberOption(entry, 'filesMax');
  try {
    const found = await limit(filesMax);
    if (found.filesMax !== filesMax) throw new Error(`expected a limit of ${filesMax} files, found ${found.filesMax}`);
    const held = await crowd(entry, server, 'nothing');
    return { evidence: { ...held, ...found }, undo: async () => ({}) };
  } finally {
    await limit(null);
  }
}

function unreachable({ transport, facts }: PlannedTarget, time: Plan['time'], form: Form | null): string | null {
  if (form === null) return `form is none of ${FORMS.join(', ')}`;
  if (!facts.process) return `${NOT_OURS}, and strangers at its door are its owner's to allow`;
  if (transport === 'stdio') return 'a pipe has one client: nobody else can come to it';
  if (time === 'virtual') return 'in virtual time there are no sockets between a client and a server';
  return form === 'few-files' && process.platform !== 'linux'
    ? 'needs Linux, where the limit of a running process can be changed'
    : null;
}

function formOf({ form }: PlannedFault['options']): Form | null {
  return FORMS.find((known) => known === form) ?? null;
}
