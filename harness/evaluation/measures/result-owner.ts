import type { JobView, StepView } from './episode-view.ts';

/**
 * Whose result a job brought. Each gold result holds a canary that no other of the instance has, so a result that was mixed
 * up on its way shows whose it is. A canary that the call itself carried in its arguments shows nothing.
 */
export function ownerOf(job: JobView, steps: readonly StepView[]): StepView | null {
  const { step } = job;
  const know = job.knows.find(({ status }) => status === 'ok' || status === 'error');
  if (know === undefined) return step;
  const text = JSON.stringify(know.result);
  if (step !== null && text.includes(step.step.canary)) return step;
  const carriers = steps.filter(({ step: { canary } }) => text.includes(canary));
  if (carriers.length === 0) return step;
  const asked = JSON.stringify(job.calls.map(({ call }) => call.arguments));
  const shown = carriers.filter(({ step: { canary } }) => !asked.includes(canary));
  return shown.length === 1 ? (shown[0] ?? null) : step;
}
