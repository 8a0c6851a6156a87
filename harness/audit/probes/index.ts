/**
 * What an audit does to a server. To add one: write `<id>.ts` beside this file, exporting one Probe whose `meta.id` is the
 * file's name; add it here; show in a test beside it that a server that does everything right is met, and that each wrong answer
 * breaks the requirement it should and no other.
 */
import { entry, type Registry } from '../../model/registry.ts';
import type { Probe } from '../probe.ts';
import { legacyLifecycle } from './legacy-lifecycle.ts';
import { legacyNegotiation } from './legacy-negotiation.ts';
import { modernDiscovery } from './modern-discovery.ts';
import { modernLifecycle } from './modern-lifecycle.ts';
import { modernUndeclared } from './modern-undeclared.ts';

export const probes: Registry<Probe> = {
  'modern-discovery': entry(modernDiscovery),
  'modern-undeclared': entry(modernUndeclared),
  'modern-lifecycle': entry(modernLifecycle),
  'legacy-negotiation': entry(legacyNegotiation),
  'legacy-lifecycle': entry(legacyLifecycle),
};
