/**
 * What a client does between the receipt and the result.
 *
 * To add one: write `<id>.ts` beside this file, exporting one AgentPolicy whose `meta.id` is the file's name, best with
 * `policy()` of continuation.ts, which submits, retries, probes and continues; add its line below.
 */
import type { AgentPolicy } from '../model/agent.ts';
import { entry, type Registry } from '../model/registry.ts';
import { blocking } from './blocking.ts';
import { callback } from './callback.ts';
import { movedOn } from './moved-on.ts';
import { poller } from './poller.ts';
import { subscriber } from './subscriber.ts';
import { waiter } from './waiter.ts';

export const agents: Registry<AgentPolicy> = {
  blocking: entry(blocking),
  callback: entry(callback),
  'moved-on': entry(movedOn),
  poller: entry(poller),
  subscriber: entry(subscriber),
  waiter: entry(waiter),
};
