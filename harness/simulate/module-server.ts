import { UsageError } from '../model/usage-error.ts';
import { faceOf, type ShapedServer, shapeOf } from './faces/index.ts';
import type { HostWorld, LoadedServer } from './loaded-server.ts';
import { createModuleLoader, type ModuleExports } from './module-loader.ts';
import type { SimulationContext } from './server-face.ts';

/** Somebody's module, loaded into this thread, whose server can be started over and over. */
export interface ModuleServer extends LoadedServer {
  /** Evaluates the module anew and calls its createServer. Called in the boot it makes; what the module throws is thrown. */
  start(context: SimulationContext, world: HostWorld): Promise<StartedModule>;
}

export interface StartedModule {
  readonly exports: ModuleExports;
  readonly shaped: ShapedServer;
}

/** Throws a UsageError when the module cannot be loaded. `path`: absolute. */
export async function loadModuleServer(path: string): Promise<ModuleServer> {
  const loader = await createModuleLoader(path);
  const start: ModuleServer['start'] = async (context, world) => {
    const exports = await loader.load(world);
    const { createServer, kind } = exports;
    if (typeof createServer !== 'function') {
      const names = Object.keys(exports).join(', ') || 'nothing';
      throw new UsageError(`${path} exports no function createServer; it exports ${names}.`);
    }
    const server: unknown = await Reflect.apply(createServer, undefined, [context]);
    return { exports, shaped: shapeOf(server, kind) };
  };
  return {
    start,
    async create(context, world) {
      const { shaped } = await start(context, world);
      const abort = (error: unknown) => world.abort(error);
      return faceOf(shaped, { boot: context.boot, transport: context.transport, abort });
    },
  };
}
