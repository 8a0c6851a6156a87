/**
 * The engines that stores and queues beyond one machine stand on, as the harness runs them: real programs, on free loopback
 * ports, with data folders of their own.
 *
 * To add one: write `<id>.ts` beside this file, exporting a Service whose `meta.id` is the file's name; add its id to ServiceId
 * in harness/model/plan.ts and its line below. The contract tests run over it by themselves.
 */

import type { ServiceId } from '../model/plan.ts';
import { dynamodb } from './dynamodb.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import type { Service } from './service.ts';

export const serviceUnits: Readonly<Record<ServiceId, Service>> = { redis, postgres, dynamodb };

export { startService } from './running-service.ts';
export type { RunningService, Service } from './service.ts';
