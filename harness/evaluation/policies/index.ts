/**
 * Agents that know what to call and are tried on how they handle time and results.
 *
 * To add one: write `<id>.ts` beside this file, exporting one EvaluationPolicy whose `meta.id` is the file's name, best with
 * `createWorker()` of worker.ts, which does everything well that its habits leave alone; add its line below. A mutant names in
 * `meta.spoils` the measures it is made to fail; the table of mutants in its test then holds it to that.
 */
import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { entry, type Registry } from '../../model/registry.ts';
import { amnesiac } from './amnesiac.ts';
import { blocking } from './blocking.ts';
import { doubler } from './doubler.ts';
import { eager } from './eager.ts';
import { literalist } from './literalist.ts';
import { neglecter } from './neglecter.ts';
import { reference } from './reference.ts';
import { roundRobin } from './round-robin.ts';
import { sleeper } from './sleeper.ts';
import { stormPoller } from './storm-poller.ts';
import { stubborn } from './stubborn.ts';
import { swapper } from './swapper.ts';
import { thrasher } from './thrasher.ts';

export const policies: Registry<EvaluationPolicy> = {
  reference: entry(reference),
  blocking: entry(blocking),
  'round-robin': entry(roundRobin),
  'storm-poller': entry(stormPoller),
  amnesiac: entry(amnesiac),
  eager: entry(eager),
  swapper: entry(swapper),
  stubborn: entry(stubborn),
  sleeper: entry(sleeper),
  thrasher: entry(thrasher),
  literalist: entry(literalist),
  neglecter: entry(neglecter),
  doubler: entry(doubler),
};
