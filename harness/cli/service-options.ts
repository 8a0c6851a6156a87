import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import type { PlannedService, ServiceId } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { TargetOptions } from '../targets/index.ts';

export interface ServiceFlags {
  readonly store?: string | undefined;
  readonly storeUrl?: string | undefined;
  readonly queue?: string | undefined;
  readonly queueUrl?: string | undefined;
}

/**
 * The engines that the store and the queue asked for stand on, and where those of them are that the user runs. One of both
 * kinds is one engine. Throws a UsageError for a URL that nothing needs, and for two of one kind.
 */
export function chosenServices(flags: ServiceFlags): Pick<TargetOptions, 'services' | 'serviceUrls'> {
  const parts = [
    { use: 'store' as const, flag: '--store-url', url: flags.storeUrl, id: engineOf(STORES, flags.store) },
    { use: 'queue' as const, flag: '--queue-url', url: flags.queueUrl, id: engineOf(QUEUES, flags.queue) },
  ];
  const services: PlannedService[] = [];
  const urls: Partial<Record<ServiceId, string>> = {};
  for (const { use, flag, url, id } of parts) {
    if (id === null) {
      if (url !== undefined)
        throw new UsageError(`${flag} needs a ${use} on an engine of its own; see claimcheck list ${use}s.`);
      continue;
    }
    if (url !== undefined && urls[id] !== undefined && urls[id] !== url) {
      throw new UsageError(`--store-url and --queue-url name two ${id} engines; expected one for both.`);
    }
    if (url !== undefined) urls[id] = url;
    const same = services.findIndex((service) => service.id === id);
    const uses = same < 0 ? [use] : [...(services[same]?.uses ?? []), use];
    const given = urls[id] === undefined ? null : withoutPassword(urls[id], flag);
    services.splice(same < 0 ? services.length : same, 1, { id, uses, given });
  }
  return services.length === 0 ? {} : { services, serviceUrls: urls };
}

/** Virtual time has no engines: they are programs of their own. */
export function refuseEngines(flags: ServiceFlags): void {
  for (const { use, id, registry } of [
    { use: 'store', id: flags.store, registry: STORES },
    { use: 'queue', id: flags.queue, registry: QUEUES },
  ] as const) {
    const engine = engineOf(registry, id);
    if (id === undefined || engine === null) continue;
    const others = Object.keys(registry).filter((other) => engineOf(registry, other) === null);
    throw new UsageError(
      `The ${use} '${id}' stands on ${engine}, a program of its own, which is not in virtual time; use claimcheck run, or one of: ${others.join(', ')}.`,
    );
  }
}

function engineOf(
  registry: Readonly<Record<string, { readonly meta: { readonly engine?: ServiceId } }>>,
  id: string | undefined,
): ServiceId | null {
  return id === undefined ? null : (registry[id]?.meta.engine ?? null);
}

/** Plans and verdicts are shown around: user, host and path are enough to know it by. Several addresses become the first. */
function withoutPassword(url: string, flag: string): string {
  const [first = ''] = url.split(',');
  if (!URL.canParse(first) || new URL(first).hostname === '')
    throw new UsageError(`${flag}: expected a URL such as redis://host:6379.`);
  const { protocol, username, host, pathname } = new URL(first);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname === '/' ? '' : pathname}`;
}
