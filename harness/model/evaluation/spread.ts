import { INSTANCE_KINDS, type Instance, type InstanceKind } from './instance.ts';
import { SHAPES, type Shape, shapeOf } from './shape.ts';

/** How instances are spread; every count is there, also those of nothing. */
export interface Spread {
  readonly kinds: Readonly<Record<InstanceKind, number>>;
  /** In the order in which the classes first come. */
  readonly classes: readonly ClassSpread[];
}

export interface ClassSpread {
  readonly toolClass: string;
  /** Instances with this class alone and one task. */
  readonly singles: number;
  /** Tasks of this class in all instances. */
  readonly tasks: number;
  /** Of the single tasks, by the number of their calls, and by shape; what falls into unconnected groups has none. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly shapes: Readonly<Record<Shape, number>>;
}

export function spreadOf(instances: readonly Instance[]): Spread {
  const classes = [...new Set(instances.flatMap(({ tasks }) => tasks.map((task) => task.toolClass)))];
  return {
    kinds: countBy(INSTANCE_KINDS, instances, ({ kind }) => kind),
    classes: classes.map((toolClass) => spreadOfClass(toolClass, instances)),
  };
}

function spreadOfClass(toolClass: string, instances: readonly Instance[]): ClassSpread {
  const tasks = instances.flatMap((one) => one.tasks.filter((task) => task.toolClass === toolClass));
  const singles = instances
    .filter(({ kind }) => kind === 'single')
    .flatMap((one) => one.tasks.filter((task) => task.toolClass === toolClass));
  const sizes = [...new Set(singles.map(({ steps }) => steps.length))].sort((a, b) => a - b).map(String);
  return {
    toolClass,
    singles: singles.length,
    tasks: tasks.length,
    sizes: countBy(sizes, singles, ({ steps }) => String(steps.length)),
    shapes: countBy(SHAPES, singles, ({ steps }) => shapeOf(steps)),
  };
}

function countBy<Key extends string, Item>(
  keys: readonly Key[],
  items: readonly Item[],
  keyOf: (item: Item) => Key | null,
): Record<Key, number>;
function countBy(keys: readonly string[], items: readonly unknown[], keyOf: (item: unknown) => string | null) {
  const found = items.map(keyOf);
  return Object.fromEntries(keys.map((key) => [key, found.filter((one) => one === key).length]));
}
