import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { UsageError } from '../model/usage-error.ts';
import { referenceModule } from '../targets/reference.ts';
import type { ResolvedTarget } from '../targets/target.ts';
import { handlerFace, type MessageHandler } from './faces/handler.ts';
import type { LoadedServer } from './loaded-server.ts';
import { loadModuleServer } from './module-server.ts';
import type { SimulationContext } from './server-face.ts';

/** The target's code, ready to be started, with the options it is started with. */
export interface ServerCode {
  readonly loaded: LoadedServer;
  readonly options: Readonly<Record<string, string>>;
}

const referenceSchema = z.object({
  createServer: z.custom<(context: SimulationContext) => Promise<MessageHandler>>(
    (value) => typeof value === 'function',
  ),
});

/** Loads the code behind a target into this thread, whose platform must be virtual already. */
export async function loadServer({ planned, module }: ResolvedTarget): Promise<ServerCode> {
  if (module !== null) return { loaded: await loadModuleServer(module.path), options: module.options };
  if (planned.kind !== 'reference')
    throw new UsageError(`a target of kind '${planned.kind}' is a process, which keeps its own time`);
  // The reference server keeps nothing in its modules, so one copy of them serves every boot.
  const { createServer } = referenceSchema.parse(await import(pathToFileURL(referenceModule()).href));
  return {
    loaded: { create: async (context) => handlerFace(await createServer(context), context.boot, true) },
    options: { dialect: planned.dialect, store: planned.store ?? 'modelled' },
  };
}
