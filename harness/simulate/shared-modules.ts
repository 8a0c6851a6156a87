import { SyntheticModule } from 'node:vm';

/** Packages and node: modules, loaded once a thread, in the shape that modules of a boot can be linked to. */
export interface SharedModules {
  /** Rejects with what the package throws while it is loaded. */
  get(url: string): Promise<SyntheticModule>;
}

export function createSharedModules(): SharedModules {
  const modules = new Map<string, Promise<SyntheticModule>>();
  return {
    get(url) {
      const known = modules.get(url);
      if (known !== undefined) return known;
      const loading = load(url);
      modules.set(url, loading);
      return loading;
    },
  };
}

async function load(url: string): Promise<SyntheticModule> {
  const loaded: unknown = await import(url);
  return constantModule(url, loaded);
}

/** A module with these exports, linked and evaluated, so that it costs the modules that import it nothing more. */
export async function constantModule(url: string, exports: unknown): Promise<SyntheticModule> {
  const entries = Object.entries(typeof exports === 'object' && exports !== null ? exports : {});
  const module = new SyntheticModule(
    entries.map(([name]) => name),
    () => {
      for (const [name, value] of entries) module.setExport(name, value);
    },
    { identifier: url },
  );
  await module.link(() => Promise.reject(new Error(`${url} has no imports`)));
  await module.evaluate();
  return module;
}
