import type { TransportId } from '../../model/operation.ts';
import type { ServerTool } from '../../wire/dialects/adapter.ts';
import type { ManagedSession } from '../real-session.ts';
import type { LegacyFlaw } from './legacy-flaws.ts';
import { LegacyServer } from './legacy-server.ts';
import { createScriptedSession } from './scripted-session.ts';

const tool = (name: string, mode: string) => ({ name, arguments: { mode }, takesMs: 100, answer: { sure: true } });

function listedTool(name: string, taskSupport: ServerTool['taskSupport']): readonly [string, ServerTool] {
  const plain = { description: '', inputSchema: {}, outputSchema: null, annotations: {} };
  return [name, { name, taskSupport, ...plain }];
}

/** A session with a server of 2025-11-25 that does everything right but these things. */
export function legacySession(
  transport: TransportId,
  flaws: readonly LegacyFlaw[] = [],
  more: { readonly samePrincipal?: string } = {},
): ManagedSession {
  return createScriptedSession({
    ...{ dialect: 'tasks-2025-11-25', transport },
    tools: {
      ...{ work: tool('work', ''), failing: tool('work', 'error'), throwing: tool('work', 'throw') },
      ...{ quick: tool('echo', ''), asking: tool('ask', 'ask') },
    },
    listed: new Map([listedTool('work', 'optional'), listedTool('echo', 'forbidden'), listedTool('ask', 'required')]),
    server: (clock) => new LegacyServer(clock, new Set(flaws), more.samePrincipal !== undefined),
    ...more,
  });
}
