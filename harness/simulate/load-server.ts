import type { ResolvedTarget } from '../targets/target.ts';
import { handlerFace } from './faces/handler.ts';
import type { LoadedServer } from './loaded-server.ts';

/** The target's code, ready to be started, with the options it is started with. */
export interface ServerCode {
  readonly loaded: LoadedServer;
  readonly options: Readonly<Record<string, string>>;
}

/** Loads the code behind a target into this thread, whose platform must be virtual already. */
export async function loadServer({ planned }: ResolvedTarget): Promise<ServerCode> {
  // The reference server keeps nothing in its modules, so one copy of them serves every boot.
  const reference = await import('../../src/simulation.ts');
  return {
    loaded: { create: async (context) => handlerFace(await reference.createServer(context)) },
    options: { dialect: planned.dialect, store: planned.store ?? 'modelled' },
  };
}
