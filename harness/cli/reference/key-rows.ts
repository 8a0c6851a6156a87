/** One key of a format, as its JSON Schema tells it. */
export interface KeyRow {
  /** Where it stands: `faults[].options`, `tools.work.name`. */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** As JSON; empty: there is none. */
  readonly default: string;
  readonly description: string;
}

type Schema = Readonly<Record<string, unknown>>;

interface Place {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Every key of a document with this JSON Schema, each before the keys inside it, in the order of the schema. */
export function keyRows(schema: Schema): readonly KeyRow[] {
  const rows: KeyRow[] = [];
  const pending = childrenOf('', schema).reverse();
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { path, schema: own, isRequired } = place;
    rows.push({
      path,
      type: typeText(own),
      isRequired: isRequired && own.default === undefined,
      // What a section is filled with stands beside its keys.
      default: own.default === undefined || typeof own.default === 'object' ? '' : JSON.stringify(own.default),
      description: typeof own.description === 'string' ? own.description : '',
    });
    const element = own.items;
    pending.push(...(isSchema(element) ? childrenOf(`${path}[]`, element) : childrenOf(path, own)).reverse());
  }
  return rows;
}

function childrenOf(path: string, schema: Schema): Place[] {
  const { properties, required } = schema;
  if (!isSchema(properties)) return [];
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([name, value]) =>
    isSchema(value)
      ? [{ path: path === '' ? name : `${path}.${name}`, schema: value, isRequired: names.includes(name) }]
      : [],
  );
}

/** In words of a reader: `number`, `text`, `one of a, b`, `list of text`. Alternatives are joined with "or". */
function typeText(schema: Schema): string {
  const words: string[] = [];
  const pending: Schema[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const alternatives = next.anyOf ?? next.oneOf;
    if (Array.isArray(alternatives)) pending.push(...alternatives.filter(isSchema).reverse());
    else words.push(...simpleTypes(next));
  }
  return [...new Set(words)].join(' or ');
}

function simpleTypes(schema: Schema): string[] {
  const { type, enum: values, const: constant, items, prefixItems } = schema;
  if (constant !== undefined) return [`\`${String(constant)}\``];
  if (Array.isArray(values)) return [values.map((value) => `\`${String(value)}\``).join(', ')];
  if (Array.isArray(type)) return type.map(wordOf);
  if (type !== 'array') return [type === undefined ? 'anything' : wordOf(type)];
  if (Array.isArray(prefixItems)) return [`list of ${prefixItems.length}`];
  return [isSchema(items) ? `list of ${simpleTypes(items).join(', ')}` : 'list'];
}

function wordOf(type: unknown): string {
  const name = String(type);
  return WORDS[name] ?? name;
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'keys',
  string: 'text',
  integer: 'whole number',
  boolean: 'true, false',
  null: 'null',
};

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
