import type { PlannedTarget } from '../../model/plan.ts';
import { openSimulation, type Simulation } from '../../simulate/simulation.ts';

/** The simulation of one target at a time: a thread has one platform, and a server is loaded with its options. */
export interface SimulationShelf {
  of(target: PlannedTarget): Promise<Simulation>;
}

export function createSimulationShelf(scratch: string): SimulationShelf {
  let open: { readonly name: string; readonly simulation: Simulation } | null = null;
  return {
    async of(target) {
      const name = JSON.stringify(target);
      if (open?.name === name) return open.simulation;
      open?.simulation.close();
      open = null;
      const simulation = await openSimulation({ target, scratch });
      open = { name, simulation };
      return simulation;
    },
  };
}
