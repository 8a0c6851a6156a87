import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import type { ServiceId } from '../model/plan.ts';
import { serviceUnits } from '../services/index.ts';

/** What `claimcheck services --json` prints. */
export interface ServicesDocument {
  readonly schema: 'claimcheck/services@1';
  readonly services: readonly FoundService[];
}

export interface FoundService {
  readonly id: ServiceId;
  readonly title: string;
  readonly description: string;
  /** null: it was not found, and `why` says so. */
  readonly version: string | null;
  readonly path: string | null;
  readonly why: string | null;
  /** The command that gets it. */
  readonly install: string;
  /** Where a server looks for one that somebody else runs. */
  readonly variable: string;
  /** What can be chosen that stands on it. */
  readonly stores: readonly string[];
  readonly queues: readonly string[];
  readonly variants: Readonly<Record<string, { readonly description: string; readonly durable: boolean }>>;
}

/** Asks every engine's program for its version. */
export async function foundServices(): Promise<ServicesDocument> {
  const looked = Object.values(serviceUnits).map(async ({ meta, find }): Promise<FoundService> => {
    const { id, title, description, install, variable, variants } = meta;
    const finding = await find();
    const seen = finding.found
      ? { version: finding.version, path: finding.path, why: null }
      : { version: null, path: null, why: finding.why };
    const on = (registry: Readonly<Record<string, { readonly meta: { readonly engine?: ServiceId } }>>) =>
      Object.keys(registry).filter((name) => registry[name]?.meta.engine === id);
    return {
      ...{ id, title, description, ...seen, install, variable },
      ...{ stores: on(STORES), queues: on(QUEUES), variants },
    };
  });
  return { schema: 'claimcheck/services@1', services: await Promise.all(looked) };
}
