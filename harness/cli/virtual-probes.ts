import { UsageError } from '../model/usage-error.ts';
import { probeModule } from '../simulate/module-probe.ts';
import type { TargetProbes } from '../targets/index.ts';

/** How targets are asked what they are in virtual time: modules are, processes cannot be. */
export function virtualProbes(signal: AbortSignal): TargetProbes {
  return {
    probe: async () => {
      throw new UsageError('Only modules can be asked in virtual time; name one with --module FILE.');
    },
    probeModule: (request) => probeModule(request, signal),
  };
}
