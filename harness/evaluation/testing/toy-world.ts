import { createHash } from 'node:crypto';
import type { HostCall } from '../../model/evaluation/host.ts';
import {
  type EvaluationTask,
  INSTANCE_KINDS,
  type Instance,
  type InstanceKind,
  type JsonMap,
  type Step,
  type StepId,
  stepId,
} from '../../model/evaluation/instance.ts';
import { resolveArguments } from '../../model/evaluation/reference.ts';
import type { Prng } from '../../model/prng.ts';
import { createMemoryHost, type MemoryHost } from '../episode/memory-host.ts';

/** By task: by step, the indexes of the steps whose results it takes. */
export type Shape = readonly (readonly (readonly number[])[])[];

/** An instance of this shape in a world whose only tool answers with a digest of what it was asked. Its gold calls were made. */
export function instanceOf(shape: Shape, id = 'toy/001'): Instance {
  const tasks = shape.map((steps, index) => taskOf(id, String.fromCharCode(65 + index), steps));
  const kind: InstanceKind = INSTANCE_KINDS[Math.max(0, 2 * shape.length - 3)] ?? 'single';
  return { id, kind, tasks };
}

/** One to three tasks of two to eight steps, each of which takes the results of up to two before it; some begin twice. */
export function randomInstance(draw: Prng, id: string): Instance {
  const shape = Array.from({ length: draw.integer(1, 3) }, () =>
    Array.from({ length: draw.integer(2, 8) }, (_, index) => {
      const inputCount = Math.min(index, draw.pick([1, 1, 1, 1, 2, 2, index === 1 ? 0 : 1]));
      const earlier = Array.from({ length: index }, (_unused, other) => other);
      return draw.shuffle(earlier).slice(0, inputCount);
    }),
  );
  return instanceOf(shape, id);
}

/** Two to ten seconds a step, whole milliseconds. */
export function randomLatencies(draw: Prng, instance: Instance): Record<StepId, number> {
  const ids = instance.tasks.flatMap((task) => task.steps.map(({ label }) => stepId(task.id, label)));
  return Object.fromEntries(ids.map((id) => [id, draw.integer(2000, 10_000)]));
}

/**
 * A host in that world. `breaks`: steps whose first call is answered with an error of the tool; what is called under another key
 * then works.
 */
export function toyHost(
  instance: Instance,
  latencyMs: Readonly<Record<StepId, number>>,
  breaks: ReadonlySet<StepId> = new Set(),
): MemoryHost {
  const host: MemoryHost = createMemoryHost(
    (call) => {
      const id = call.key.slice(instance.id.length + 1).replace(/#\d+$/, '');
      const ms = latencyMs[id] ?? 0;
      const isBroken = breaks.has(id) && call.key === `${instance.id}:${id}`;
      if (isBroken) return { ms, status: 'error', result: { error: 'the tool is out of order' } };
      return { ms, result: answer(call), canary: canaryOf(call) };
    },
    (workspace) =>
      host.effects
        .map(({ canary }) => canary)
        .filter((canary) => canary.startsWith(workspace))
        .sort(),
  );
  return host;
}

function taskOf(instance: string, id: string, inputs: readonly (readonly number[])[]): EvaluationTask {
  const workspace = `${instance.replace('/', '.')}.${id}`;
  const results = new Map<string, JsonMap>();
  const canaries: string[] = [];
  const steps = inputs.map((before, index): Step => {
    const after = before.map((other) => `$var_${other + 1}`);
    const references = after.map((label) => `${label}.value$`);
    const args: JsonMap = { workspace, nonce: index, inputs: references };
    const call = { tool: 'work', arguments: resolveArguments(args, (label) => results.get(label)) };
    const label = `$var_${index + 1}`;
    results.set(label, answer(call));
    canaries.push(canaryOf(call));
    return { label, tool: 'work', arguments: args, after, goldResult: answer(call), canary: canaryOf(call) };
  });
  return { id, toolClass: 'toy', workspace, instruction: `Do ${id}.`, steps, goldState: canaries.sort() };
}

function answer(call: Pick<HostCall, 'tool' | 'arguments'>): JsonMap {
  return { value: canaryOf(call) };
}

function canaryOf({ tool, arguments: values }: Pick<HostCall, 'tool' | 'arguments'>): string {
  const digest = createHash('sha256')
    .update(`${tool} ${JSON.stringify(values)}`)
    .digest('hex');
  return `${String(values.workspace)}-${digest.slice(0, 10)}`;
}
