import { z } from 'zod';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { profileSchema } from './profile-schema.ts';

/** What stands in plan.json under target.profile: enough to start the same target again. */
export type PlannedProfile = z.infer<typeof plannedProfileSchema>;

const plannedProfileSchema = z.strictObject({
  /** The folder that relative paths of the profile start at. */
  baseDirectory: z.string(),
  /** The target offers the reference server's tools. */
  imitates: z.literal('reference').nullable(),
  /** Where the target is a module: its path, from the base directory, and its options. */
  module: z.strictObject({ path: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  /** As resolved: defaults left out, durations in ms, placeholders kept. */
  profile: profileSchema,
});

export function readPlannedProfile(planned: PlannedTarget): PlannedProfile {
  const parsed = plannedProfileSchema.safeParse(planned.profile);
  if (!parsed.success) {
    throw new UsageError(`The plan's target.profile cannot be read: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
