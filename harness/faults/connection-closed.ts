import type { Evidence, ProcessFault, ServerControl } from '../model/fault.ts';
import type { Plan, PlannedFault, PlannedTarget } from '../model/plan.ts';
import { capability, NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

const FORMS = ['closed', 'input-closed', 'output-unread', 'log-unread'] as const;
type Form = (typeof FORMS)[number];

/**
 * What goes wrong with the channel itself. `closed`: the connection of the agent whose call triggers this ends (at an instant: of every
 * agent), and it opens a new one. Over a pipe: `input-closed` (the server's input ends, which asks it to end; it is started again, after
 * `withinMs` by force), `output-unread` (nobody reads its answers for `forMs`), `log-unread` (it is started again with a stderr that
 * nobody reads, for `forMs`, and then as before). Verified by a connection that was open, an exit, bytes that waited, the pipe found.
 */
export const connectionClosed: ProcessFault = {
  meta: {
    id: 'F26',
    name: 'connection-closed',
    title: 'A connection ends, or nobody reads it',
    description:
      'A task must outlive the connection it came over, and a server must live with a client that is not there.',
    kind: 'process',
    options: { form: 'closed', forMs: 1500, withinMs: 5000 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#52749e',
  },
  applicable: (target, time, options) => unreachable(target, time, formOf(options)),
  async start(entry, server) {
    switch (formOf(entry.options)) {
      case 'input-closed':
        return inputClosed(entry, server);
      case 'output-unread':
        return { evidence: await outputUnread(entry, server), undo: async () => ({}) };
      case 'log-unread':
        return logUnread(entry, server);
      default: {
        const call = entry.trigger.kind === 'event' ? entry.trigger.call : null;
        const { closed } = await capability(server, 'closeConnections').call(server, { by: entry.entry, call });
        if (closed === 0) throw new Error('no connection was open');
        return { evidence: { boot: server.boot, closed }, undo: async () => ({}) };
      }
    }
  },
};

async function inputClosed(entry: PlannedFault, server: ServerControl) {
  const { boot } = server;
  const exit = await server.terminate({ by: entry.entry, asks: 'input', withinMs: numberOption(entry, 'withinMs') });
  return { evidence: { boot, ...exit }, undo: async () => ({ ...(await server.start(entry.entry)) }) };
}

async function outputUnread(entry: PlannedFault, server: ServerControl): Promise<Evidence> {
  const hold = capability(server, 'holdOutput').bind(server);
  hold(true);
  let waitingBytes = 0;
  try {
    await server.sleep(numberOption(entry, 'forMs'));
  } finally {
    waitingBytes = hold(false);
  }
  if (waitingBytes === 0) throw new Error('nothing was written while nobody read');
  return { boot: server.boot, waitingBytes };
}

async function logUnread(entry: PlannedFault, server: ServerControl) {
  const again = async (isLogUnread: boolean) => {
    await server.terminate({ by: entry.entry, withinMs: numberOption(entry, 'withinMs') });
    return await server.start(entry.entry, { isLogUnread });
  };
  const { log, ...started } = await again(true);
  const undo = async () => {
    await server.sleep(numberOption(entry, 'forMs'));
    return { ...(await again(false)) };
  };
  // Node makes the pipes of its children of sockets.
  if (log !== undefined && /^(pipe|socket):/.test(log)) return { evidence: { ...started, log }, undo };
  await undo();
  throw new Error(`expected a pipe as its stderr, found ${log ?? 'nothing'}`);
}

function unreachable({ transport, facts }: PlannedTarget, time: Plan['time'], form: Form | null): string | null {
  if (form === null) return `form is none of ${FORMS.join(', ')}`;
  if (form === 'closed') {
    return transport === 'stdio' && time === 'real'
      ? 'all agents share one pipe, and closing it asks the server to end'
      : null;
  }
  if (transport !== 'stdio' && form !== 'log-unread')
    return 'only a server on a pipe has an input and an output of its own';
  if (!facts.process) return NOT_OURS;
  if (time === 'virtual') return 'in virtual time there are no pipes that could fill up or be closed';
  return form === 'log-unread' && process.platform !== 'linux' ? 'needs Linux, where the pipe can be seen' : null;
}

/** A plan that was saved before there were other forms names none. */
function formOf({ form = 'closed' }: PlannedFault['options']): Form | null {
  return FORMS.find((known) => known === form) ?? null;
}
