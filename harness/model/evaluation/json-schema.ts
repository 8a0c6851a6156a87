import { z } from 'zod';
import type { Json, JsonMap } from './instance.ts';

/** Plain data that came from outside. */
export const json: z.ZodType<Json> = z.json();
export const jsonMap: z.ZodType<JsonMap> = z.record(z.string(), json);
