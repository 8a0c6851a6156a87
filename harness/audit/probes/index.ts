/**
 * What an audit does to a server. To add one: write `<id>.ts` beside this file, exporting one Probe whose `meta.id` is the
 * file's name; add it here; show in a test beside it that a server that does everything right is met, and that each wrong answer
 * breaks the requirement it should and no other.
 */
import { entry, type Registry } from '../../model/registry.ts';
import type { Probe } from '../probe.ts';
import { handleEndings } from './handle-endings.ts';
import { handleLifecycle } from './handle-lifecycle.ts';
import { handleReferences } from './handle-references.ts';
import { handleRepeats } from './handle-repeats.ts';
import { legacyCancel } from './legacy-cancel.ts';
import { legacyConnections } from './legacy-connections.ts';
import { legacyFailure } from './legacy-failure.ts';
import { legacyIds } from './legacy-ids.ts';
import { legacyInput } from './legacy-input.ts';
import { legacyIsolation } from './legacy-isolation.ts';
import { legacyLifecycle } from './legacy-lifecycle.ts';
import { legacyNegotiation } from './legacy-negotiation.ts';
import { legacyProgress } from './legacy-progress.ts';
import { legacySurvival } from './legacy-survival.ts';
import { legacyTtl } from './legacy-ttl.ts';
import { legacyUnknown } from './legacy-unknown.ts';
import { modernCancel } from './modern-cancel.ts';
import { modernCrash } from './modern-crash.ts';
import { modernDiscovery } from './modern-discovery.ts';
import { modernFailures } from './modern-failures.ts';
import { modernHeaders } from './modern-headers.ts';
import { modernIds } from './modern-ids.ts';
import { modernInput } from './modern-input.ts';
import { modernLifecycle } from './modern-lifecycle.ts';
import { modernMalformed } from './modern-malformed.ts';
import { modernPrincipals } from './modern-principals.ts';
import { modernRounds } from './modern-rounds.ts';
import { modernSubscription } from './modern-subscription.ts';
import { modernUndeclared } from './modern-undeclared.ts';
import { modernUnknown } from './modern-unknown.ts';

export const probes: Registry<Probe> = {
  'modern-discovery': entry(modernDiscovery),
  'modern-undeclared': entry(modernUndeclared),
  'modern-lifecycle': entry(modernLifecycle),
  'legacy-negotiation': entry(legacyNegotiation),
  'legacy-lifecycle': entry(legacyLifecycle),
  'legacy-unknown': entry(legacyUnknown),
  'legacy-failure': entry(legacyFailure),
  'legacy-input': entry(legacyInput),
  'legacy-progress': entry(legacyProgress),
  'legacy-isolation': entry(legacyIsolation),
  'legacy-connections': entry(legacyConnections),
  'legacy-ids': entry(legacyIds),
  'legacy-ttl': entry(legacyTtl),
  'legacy-cancel': entry(legacyCancel),
  'legacy-survival': entry(legacySurvival),
  'handle-lifecycle': entry(handleLifecycle),
  'handle-references': entry(handleReferences),
  'handle-endings': entry(handleEndings),
  'handle-repeats': entry(handleRepeats),
  'modern-failures': entry(modernFailures),
  'modern-input': entry(modernInput),
  'modern-rounds': entry(modernRounds),
  'modern-cancel': entry(modernCancel),
  'modern-unknown': entry(modernUnknown),
  'modern-subscription': entry(modernSubscription),
  'modern-headers': entry(modernHeaders),
  'modern-principals': entry(modernPrincipals),
  'modern-ids': entry(modernIds),
  'modern-crash': entry(modernCrash),
  'modern-malformed': entry(modernMalformed),
};
